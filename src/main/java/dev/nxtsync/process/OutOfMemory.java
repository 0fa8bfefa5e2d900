package dev.nxtsync.process;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

import org.jspecify.annotations.Nullable;

/**
 * Ends a process whose memory has run out, whoever sees it first: what such an error has left undone in threads of ours and
 * in libraries nobody can say, and whoever watches the process starts another. Safe for any number of threads; nothing is
 * allocated when it has come to that.
 */
public final class OutOfMemory {
    /** With which the process ends; the JVM's own {@code ExitOnOutOfMemoryError} has 3. */
    public static final int EXIT_CODE = 1;
    private static final String LAST_WORDS = "nxt-sync ends with exit code 1, because it ran out of memory. Start it again. "
            + "If it happens again, give it more: a larger memory limit, or -Xmx and -XX:MaxDirectMemorySize of its JVM.";
    /** A cause may be its own cause. */
    private static final int DEEPEST = 32;
    private static final FileOutputStream STANDARD_ERROR = new FileOutputStream(FileDescriptor.err);

    /** In the form that the log has, for whoever reads the process' output. */
    private static final byte[] LAST_LINE = (form(Boolean.getBoolean("quarkus.log.console.json.enabled"))
            + System.lineSeparator()).getBytes(StandardCharsets.UTF_8);

    private OutOfMemory() {}

    static String form(boolean json) {
        return json ? "{\"level\":\"ERROR\",\"message\":\"" + LAST_WORDS + "\"}" : LAST_WORDS;
    }

    /** Looks from now on also at what libraries catch, which they tell the log. */
    static void watchLog() {
        Logger.getLogger("").addHandler(new InTheLog());
    }

    /** Ends the process if memory has run out, in a thread that has met any fault. Does not return in that case. */
    public static void endIfCauseOf(@Nullable Throwable fault) {
        if (isCauseOf(fault)) {
            try {
                STANDARD_ERROR.write(LAST_LINE);
            } catch (IOException | RuntimeException | Error e) {
                // the exit code says it
            }
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }

    /** Whether memory has run out, of whichever kind: the heap, direct buffers or threads. */
    static boolean isCauseOf(@Nullable Throwable fault) {
        Throwable each = fault;
        for (int depth = 0; each != null && depth < DEEPEST; depth++) {
            if (each instanceof OutOfMemoryError) {
                return true;
            }
            each = each.getCause();
        }
        return false;
    }

    private static final class InTheLog extends Handler {
        @Override
        public void publish(LogRecord record) {
            endIfCauseOf(record.getThrown());
        }

        @Override
        public void flush() {
            // nothing is kept
        }

        @Override
        public void close() {
            // nothing is held
        }
    }
}
