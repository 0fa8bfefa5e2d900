package dev.nxtsync.store;

/** PostgreSQL cannot hold a value as it is; the message says why, without the value. */
public final class CannotHold extends Exception {
    private static final long serialVersionUID = 1L;

    CannotHold(String reason) {
        super(reason, null, false, false);
    }
}
