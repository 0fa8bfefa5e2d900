package dev.nxtsync.operate;

import java.sql.SQLException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import dev.nxtsync.store.Replica;

/** Lets a command's process be one of those that share the database, as long as it works. */
final class Alive {
    private Alive() {}

    /** What a command does, and whether all went well. */
    @FunctionalInterface
    interface Work {
        boolean done() throws SQLException;
    }

    static boolean during(Replica replica, Work work) throws SQLException {
        replica.beat();
        var heart = Executors.newSingleThreadScheduledExecutor(task -> {
            var thread = new Thread(task, "heartbeat");
            thread.setDaemon(true);
            return thread;
        });
        var unused = heart.scheduleAtFixedRate(() -> beat(replica), 4, 4, TimeUnit.SECONDS);
        try {
            return work.done();
        } finally {
            heart.shutdownNow();
            leave(replica);
        }
    }

    private static void beat(Replica replica) {
        try {
            replica.beat();
        } catch (SQLException | RuntimeException e) {
            // the database tells whoever needs it next
        }
    }

    private static void leave(Replica replica) {
        try {
            replica.leave();
        } catch (SQLException | RuntimeException e) {
            // then its silence tells
        }
    }
}
