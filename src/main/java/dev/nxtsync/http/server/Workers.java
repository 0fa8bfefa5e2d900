package dev.nxtsync.http.server;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;

import dev.nxtsync.process.Threads;

/**
 * The threads for requests that wait, for the database or another system. They are few, so that requests leave most of the
 * database's connections to the daemon's own work however slow it is, and nothing else runs on them. Some more requests wait
 * for one of them; beyond that they are turned away. Who has not shown who it is has fewer, and never one of those of who has.
 */
final class Workers {
    private final ExecutorService known;
    private final ExecutorService strangers;

    Workers(Threads threads) {
        this.known = threads.boundedPool("public-port-work", 8, 64);
        this.strangers = threads.boundedPool("public-port-strangers", 2, 16);
    }

    /**
     * @param isKnown whether it is for one who has shown who it is
     * @return whether it will be done
     */
    boolean take(boolean isKnown, Runnable work) {
        try {
            (isKnown ? known : strangers).execute(work);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    void stop() {
        known.shutdownNow();
        strangers.shutdownNow();
    }
}
