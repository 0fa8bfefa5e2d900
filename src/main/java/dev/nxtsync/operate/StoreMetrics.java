package dev.nxtsync.operate;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.quarkus.scheduler.Scheduled;

import dev.nxtsync.config.Settings;
import dev.nxtsync.schedule.Heartbeat;
import dev.nxtsync.store.RowFaults;

/** Metrics that are counts in the database; taken now and then, so that a scrape costs no query. */
@Singleton
class StoreMetrics {
    private static final Logger LOG = Logger.getLogger(StoreMetrics.class);

    private final Settings settings;
    private final RowFaults faults;
    private final Heartbeat heartbeat;
    private final MultiGauge rowFaults;

    StoreMetrics(Settings settings, RowFaults faults, Heartbeat heartbeat, MeterRegistry metrics) {
        this.settings = settings;
        this.faults = faults;
        this.heartbeat = heartbeat;
        this.rowFaults = MultiGauge.builder("nxt_row_faults").description("Rows that are set aside").register(metrics);
    }

    @Scheduled(every = "15s", delayed = "2s")
    void take() {
        if (!heartbeat.trouble().isEmpty()) {
            return;
        }
        try {
            var counts = faults.count();
            rowFaults.register(settings.pulls().keySet()
                    .stream().<MultiGauge.Row<?>>map(
                            pull -> MultiGauge.Row.of(Tags.of("job", pull), counts.getOrDefault(pull, 0L)))
                    .toList(), true);
        } catch (SQLException e) {
            LOG.debugf("no counts now: %s", e.getMessage());
        }
    }
}
