package dev.nxtsync.graphql;

import com.fasterxml.jackson.databind.JsonNode;

/** A failure where the caller cannot go on without the answer and leaves what happens next to its own caller. */
public final class FailedAnswer extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Failure failure;

    public FailedAnswer(Failure failure) {
        super(failure.message());
        this.failure = failure;
    }

    /** @throws FailedAnswer if there is none */
    public static JsonNode dataOf(Answer answer) {
        if (answer instanceof Failure failure) {
            throw new FailedAnswer(failure);
        }
        return ((Answer.Data) answer).data();
    }

    public Failure failure() {
        return failure;
    }
}
