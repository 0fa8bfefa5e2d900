package dev.nxtsync.process;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;

import org.jspecify.annotations.Nullable;

/** Carries out what is due, on threads that are looked at; what is thrown, and would be lost, is counted and told. */
final class Timer extends ScheduledThreadPoolExecutor {
    private final String name;
    private final Threads threads;

    Timer(String name, int size, Threads threads) {
        super(size, work -> Threads.daemons(name).newThread(threads.posted(name, work)));
        this.name = name;
        this.threads = threads;
    }

    @Override
    protected void beforeExecute(Thread thread, Runnable task) {
        Post.begun();
    }

    @Override
    protected void afterExecute(Runnable task, @Nullable Throwable thrown) {
        Post.done();
        if (thrown != null) {
            threads.failed(name, thrown, "The thread " + name);
        } else if (task instanceof Future<?> future && future.isDone()) {
            try {
                future.get();
            } catch (CancellationException e) {
                // somebody wants it no more
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                threads.failed(name, e.getCause() == null ? e : e.getCause(), "The thread " + name);
            }
        }
    }
}
