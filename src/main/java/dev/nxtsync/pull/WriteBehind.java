package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;

import dev.nxtsync.process.Threads;
import dev.nxtsync.trace.TraceSpan;

/**
 * Writes pages in the order in which they were handed in, while others are read. None is written once there is a fault. For
 * any number of threads.
 */
final class WriteBehind<P> implements AutoCloseable {
    private static final ExecutorService WRITERS = Threads.cachedPool("page-writer");

    private final PageSink<P> sink;
    private final FirstFault fault;
    private final List<P> waiting = new ArrayList<>();
    private boolean isWriting;

    /** Where pages go. */
    interface PageSink<P> {
        /** How many of those that wait are written together: the first, and perhaps some behind it. */
        default int together(List<P> waiting) {
            return 1;
        }

        void write(List<P> pages) throws SQLException;

        /** Learns that a page is needed no more, written or not: once of each page that was handed in. */
        void ended(P page);
    }

    /** @param fault that of all who work with the same pages */
    WriteBehind(PageSink<P> sink, FirstFault fault) {
        this.sink = sink;
        this.fault = fault;
    }

    /**
     * Hands a page in, and waits for nothing.
     *
     * @throws SQLException the fault, as {@link #finish} does; the page is the caller's then
     */
    synchronized void write(P page) throws SQLException {
        fault.check();
        if (!isWriting) {
            var unused = WRITERS.submit(TraceSpan.carried(() -> {
                writeAll();
                return true;
            }));
            isWriting = true;
        }
        waiting.add(page);
    }

    private void writeAll() {
        for (List<P> next = next(); !next.isEmpty(); next = next()) {
            try {
                sink.write(next);
            } catch (SQLException | RuntimeException | Error e) {
                fault.met(e);
            } finally {
                next.forEach(sink::ended);
            }
        }
    }

    /** What is written now; who asks goes on writing unless there is nothing. */
    private synchronized List<P> next() {
        if (fault.isMet()) {
            waiting.forEach(sink::ended);
            waiting.clear();
        }
        var first = waiting.isEmpty() ? waiting : waiting.subList(0, sink.together(List.copyOf(waiting)));
        var next = List.copyOf(first);
        first.clear();
        isWriting = !next.isEmpty();
        notifyAll();
        return next;
    }

    /**
     * Waits until all are written. An interrupt is a fault: then only those are that are being written.
     *
     * @throws SQLException the fault, if there is one
     * @throws dev.nxtsync.schedule.StaleClaim if the unit has another holder
     */
    synchronized void finish() throws SQLException {
        while (isWriting && !Thread.currentThread().isInterrupted()) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (isWriting) {
            fault.met(new IllegalStateException("interrupted while a page was written"));
        }
        fault.check();
    }

    /** As {@link #finish}, and none is taken afterwards. What became of them does not matter any more. */
    @Override
    public void close() {
        try {
            finish();
            fault.met(new IllegalStateException("no page is written any more"));
        } catch (SQLException | RuntimeException e) {
            // the run has failed for another reason, or this one was told already
        }
    }
}
