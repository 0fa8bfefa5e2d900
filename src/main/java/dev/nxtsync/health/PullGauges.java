package dev.nxtsync.health;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;

import jakarta.inject.Singleton;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.pull.target.RowFaults;

/** How far pulls are behind, and what of them waits. */
@Singleton
class PullGauges implements DatabaseGauges {
    private final Collection<String> pulls;
    private final PullStates states;
    private final RowFaults faults;
    private final Inbox inbox;
    private final MultiGauge lag;
    private final MultiGauge rowFaults;
    private final MultiGauge keysSetAside;
    private volatile Inbox.Backlog inboxDepth = new Inbox.Backlog(0, 0);

    PullGauges(Pulls configured, PullStates states, RowFaults faults, Inbox inbox, MeterRegistry metrics) {
        this.pulls = configured.names();
        this.states = states;
        this.faults = faults;
        this.inbox = inbox;
        this.lag = MultiGauge.builder("nxt_pull_lag").baseUnit("seconds")
                .description("Since when a pull and company is complete").register(metrics);
        this.rowFaults = MultiGauge.builder("nxt_row_faults").description("Rows that are set aside").register(metrics);
        this.keysSetAside = MultiGauge.builder("nxt_inbox_set_aside")
                .description("Events whose rows could not be looked at, and are left to the reconciliation")
                .register(metrics);
        Gauge.builder("nxt_inbox_rows", () -> inboxDepth.keys()).description("Events whose rows are not yet looked at")
                .register(metrics);
        Gauge.builder("nxt_inbox_age", () -> inboxDepth.oldest()).baseUnit("seconds")
                .description("Since when the oldest of them waits").register(metrics);
    }

    @Override
    public void take() throws SQLException {
        rowFaults.register(DatabaseGauges.ofEach(pulls, faults.count()), true);
        keysSetAside.register(DatabaseGauges.ofEach(pulls, inbox.setAside()), true);
        var lags = new ArrayList<MultiGauge.Row<?>>();
        states.lags().forEach((pull, companies) -> companies.forEach((company, seconds) -> {
            if (pulls.contains(pull)) {
                lags.add(MultiGauge.Row.of(Tags.of("job", pull, "company", Integer.toString(company)), seconds));
            }
        }));
        lag.register(lags, true);
        inboxDepth = inbox.depth();
    }
}
