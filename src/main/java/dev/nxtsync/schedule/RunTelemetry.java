package dev.nxtsync.schedule;

import java.time.Clock;
import java.time.Instant;

import jakarta.inject.Singleton;

import org.jboss.logging.MDC;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import dev.nxtsync.trace.Spans;
import dev.nxtsync.trace.TraceSpan;

/** What shows of runs outside: a trace of each, the labels of its lines in the log, and how many were refused to write. */
@Singleton
class RunTelemetry {
    private final Spans spans;
    private final Clock clock;
    private final Counter refused;

    RunTelemetry(Spans spans, Clock clock, MeterRegistry metrics) {
        this.spans = spans;
        this.clock = clock;
        this.refused = metrics.counter("nxt_stale_writes_refused");
    }

    /** When a unit was claimed. */
    record Claiming(Instant from, Instant until) {}

    /** A claim begins now. */
    Instant now() {
        return clock.instant();
    }

    /** A run begins on the present thread, until its span is closed. */
    TraceSpan begin(Claim claim, Claiming claiming) {
        label(claim);
        var span = spans.root(claim.kind().text(), claiming.from()).with("nxt.connection", claim.connection())
                .with(entryLabel(claim), claim.entry());
        claim.work().owner().ifPresent(owner -> span.with("nxt." + owner.scope().text(), owner.number()));
        if (claim.kind() == UnitKind.PUSH) {
            span.with("nxt.lane", claim.lane());
        }
        span.past("claim", claiming.from(), claiming.until());
        return span;
    }

    private static String entryLabel(Claim claim) {
        return claim.kind() == UnitKind.PUSH ? "nxt.push" : "nxt.job";
    }

    /** What each line of the log is about, under the names that metrics have for it. */
    static void label(Claim claim) {
        MDC.put("connection", claim.connection());
        MDC.put("company", claim.company());
        MDC.put("kind", claim.kind().text());
        if (!claim.entry().isEmpty()) {
            MDC.put(claim.kind() == UnitKind.PUSH ? "push" : "job", claim.entry());
        }
    }

    /** A run has lost its unit before it could write. */
    void refused() {
        refused.increment();
    }
}
