package dev.nxtsync.health;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;

import jakarta.inject.Singleton;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;

import dev.nxtsync.config.Pushes;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.PushStates;

/** What is in the outbox. */
@Singleton
class PushGauges implements DatabaseGauges {
    private final Collection<String> pushes;
    private final PushStates states;
    private final MultiGauge outboxRows;
    private final MultiGauge outboxAge;

    PushGauges(Pushes configured, PushStates states, MeterRegistry metrics) {
        this.pushes = configured.names();
        this.states = states;
        this.outboxRows = MultiGauge.builder("nxt_outbox_rows").description("Rows of the outbox").register(metrics);
        this.outboxAge = MultiGauge.builder("nxt_outbox_age").baseUnit("seconds")
                .description("Since when the oldest unfinished row waits").register(metrics);
    }

    @Override
    public void take() throws SQLException {
        var depths = states.depths();
        var rows = new ArrayList<MultiGauge.Row<?>>();
        var ages = new ArrayList<MultiGauge.Row<?>>();
        for (String push : pushes) {
            var depth = depths.getOrDefault(push, PushStates.Depth.EMPTY);
            for (OutboxRow.State state : OutboxRow.State.values()) {
                rows.add(MultiGauge.Row.of(Tags.of("push", push, "state", state.text()),
                        depth.states().getOrDefault(state.text(), 0L)));
            }
            ages.add(MultiGauge.Row.of(Tags.of("push", push), depth.oldest()));
        }
        outboxRows.register(rows, true);
        outboxAge.register(ages, true);
    }
}
