package dev.nxtsync.health;

import java.sql.SQLException;
import java.time.Duration;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Pushes;
import dev.nxtsync.config.Settings;
import dev.nxtsync.database.Database;
import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.process.Threads;
import dev.nxtsync.pull.target.Tombstones;
import dev.nxtsync.push.outbox.OutboxRetention;
import dev.nxtsync.schedule.Heartbeat;
import dev.nxtsync.schedule.RunHistory;

/** Forgets old runs, deleted rows, webhook events and finished rows of the outbox. */
@Singleton
record HistoryRetention(Pushes configured, Heartbeat heartbeat, Database database, RunHistory runs, Inbox inbox,
        OutboxRetention outbox) {
    private static final Logger LOG = Logger.getLogger(HistoryRetention.class);

    void begin(@Observes Threads threads) {
        threads.repeat("retention", Duration.ofMinutes(10), this::forgetOld);
    }

    private void forgetOld() {
        if (heartbeat.problem().isEmpty()) {
            try {
                runs.forgetOld();
                database.patiently().inTransaction(Tombstones::forgetOld);
                inbox.forgetOld();
                for (Settings.Push push : configured.all().values()) {
                    outbox.forget(push.name(), push.keep());
                }
            } catch (SQLException e) {
                LOG.debugf("old runs are forgotten later: %s", e.getMessage());
            }
        }
    }
}
