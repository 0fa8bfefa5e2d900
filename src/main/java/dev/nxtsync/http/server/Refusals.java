package dev.nxtsync.http.server;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.micrometer.core.instrument.MeterRegistry;

import dev.nxtsync.http.server.Refusal.RefusalReason;
import dev.nxtsync.process.LogThrottle;

/** Answers who is refused by a problem, counts it, and tells the log now and then. Safe for any number of threads. */
@Singleton
public class Refusals implements Endpoint.Objection {
    private static final Logger LOG = Logger.getLogger(Refusals.class);

    private final MeterRegistry metrics;
    private final LogThrottle<RefusalReason> throttle = new LogThrottle<>();

    Refusals(MeterRegistry metrics) {
        this.metrics = metrics;
    }

    /** So that each is there before it happens. */
    void begin() {
        for (RefusalReason reason : RefusalReason.values()) {
            metrics.counter("nxt_api_refusals", "reason", reason.label());
        }
    }

    @Override
    public HttpAnswer of(HttpCall call, Refusal refusal) {
        note(call.toString(), call.remote(), refusal.reason());
        return answer(refusal);
    }

    /** Of what came to no address of ours. */
    HttpAnswer of(String remote, Refusal refusal) {
        note("An unknown address", remote, refusal.reason());
        return answer(refusal);
    }

    /** @param what without anything that the caller has made up */
    public void note(String what, String remote, RefusalReason reason) {
        metrics.counter("nxt_api_refusals", "reason", reason.label()).increment();
        String why = meaning(reason);
        if (!why.isEmpty()) {
            throttle.due(reason).ifPresent(since -> LOG.warnf("%s was refused to %s with %d: %s%s", what, remote,
                    reason.status(), why, LogThrottle.more(since)));
        }
    }

    private static HttpAnswer answer(Refusal refusal) {
        var answer = HttpAnswer.problem(refusal.reason().status(), refusal.reason().errorCode(), refusal.text());
        return refusal.reason().status() == 503 ? answer.with("Retry-After", "2") : answer;
    }

    /** Empty for what anybody may cause and nobody needs to know of. */
    private static String meaning(RefusalReason reason) {
        return switch (reason) {
            case KEY -> "the header X-Api-Key is missing, or is not the operator key. If this was not a program of "
                    + "yours, somebody else has found the address.";
            case TOO_LARGE -> "its body is too large.";
            case LATE -> "its body did not arrive completely in time.";
            case NO_MEMORY -> "other requests take all the memory for bodies.";
            case BUSY -> "too many requests wait for the database or another system.";
            case UNKNOWN, METHOD, MALFORMED, LONG_LINE, LONG_HEADERS, UNEXPECTED -> "";
        };
    }
}
