package dev.nxtsync.health;

import java.util.Collection;
import java.util.Map;
import java.util.function.Supplier;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.pull.state.Proofs;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.pull.state.PullStates.PulledCompany;
import dev.nxtsync.pull.target.RowFaults;

/** How far pulls are behind, and what of them waits. */
@Singleton
class PullGauges implements DatabaseGauges {
    private final Collection<String> pulls;
    private final MultiGauge lag;
    private final MultiGauge rowFaults;
    private final MultiGauge keysSetAside;
    private final MultiGauge differences;
    private final MultiGauge provenAge;
    private volatile Map<PulledCompany, Double> lags = Map.of();
    private volatile Map<PulledCompany, Double> provenAges = Map.of();
    private volatile Inbox.Backlog inboxDepth = new Inbox.Backlog(0, 0);

    PullGauges(Pulls configured, MeterRegistry metrics) {
        this.pulls = configured.names();
        this.lag = MultiGauge.builder("nxt_pull_lag").baseUnit("seconds")
                .description("Since when a pull and company is complete").register(metrics);
        this.rowFaults = MultiGauge.builder("nxt_row_faults").description("Rows that are set aside").register(metrics);
        this.keysSetAside = MultiGauge.builder("nxt_inbox_set_aside")
                .description("Events whose rows could not be looked at, and are left to the reconciliation")
                .register(metrics);
        this.differences = MultiGauge.builder("nxt_pull_differences")
                .description("Groups of rows whose control totals are different").register(metrics);
        this.provenAge = MultiGauge.builder("nxt_pull_proven_age").baseUnit("seconds")
                .description("Since when the control totals of a pull and company are known to be equal")
                .register(metrics);
        Gauge.builder("nxt_inbox_rows", () -> inboxDepth.keys()).description("Events whose rows are not yet looked at")
                .register(metrics);
        Gauge.builder("nxt_inbox_age", () -> inboxDepth.oldest()).baseUnit("seconds")
                .description("Since when the oldest of them waits").register(metrics);
    }

    private static MultiGauge.Row<?> of(PulledCompany each, Supplier<Map<PulledCompany, Double>> values) {
        return MultiGauge.Row.of(Tags.of("job", each.pull(), "company", Integer.toString(each.company())),
                () -> values.get().getOrDefault(each, Double.NaN));
    }

    @Override
    public void take(Handle transaction) {
        rowFaults.register(DatabaseGauges.ofEach(pulls, RowFaults.count(transaction)), true);
        keysSetAside.register(DatabaseGauges.ofEach(pulls, Inbox.setAside(transaction)), true);
        var known = lags.keySet();
        lags = PullStates.lags(transaction, pulls);
        // of many companies the rows cost more than the values
        if (!lags.keySet().equals(known)) {
            lag.register(lags.keySet().stream().<MultiGauge.Row<?>>map(each -> of(each, () -> lags)).toList(), true);
        }
        differences.register(DatabaseGauges.ofEach(pulls, Proofs.differences(transaction)), true);
        var proven = provenAges.keySet();
        provenAges = Proofs.ages(transaction, pulls);
        if (!provenAges.keySet().equals(proven)) {
            provenAge.register(
                    provenAges.keySet().stream().<MultiGauge.Row<?>>map(each -> of(each, () -> provenAges)).toList(),
                    true);
        }
        inboxDepth = Inbox.depth(transaction);
    }
}
