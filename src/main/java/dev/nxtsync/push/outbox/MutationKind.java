package dev.nxtsync.push.outbox;

/** The kind of mutation by which Business NXT changes the record of a row. */
public enum MutationKind {
    CREATE, UPDATE, DELETE
}
