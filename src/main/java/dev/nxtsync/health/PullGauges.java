package dev.nxtsync.health;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.pull.state.PatternTables;
import dev.nxtsync.pull.state.Proofs;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.pull.state.PullStates.PulledCompany;
import dev.nxtsync.pull.target.RowFaults;

/** How far pulls are behind, and what of them waits. */
@Singleton
class PullGauges implements DatabaseGauges {
    private final Pulls configured;
    private final AgesGauge lag;
    private final MultiGauge rowFaults;
    private final MultiGauge keysSetAside;
    private final MultiGauge differences;
    private final MultiGauge leftOut;
    private final AgesGauge provenAge;
    private volatile Inbox.Backlog inboxDepth = new Inbox.Backlog(0, 0);

    PullGauges(Pulls configured, MeterRegistry metrics) {
        this.configured = configured;
        this.lag = new AgesGauge(metrics, "nxt_pull_lag", "Since when a pull and company is complete");
        this.rowFaults = MultiGauge.builder("nxt_row_faults").description("Rows that are set aside").register(metrics);
        this.keysSetAside = MultiGauge.builder("nxt_inbox_set_aside")
                .description("Events whose rows could not be looked at, and are left to the reconciliation")
                .register(metrics);
        this.differences = MultiGauge.builder("nxt_pull_differences")
                .description("Groups of rows whose control totals are different").register(metrics);
        this.leftOut = MultiGauge.builder("nxt_pulls_left_out")
                .description("Tables that a pull with a * in its TABLE fits to, and of which there is no pull")
                .register(metrics);
        this.provenAge = new AgesGauge(metrics, "nxt_pull_proven_age",
                "Since when the control totals of a pull and company are known to be equal");
        Gauge.builder("nxt_inbox_rows", () -> inboxDepth.keys()).description("Events whose rows are not yet looked at")
                .register(metrics);
        Gauge.builder("nxt_inbox_age", () -> inboxDepth.oldest()).baseUnit("seconds")
                .description("Since when the oldest of them waits").register(metrics);
    }

    /** Seconds of each pull and company. */
    private static final class AgesGauge {
        private final MultiGauge gauge;
        private volatile Map<PulledCompany, Double> ages = Map.of();

        AgesGauge(MeterRegistry metrics, String name, String description) {
            gauge = MultiGauge.builder(name).baseUnit("seconds").description(description).register(metrics);
        }

        void take(Map<PulledCompany, Double> now) {
            var known = ages.keySet();
            ages = now;
            // of many companies the rows cost more than the values
            if (!now.keySet().equals(known)) {
                gauge.register(now.keySet().stream().<MultiGauge.Row<?>>map(this::row).toList(), true);
            }
        }

        private MultiGauge.Row<?> row(PulledCompany each) {
            return MultiGauge.Row.of(Tags.of("job", each.pull(), "company", Integer.toString(each.company())),
                    () -> ages.getOrDefault(each, Double.NaN));
        }
    }

    @Override
    public void take(Handle transaction) {
        Set<String> pulls = configured.names();
        rowFaults.register(DatabaseGauges.ofEach(pulls, RowFaults.count(transaction)), true);
        keysSetAside.register(DatabaseGauges.ofEach(pulls, Inbox.setAside(transaction)), true);
        lag.take(PullStates.lags(transaction, pulls));
        differences.register(DatabaseGauges.ofEach(pulls, Proofs.differences(transaction)), true);
        var tables = new TreeMap<String, Long>();
        configured.all().values().forEach(pull -> tables.put(pull.connection(), 0L));
        tables.putAll(PatternTables.countLeftOut(transaction));
        leftOut.register(DatabaseGauges.by("connection", tables), true);
        provenAge.take(Proofs.ages(transaction, pulls));
        inboxDepth = Inbox.depth(transaction);
    }
}
