package dev.nxtsync.trace;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.quarkus.runtime.ShutdownEvent;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.TraceExport;

/** Begins traces, where these are on. Safe for any number of threads. */
@Singleton
public class Spans {
    private static final int PATIENCE_SECONDS = 2;

    private final Optional<OpenTelemetrySdk> sdk;
    private final boolean textLog;

    /** @param sdk not asked for where traces are off */
    @Inject
    Spans(Instance<OpenTelemetry> sdk, TraceExport export, Settings.Log log) {
        this(export.endpoint().map(on -> sdk.get()).filter(OpenTelemetrySdk.class::isInstance)
                .map(OpenTelemetrySdk.class::cast), log == Settings.Log.TEXT);
    }

    private Spans(Optional<OpenTelemetrySdk> sdk, boolean textLog) {
        this.sdk = sdk;
        this.textLog = textLog;
    }

    /** Where traces are off. */
    public static Spans none() {
        return new Spans(Optional.empty(), false);
    }

    /** A trace begins, with a span of the present thread's that all others of it are within. */
    public TraceSpan root(String name) {
        return root(name, Optional.empty());
    }

    /** As {@link #root(String)}, of what began before. */
    public TraceSpan root(String name, Instant startedAt) {
        return root(name, Optional.of(startedAt));
    }

    private TraceSpan root(String name, Optional<Instant> startedAt) {
        return sdk
                .map(each -> TraceSpan.root(new TraceSpan.Traces(each.getTracer("nxt-sync"), textLog), name, startedAt))
                .orElse(TraceSpan.NONE);
    }

    /** Sends what is left, while that is still possible, and for a short time. */
    void stop(@Observes @Priority(Interceptor.Priority.LIBRARY_AFTER + 10) ShutdownEvent event) {
        sdk.ifPresent(each -> each.shutdown().join(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }
}
