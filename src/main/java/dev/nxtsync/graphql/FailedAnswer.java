package dev.nxtsync.graphql;

/** A failure where the caller cannot go on without the answer and leaves what happens next to its own caller. */
public final class FailedAnswer extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Failure failure;

    public FailedAnswer(Failure failure) {
        super(failure.message());
        this.failure = failure;
    }

    public Failure failure() {
        return failure;
    }
}
