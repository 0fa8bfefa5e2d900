package dev.nxtsync.health;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.quarkus.arc.All;

import dev.nxtsync.database.Database;
import dev.nxtsync.process.Threads;
import dev.nxtsync.schedule.Heartbeat;

/** Metrics that are counts in the database, taken now and then, so that a scrape costs no query. */
@Singleton
class DatabaseMetrics {
    private static final Logger LOG = Logger.getLogger(DatabaseMetrics.class);

    private final List<DatabaseGauges> gauges;
    private final Database database;
    private final Heartbeat heartbeat;

    DatabaseMetrics(@All List<DatabaseGauges> gauges, Database database, Heartbeat heartbeat) {
        this.database = database;
        this.gauges = gauges;
        this.heartbeat = heartbeat;
    }

    void begin(@Observes Threads threads) {
        threads.repeat("metrics", Duration.ofSeconds(15), this::take);
    }

    private void take() {
        if (heartbeat.problem().isPresent()) {
            return;
        }
        try {
            database.useTransaction(transaction -> {
                for (DatabaseGauges each : gauges) {
                    each.take(transaction);
                }
            });
        } catch (SQLException e) {
            LOG.debugf("no counts now: %s", e.getMessage());
        }
    }
}
