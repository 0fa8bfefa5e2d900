package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

import org.jspecify.annotations.Nullable;

import dev.nxtsync.process.OutOfMemory;
import dev.nxtsync.process.Threads;
import dev.nxtsync.pull.target.WriteCounts;
import dev.nxtsync.trace.TraceSpan;

/** Writes one page while the next is read. At most one write is under way, so that pages are written in order. */
final class WriteBehind implements AutoCloseable {
    private static final ExecutorService WRITERS = Threads.cachedPool("page-writer");

    private @Nullable Future<WriteCounts> underWay;

    /** Begins a write once the one before has succeeded. */
    void write(Callable<WriteCounts> write) throws SQLException {
        finish();
        underWay = WRITERS.submit(TraceSpan.carried(write));
    }

    /**
     * Waits for the write that is under way.
     *
     * @throws SQLException of that write
     * @throws dev.nxtsync.schedule.StaleClaim if the unit has another holder
     */
    void finish() throws SQLException {
        var write = underWay;
        underWay = null;
        if (write == null) {
            return;
        }
        try {
            write.get();
        } catch (ExecutionException e) {
            OutOfMemory.endIfCauseOf(e);
            if (e.getCause() instanceof SQLException failed) {
                throw failed;
            }
            if (e.getCause() instanceof RuntimeException failed) {
                throw failed;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a page was written", e);
        }
    }

    /** Leaves nothing under way; what became of it does not matter any more. */
    @Override
    public void close() {
        try {
            finish();
        } catch (SQLException | RuntimeException e) {
            // the run has failed for another reason, or this one was told already
        }
    }
}
