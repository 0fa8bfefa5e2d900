package dev.nxtsync.jobs;

import java.sql.SQLException;
import java.time.Duration;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.Migrations;
import dev.nxtsync.graphql.Slots;
import dev.nxtsync.process.Threads;
import dev.nxtsync.schedule.LostCalls;

/** Keeps the lost calls of this process where they outlive it, and learns of those of others. */
@Singleton
public class LostCallSync {
    private static final Logger LOG = Logger.getLogger(LostCallSync.class);

    private final Slots slots;
    private final LostCalls calls;
    private final Migrations migrations;
    private final Settings.Api api;

    LostCallSync(Slots slots, LostCalls calls, Migrations migrations, Settings.Api api) {
        this.slots = slots;
        this.calls = calls;
        this.migrations = migrations;
        this.api = api;
    }

    void begin(@Observes Threads threads) {
        threads.repeat("lost-calls", Duration.ofSeconds(2), this::tick);
    }

    private void tick() {
        if (migrations.done()) {
            try {
                keep();
            } catch (SQLException e) {
                LOG.debugf("lost calls are kept later: %s", e.getMessage());
            }
        }
    }

    /** Before any request that takes a slot, so that those of the process before this one count. */
    public synchronized void keep() throws SQLException {
        var unkept = slots.unkept();
        slots.keep(unkept, calls.keep(unkept, api.slotHold()));
    }
}
