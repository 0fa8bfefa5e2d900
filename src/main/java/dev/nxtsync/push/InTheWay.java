package dev.nxtsync.push;

import dev.nxtsync.graphql.Failure;

/** Nothing can be sent just now, for what is no fault of single rows: the lane backs off. */
final class InTheWay extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Failure failure;

    InTheWay(Failure failure) {
        super(failure.message());
        this.failure = failure;
    }

    Failure failure() {
        return failure;
    }
}
