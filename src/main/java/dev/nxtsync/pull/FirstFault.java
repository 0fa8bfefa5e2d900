package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

import dev.nxtsync.process.OutOfMemory;

/** What has ended the work that some threads do together, for each of them to learn. For any number of threads. */
final class FirstFault {
    private final AtomicReference<@Nullable Throwable> first = new AtomicReference<>();

    /** Ends the work, unless it has ended; and the process if memory has run out. */
    void met(Throwable fault) {
        OutOfMemory.endIfCauseOf(fault);
        first.compareAndSet(null, fault);
    }

    boolean isMet() { return first.get() != null; }

    /**
     * Does nothing as long as the work goes on.
     *
     * @throws SQLException that has ended it; or else what is unchecked
     */
    void check() throws SQLException {
        var thrown = first.get();
        if (thrown instanceof SQLException failed) {
            throw failed;
        }
        if (thrown instanceof RuntimeException failed) {
            throw failed;
        }
        if (thrown != null) {
            throw new IllegalStateException(thrown);
        }
    }
}
