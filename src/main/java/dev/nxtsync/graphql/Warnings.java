package dev.nxtsync.graphql;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jboss.logging.Logger;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.error.QuotedText;

/** Warnings that come with answers: each is counted, and its text told once. Safe for any number of threads. */
final class Warnings {
    private static final Logger LOG = Logger.getLogger(Warnings.class);
    private static final int TEXTS = 1000;

    private final Counter counter;
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    Warnings(MeterRegistry metrics) {
        this.counter = metrics.counter("nxt_api_warnings");
    }

    void tell(JsonNode warnings, String traceId) {
        for (JsonNode warning : warnings) {
            counter.increment();
            String text = QuotedText.message(warning.path("message").asText());
            if (told.size() < TEXTS && told.add(text)) {
                LOG.warnf("Business NXT warns: %s (trace %s)", text, traceId);
            }
        }
    }
}
