package dev.nxtsync.pull.target;

/** PostgreSQL cannot hold a value as it is; the message says why, without the value. */
public final class UnstorableValue extends Exception {
    private static final long serialVersionUID = 1L;

    UnstorableValue(String reason) {
        super(reason, null, false, false);
    }
}
