package dev.nxtsync.graphql;

/** Asked right before a request is written, after all waits for slots, budget and tokens. Once more if a token was refused. */
@FunctionalInterface
public interface SendGuard {
    SendGuard ALWAYS = () -> true;

    /** Whether the request may be sent still. What it throws is thrown to the asker, and nothing is sent. */
    boolean open();
}
