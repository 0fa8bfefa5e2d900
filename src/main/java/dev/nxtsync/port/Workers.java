package dev.nxtsync.port;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads for requests that wait, for the database or another system. They are few, so that requests leave most of the
 * database's connections to the daemon's own work however slow it is, and nothing else runs on them. Some more requests wait
 * for one of them; beyond that they are turned away.
 */
final class Workers {
    private static final int THREADS = 8;
    private static final int WAITING = 64;

    private final ThreadPoolExecutor threads = new ThreadPoolExecutor(THREADS, THREADS, 30, TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING), work -> {
                var thread = new Thread(work, "public-port-work");
                thread.setDaemon(true);
                return thread;
            });

    Workers() {
        threads.allowCoreThreadTimeOut(true);
    }

    /** Whether it will be done. */
    boolean take(Runnable work) {
        try {
            threads.execute(work);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    void stop() {
        threads.shutdownNow();
    }
}
