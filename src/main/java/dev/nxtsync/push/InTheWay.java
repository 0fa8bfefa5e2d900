package dev.nxtsync.push;

import dev.nxtsync.graphql.Failure;

/** Nothing can be sent just now, for what is no fault of single rows: the lane backs off. */
final class InTheWay extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Failure failure;
    private final boolean ofSending;

    private InTheWay(Failure failure, boolean ofSending) {
        super(failure.message());
        this.failure = failure;
        this.ofSending = ofSending;
    }

    static InTheWay ofLooking(Failure failure) {
        return new InTheWay(failure, false);
    }

    static InTheWay ofSending(Failure failure) {
        return new InTheWay(failure, true);
    }

    /** Whether it is in the way of what changes something; that questions are answered says nothing of that. */
    boolean isOfSending() {
        return ofSending;
    }

    Failure failure() {
        return failure;
    }
}
