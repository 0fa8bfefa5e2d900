package dev.nxtsync.cli;

import java.sql.SQLException;
import java.time.Duration;

import jakarta.inject.Singleton;

import org.apache.commons.lang3.function.FailableBooleanSupplier;

import dev.nxtsync.process.Threads;
import dev.nxtsync.schedule.Replica;

/** Lets a command's process be one of those that share the database, as long as it works. */
@Singleton
record CommandReplica(Replica replica, Threads threads) {
    private static final Duration PERIOD = Duration.ofSeconds(4);

    /** @param work what a command does, and whether all went well */
    boolean during(FailableBooleanSupplier<SQLException> work) throws SQLException {
        replica.beat();
        var heart = threads.loop("heartbeat", PERIOD, this::beat);
        try {
            return work.getAsBoolean();
        } finally {
            heart.stop();
            leave();
        }
    }

    private void beat() {
        try {
            replica.beat();
        } catch (SQLException e) {
            // the database tells whoever needs it next
        }
    }

    private void leave() {
        try {
            replica.leave();
        } catch (SQLException | RuntimeException e) {
            // then its silence tells
        }
    }
}
