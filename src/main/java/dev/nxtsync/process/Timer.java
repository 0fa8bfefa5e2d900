package dev.nxtsync.process;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;

import org.jspecify.annotations.Nullable;

/** Carries out what is due, on threads that are looked at; what is thrown, and would be lost, is counted and told. */
final class Timer extends ScheduledThreadPoolExecutor {
    private final String name;
    private final ThreadFailures failures;

    /** @param posted makes threads that have a post */
    Timer(String name, int size, ThreadFactory posted, ThreadFailures failures) {
        super(size, posted);
        this.name = name;
        this.failures = failures;
    }

    @Override
    protected void beforeExecute(Thread thread, Runnable task) {
        WatchedThread.begun();
    }

    @Override
    protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
        WatchedThread.done();
        if (thrown != null) {
            failures.failed(name, thrown, "The thread " + name);
        } else if (task instanceof Future<?> future && future.isDone()) {
            try {
                future.get();
            } catch (CancellationException e) {
                // somebody wants it no more
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                failures.failed(name, e.getCause() == null ? e : e.getCause(), "The thread " + name);
            }
        }
    }
}
