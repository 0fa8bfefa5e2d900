package dev.nxtsync.health;

import java.util.ArrayList;
import java.util.Collection;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;

import dev.nxtsync.config.Pushes;
import dev.nxtsync.push.outbox.OutboxDepth;
import dev.nxtsync.push.outbox.OutboxRow;

/** What is in the outbox. */
@Singleton
class PushGauges implements DatabaseGauges {
    private final Collection<String> pushes;
    private final MultiGauge outboxRows;
    private final MultiGauge outboxAge;

    PushGauges(Pushes configured, MeterRegistry metrics) {
        this.pushes = configured.names();
        this.outboxRows = MultiGauge.builder("nxt_outbox_rows").description("Rows of the outbox").register(metrics);
        this.outboxAge = MultiGauge.builder("nxt_outbox_age").baseUnit("seconds")
                .description("Since when the oldest unfinished row waits").register(metrics);
    }

    @Override
    public void take(Handle transaction) {
        var depths = OutboxDepth.depths(transaction);
        var rows = new ArrayList<MultiGauge.Row<?>>();
        var ages = new ArrayList<MultiGauge.Row<?>>();
        for (String push : pushes) {
            var pushed = depths.getOrDefault(push, OutboxDepth.PushDepth.EMPTY);
            for (OutboxRow.RowState state : OutboxRow.RowState.values()) {
                rows.add(MultiGauge.Row.of(Tags.of("push", push, "state", state.text()),
                        pushed.states().getOrDefault(state.text(), 0L)));
            }
            ages.add(MultiGauge.Row.of(Tags.of("push", push), pushed.oldest()));
        }
        outboxRows.register(rows, true);
        outboxAge.register(ages, true);
    }
}
