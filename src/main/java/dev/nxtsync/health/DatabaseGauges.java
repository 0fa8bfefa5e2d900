package dev.nxtsync.health;

import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import org.jdbi.v3.core.Handle;

import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;

/** Metrics of one feature that are counts in the database. */
interface DatabaseGauges {

    /** Asks the database for them anew. */
    void take(Handle transaction) throws SQLException;

    /** A row for each of some pulls or pushes, be it none that was counted. */
    static List<MultiGauge.Row<?>> ofEach(Collection<String> jobs, Map<String, Long> counts) {
        return jobs.stream().<MultiGauge.Row<?>>map(
                job -> MultiGauge.Row.of(Tags.of("job", job), counts.getOrDefault(job, 0L))).toList();
    }

    /** A row for each that was counted. */
    static List<MultiGauge.Row<?>> by(String tag, Map<?, ? extends Number> counts) {
        return counts.entrySet().stream().<MultiGauge.Row<?>>map(
                each -> MultiGauge.Row.of(Tags.of(tag, each.getKey().toString()), each.getValue())).toList();
    }
}
