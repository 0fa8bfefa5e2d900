package dev.nxtsync.push.outbox;

/** What is done to the record of a row: a mutation of Business NXT. */
public enum MutationKind {
    CREATE, UPDATE, DELETE
}
