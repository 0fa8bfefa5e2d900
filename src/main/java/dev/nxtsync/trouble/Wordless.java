package dev.nxtsync.trouble;

import org.jspecify.annotations.Nullable;

/**
 * What was thrown and where, for the log, without its words: those of a library may hold what it was given, such as a token. Of
 * what our own code has thrown they are kept.
 */
public final class Wordless extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int DEEPEST = 8;
    private static final String OURS = "dev.nxtsync.";

    private Wordless(Throwable thrown, @Nullable Wordless cause) {
        super(thrown.getClass().getName() + words(thrown), cause, false, true);
        setStackTrace(thrown.getStackTrace());
    }

    public static Wordless of(Throwable thrown) {
        return of(thrown, DEEPEST);
    }

    private static Wordless of(Throwable thrown, int depth) {
        var cause = thrown.getCause();
        return new Wordless(thrown, cause == null || depth == 0 ? null : of(cause, depth - 1));
    }

    private static String words(Throwable thrown) {
        var trace = thrown.getStackTrace();
        var message = thrown.getMessage();
        boolean ours = trace.length > 0 && trace[0].getClassName().startsWith(OURS);
        // without words of its own, it has those of its cause
        return message == null || !ours || message.equals(String.valueOf(thrown.getCause())) ? "" : ": " + message;
    }
}
