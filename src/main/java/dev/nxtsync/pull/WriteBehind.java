package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;

import org.jspecify.annotations.Nullable;

import dev.nxtsync.process.OutOfMemory;
import dev.nxtsync.process.Threads;
import dev.nxtsync.trace.TraceSpan;

/**
 * Writes pages in the order in which they were handed in, while others are read. After one that failed none is written. For
 * any number of threads.
 */
final class WriteBehind<P> implements AutoCloseable {
    private static final ExecutorService WRITERS = Threads.cachedPool("page-writer");

    private final PageSink<P> sink;
    private final List<P> waiting = new ArrayList<>();
    private boolean isWriting;
    private @Nullable Throwable failure;

    /** Where pages go. */
    @FunctionalInterface
    interface PageSink<P> {
        /**
         * Writes the first of those that wait, and others behind it if that is as well.
         *
         * @return how many were written
         */
        int write(List<P> waiting) throws SQLException;
    }

    WriteBehind(PageSink<P> sink) {
        this.sink = sink;
    }

    /**
     * Hands a page in, and waits for nothing.
     *
     * @throws SQLException that an earlier one met, as {@link #finish} does
     */
    synchronized void write(P page) throws SQLException {
        check();
        waiting.add(page);
        if (!isWriting) {
            var unused = WRITERS.submit(TraceSpan.carried(() -> {
                writeAll();
                return true;
            }));
            isWriting = true;
        }
    }

    private void writeAll() {
        for (List<P> next = next(0); !next.isEmpty();) {
            try {
                next = next(sink.write(next));
            } catch (SQLException | RuntimeException | Error e) {
                failed(e);
                return;
            }
        }
    }

    /** What waits once the first so many are written; who asks goes on writing unless there is nothing. */
    private synchronized List<P> next(int written) {
        waiting.subList(0, written).clear();
        isWriting = !waiting.isEmpty();
        notifyAll();
        return List.copyOf(waiting);
    }

    private synchronized void failed(Throwable thrown) {
        failure = thrown;
        waiting.clear();
        isWriting = false;
        notifyAll();
    }

    /**
     * Waits until all are written.
     *
     * @throws SQLException that a write met, told once
     * @throws dev.nxtsync.schedule.StaleClaim if the unit has another holder
     */
    synchronized void finish() throws SQLException {
        while (isWriting) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while a page was written", e);
            }
        }
        check();
    }

    private void check() throws SQLException {
        var thrown = failure;
        failure = null;
        if (thrown == null) {
            return;
        }
        OutOfMemory.endIfCauseOf(thrown);
        if (thrown instanceof SQLException failed) {
            throw failed;
        }
        if (thrown instanceof RuntimeException failed) {
            throw failed;
        }
        throw new IllegalStateException(thrown);
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
