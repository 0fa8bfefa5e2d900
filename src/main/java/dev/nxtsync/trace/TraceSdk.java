package dev.nxtsync.trace;

import java.util.Map;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.quarkus.arc.Unremovable;

import dev.nxtsync.config.TraceExport;

/**
 * The SDK, instead of the extension's, which is set up at each start, be there traces or not. Nothing but our spans is sent, and
 * only as we do it, whatever variables of OpenTelemetry's are set for all that runs in a place.
 */
final class TraceSdk {
    private static final Logger LOG = Logger.getLogger(TraceSdk.class);

    @Singleton
    @Unremovable
    static OpenTelemetry openTelemetry(TraceExport export) {
        if (export.endpoint().isPresent()) {
            try {
                return sdk();
            } catch (ConfigurationException e) {
                LOG.warnf(
                        "There are no traces: OpenTelemetry cannot be set up (%s). Correct the variable of OpenTelemetry that "
                                + "it names, or leave it out.",
                        e.getMessage());
            }
        }
        return OpenTelemetry.noop();
    }

    private static OpenTelemetry sdk() {
        return AutoConfiguredOpenTelemetrySdk.builder().disableShutdownHook()
                .setServiceClassLoader(TraceSdk.class.getClassLoader())
                .addPropertiesSupplier(() -> Map.of("otel.service.name", "nxt-sync"))
                .addPropertiesCustomizer(set -> Map.of("otel.traces.exporter", "cdi", "otel.metrics.exporter", "none",
                        "otel.logs.exporter", "none", "otel.propagators", "none"))
                .build().getOpenTelemetrySdk();
    }
}
