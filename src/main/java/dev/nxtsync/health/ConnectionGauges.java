package dev.nxtsync.health;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;

import dev.nxtsync.graphql.Slots;
import dev.nxtsync.status.ConnectionFindings;
import dev.nxtsync.status.OpenFindings;

/** When sign-ins end, which slots are lost, and what is wrong. */
@Singleton
class ConnectionGauges implements DatabaseGauges {
    private final ConnectionFindings connections;
    private final Slots slots;
    private final Clock clock;
    private final MultiGauge signInEnds;
    private final MultiGauge lostCalls;
    private final MultiGauge openTroubles;

    ConnectionGauges(ConnectionFindings connections, Slots slots, Clock clock, MeterRegistry metrics) {
        this.connections = connections;
        this.slots = slots;
        this.clock = clock;
        this.signInEnds = MultiGauge.builder("nxt_sign_in_ends_in").baseUnit("seconds")
                .description("Until a person has to sign in again, where that is known").register(metrics);
        this.lostCalls = MultiGauge.builder("nxt_budget_lost_calls")
                .description("Slots of a company that are taken by calls whose answers were lost").register(metrics);
        this.openTroubles = MultiGauge.builder("nxt_troubles").description("What is wrong now, by code")
                .register(metrics);
    }

    @Override
    public void take(Handle transaction) {
        Instant now = clock.instant();
        var left = new TreeMap<String, Long>();
        connections.signInEnds(transaction)
                .forEach((name, end) -> left.put(name, Duration.between(now, end).toSeconds()));
        signInEnds.register(DatabaseGauges.by("connection", left), true);
        lostCalls.register(DatabaseGauges.by("tenant", slots.lost()), true);
        openTroubles.register(DatabaseGauges.by("code", OpenFindings.counts(transaction)), true);
    }
}
