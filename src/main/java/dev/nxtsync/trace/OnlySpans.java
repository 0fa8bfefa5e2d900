package dev.nxtsync.trace;

import java.util.Map;

import jakarta.inject.Singleton;

import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdkBuilder;
import io.quarkus.arc.Unremovable;
import io.quarkus.opentelemetry.runtime.AutoConfiguredOpenTelemetrySdkBuilderCustomizer;

/** Nothing but our spans is sent, and only as we do it, whatever variables of OpenTelemetry's are set for all that runs in a place. */
@Singleton
@Unremovable
final class OnlySpans implements AutoConfiguredOpenTelemetrySdkBuilderCustomizer {
    @Override
    public void customize(AutoConfiguredOpenTelemetrySdkBuilder builder) {
        builder.addPropertiesCustomizer(set -> Map.of("otel.traces.exporter", "cdi", "otel.metrics.exporter", "none",
                "otel.logs.exporter", "none", "otel.propagators", "none"));
    }
}
