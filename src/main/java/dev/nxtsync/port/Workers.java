package dev.nxtsync.port;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;

import dev.nxtsync.process.Threads;

/**
 * The threads for requests that wait, for the database or another system. They are few, so that requests leave most of the
 * database's connections to the daemon's own work however slow it is, and nothing else runs on them. Some more requests wait
 * for one of them; beyond that they are turned away.
 */
final class Workers {
    private static final int THREADS = 8;
    private static final int WAITING = 64;

    private final ExecutorService threads;

    Workers(Threads threads) {
        this.threads = threads.crew("public-port-work", THREADS, WAITING);
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
