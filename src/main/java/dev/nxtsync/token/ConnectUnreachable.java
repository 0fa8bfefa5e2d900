package dev.nxtsync.token;

import dev.nxtsync.error.Problem;

/** Visma Connect was not reached, or did not say what it should. */
public final class ConnectUnreachable extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Problem reason;
    private final boolean unsent;

    ConnectUnreachable(Problem reason) {
        this(reason, false);
    }

    /** @param unsent whether it is certain that nothing was sent */
    ConnectUnreachable(Problem reason, boolean unsent) {
        super(reason.message());
        this.reason = reason;
        this.unsent = unsent;
    }

    /** Whether it is certain that nothing was sent. */
    boolean isUnsent() { return unsent; }

    public Problem reason() {
        return reason;
    }
}
