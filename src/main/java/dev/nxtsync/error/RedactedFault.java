package dev.nxtsync.error;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;

/**
 * What was thrown and where, for the log, without its words: those of a library may hold what it was given, such as a token. Of
 * what our own code has thrown they are kept.
 */
public final class RedactedFault extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int DEEPEST = 8;
    private static final String OURS = "dev.nxtsync.";

    private RedactedFault(Throwable thrown, String words, @Nullable RedactedFault cause) {
        super(thrown.getClass().getName() + words, cause, false, true);
        setStackTrace(thrown.getStackTrace());
    }

    public static RedactedFault of(Throwable thrown) {
        return thrown instanceof RedactedFault already ? already : of(thrown, RedactedFault::words, DEEPEST);
    }

    /** Also without those of our own code, which may speak of what a caller has sent. */
    public static RedactedFault strictly(Throwable thrown) {
        return of(thrown, each -> "", DEEPEST);
    }

    private static RedactedFault of(Throwable thrown, Function<Throwable, String> words, int depth) {
        var cause = thrown.getCause();
        return new RedactedFault(thrown, words.apply(thrown),
                cause == null || depth == 0 ? null : of(cause, words, depth - 1));
    }

    private static String words(Throwable thrown) {
        var trace = thrown.getStackTrace();
        var message = thrown.getMessage();
        boolean ours = trace.length > 0 && trace[0].getClassName().startsWith(OURS);
        // without words of its own, it has those of its cause
        return message == null || !ours || message.equals(String.valueOf(thrown.getCause())) ? "" : ": " + message;
    }
}
