package dev.nxtsync.graphql;

import java.io.IOException;

/** An answer that cannot be read. Its message is ours, and quotes nothing of it. */
final class BadAnswer extends IOException {
    private static final long serialVersionUID = 1L;

    BadAnswer(String message) {
        super(message);
    }
}
