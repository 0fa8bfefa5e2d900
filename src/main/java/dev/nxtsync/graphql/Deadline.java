package dev.nxtsync.graphql;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Interrupts the thread that made it when its time is up, unless it has been closed. The client library bounds only pauses. */
final class Deadline implements AutoCloseable {
    private final Thread thread = Thread.currentThread();
    private final Future<?> alarm;
    private boolean closed;
    private boolean passed;

    Deadline(Duration after, ScheduledExecutorService executor) {
        alarm = executor.schedule(this::pass, after.toMillis(), TimeUnit.MILLISECONDS);
    }

    synchronized boolean passed() {
        return passed;
    }

    private synchronized void pass() {
        if (!closed) {
            passed = true;
            thread.interrupt();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        alarm.cancel(false);
        if (passed) {
            // the interrupt was ours, and its purpose is served
            Thread.interrupted();
        }
    }
}
