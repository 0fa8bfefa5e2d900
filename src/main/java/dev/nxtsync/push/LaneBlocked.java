package dev.nxtsync.push;

import dev.nxtsync.graphql.Failure;

/** Thrown when a lane has to back off, for a reason that is no fault of single rows. */
final class LaneBlocked extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Failure failure;
    private final boolean ofSending;

    private LaneBlocked(Failure failure, boolean ofSending) {
        super(failure.message());
        this.failure = failure;
        this.ofSending = ofSending;
    }

    static LaneBlocked ofLooking(Failure failure) {
        return new LaneBlocked(failure, false);
    }

    static LaneBlocked ofSending(Failure failure) {
        return new LaneBlocked(failure, true);
    }

    /** Whether it was met while sending; look-ups may be answered all the same. */
    boolean isOfSending() {
        return ofSending;
    }

    Failure failure() {
        return failure;
    }
}
