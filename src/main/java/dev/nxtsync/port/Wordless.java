package dev.nxtsync.port;

import org.jspecify.annotations.Nullable;

/**
 * What was thrown, for the log: its class and where, and the same of its causes. Not its messages, which may quote what a
 * caller sent, such as a link by which a person signs in.
 */
final class Wordless extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int DEEPEST = 8;

    private Wordless(String name, StackTraceElement[] frames, @Nullable Throwable cause) {
        super(name, cause);
        setStackTrace(frames);
    }

    static Wordless of(Throwable thrown) {
        return of(thrown, DEEPEST);
    }

    private static Wordless of(Throwable thrown, int depth) {
        var cause = thrown.getCause();
        return new Wordless(thrown.getClass().getName(), thrown.getStackTrace(),
                cause == null || depth == 0 ? null : of(cause, depth - 1));
    }
}
