package dev.nxtsync.health;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;

import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.Slots;
import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.process.Threads;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.pull.target.RowFaults;
import dev.nxtsync.push.outbox.OutboxDepth.PushDepth;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.PushTables;
import dev.nxtsync.schedule.Heartbeat;
import dev.nxtsync.schedule.RunHistory;
import dev.nxtsync.status.Findings;
import dev.nxtsync.status.OpenFindings;

/** Metrics that are counts in the database, taken now and then, so that a scrape costs no query; and the end of old history. */
@Singleton
class DatabaseMetrics {
    private static final Logger LOG = Logger.getLogger(DatabaseMetrics.class);

    private final Settings settings;
    private final RowFaults faults;
    private final PullStates states;
    private final RunHistory runs;
    private final Slots slots;
    private final Heartbeat heartbeat;
    private final OpenFindings troubles;
    private final MultiGauge openTroubles;
    private final MultiGauge rowFaults;
    private final MultiGauge keysSetAside;
    private final MultiGauge lag;
    private final MultiGauge lostCalls;
    private final PushTables pushes;
    private final MultiGauge outboxRows;
    private final MultiGauge outboxAge;
    private final Inbox inbox;
    private final Findings findings;
    private final Clock clock;
    private final MultiGauge signInEnds;
    private volatile Inbox.Depth inboxDepth = new Inbox.Depth(0, 0);

    DatabaseMetrics(Settings settings, OpenFindings troubles, RowFaults faults, PullStates states, RunHistory runs,
            PushTables pushes, Inbox inbox,
            Slots slots, Findings findings, Heartbeat heartbeat, Clock clock, MeterRegistry metrics) {
        this.findings = findings;
        this.clock = clock;
        this.signInEnds = MultiGauge.builder("nxt_sign_in_ends_in").baseUnit("seconds")
                .description("Until a person has to sign in again, where that is known").register(metrics);
        this.troubles = troubles;
        this.openTroubles = MultiGauge.builder("nxt_troubles").description("What is wrong now, by code")
                .register(metrics);
        this.states = states;
        this.runs = runs;
        this.slots = slots;
        this.lag = MultiGauge.builder("nxt_pull_lag").baseUnit("seconds")
                .description("Since when a pull and company is complete").register(metrics);
        this.lostCalls = MultiGauge.builder("nxt_budget_lost_calls")
                .description("Slots of a company that are taken by calls whose answers were lost").register(metrics);
        this.pushes = pushes;
        this.outboxRows = MultiGauge.builder("nxt_outbox_rows").description("Rows of the outbox").register(metrics);
        this.outboxAge = MultiGauge.builder("nxt_outbox_age").baseUnit("seconds")
                .description("Since when the oldest unfinished row waits").register(metrics);
        this.inbox = inbox;
        Gauge.builder("nxt_inbox_rows", () -> inboxDepth.keys()).description("Events whose rows are not yet looked at")
                .register(metrics);
        Gauge.builder("nxt_inbox_age", () -> inboxDepth.oldest()).baseUnit("seconds")
                .description("Since when the oldest of them waits").register(metrics);
        this.keysSetAside = MultiGauge.builder("nxt_inbox_set_aside")
                .description("Events whose rows could not be looked at, and are left to the reconciliation")
                .register(metrics);
        this.settings = settings;
        this.faults = faults;
        this.heartbeat = heartbeat;
        this.rowFaults = MultiGauge.builder("nxt_row_faults").description("Rows that are set aside").register(metrics);
    }

    void begin(@Observes Threads threads) {
        threads.repeat("metrics", Duration.ofSeconds(15), this::take);
        threads.repeat("retention", Duration.ofMinutes(10), this::forgetOld);
    }

    private void take() {
        if (heartbeat.trouble().isPresent()) {
            return;
        }
        try {
            var counts = faults.count();
            rowFaults.register(settings.pulls().keySet()
                    .stream().<MultiGauge.Row<?>>map(
                            pull -> MultiGauge.Row.of(Tags.of("job", pull), counts.getOrDefault(pull, 0L)))
                    .toList(), true);
            var setAside = inbox.setAside();
            keysSetAside.register(settings.pulls().keySet().stream().<MultiGauge.Row<?>>map(
                    pull -> MultiGauge.Row.of(Tags.of("job", pull), setAside.getOrDefault(pull, 0L))).toList(), true);
            var lags = new ArrayList<MultiGauge.Row<?>>();
            states.lags().forEach((pull, companies) -> companies.forEach((company, seconds) -> {
                if (settings.pulls().containsKey(pull)) {
                    lags.add(MultiGauge.Row.of(Tags.of("job", pull, "company", Integer.toString(company)), seconds));
                }
            }));
            lag.register(lags, true);
            lostCalls.register(slots.lost().entrySet().stream().<MultiGauge.Row<?>>map(
                    each -> MultiGauge.Row.of(Tags.of("tenant", each.getKey()), each.getValue())).toList(), true);
            openTroubles.register(troubles.counts().entrySet().stream().<MultiGauge.Row<?>>map(
                    each -> MultiGauge.Row.of(Tags.of("code", each.getKey()), each.getValue())).toList(), true);
            Instant now = clock.instant();
            signInEnds.register(findings.signInEnds().entrySet().stream().<MultiGauge.Row<?>>map(
                    each -> MultiGauge.Row.of(Tags.of("connection", each.getKey()),
                            Duration.between(now, each.getValue()).toSeconds()))
                    .toList(), true);
            outbox();
            inboxDepth = inbox.depth();
        } catch (SQLException e) {
            LOG.debugf("no counts now: %s", e.getMessage());
        }
    }

    private void outbox() throws SQLException {
        var depths = pushes.depth().depths();
        var rows = new ArrayList<MultiGauge.Row<?>>();
        var ages = new ArrayList<MultiGauge.Row<?>>();
        for (String push : settings.pushes().keySet()) {
            var depth = depths.getOrDefault(push, PushDepth.EMPTY);
            for (OutboxRow.State state : OutboxRow.State.values()) {
                rows.add(MultiGauge.Row.of(Tags.of("push", push, "state", state.text()),
                        depth.states().getOrDefault(state.text(), 0L)));
            }
            ages.add(MultiGauge.Row.of(Tags.of("push", push), depth.oldest()));
        }
        outboxRows.register(rows, true);
        outboxAge.register(ages, true);
    }

    private void forgetOld() {
        if (heartbeat.trouble().isEmpty()) {
            try {
                runs.forgetOld();
                inbox.forgetOld();
                for (Settings.Push push : settings.pushes().values()) {
                    pushes.retention().forget(push.name(), push.keep());
                }
            } catch (SQLException e) {
                LOG.debugf("old runs are forgotten later: %s", e.getMessage());
            }
        }
    }
}
