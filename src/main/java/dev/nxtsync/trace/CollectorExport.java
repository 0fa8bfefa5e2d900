package dev.nxtsync.trace;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.quarkus.arc.Unremovable;
import io.vertx.core.Vertx;

import dev.nxtsync.config.TraceExport;
import dev.nxtsync.error.ConnectFailure;
import dev.nxtsync.error.Words;
import dev.nxtsync.process.ConditionLog;
import dev.nxtsync.process.OutOfMemory;
import dev.nxtsync.transport.HttpLine;
import dev.nxtsync.transport.Network;
import dev.nxtsync.transport.OutgoingBody;
import dev.nxtsync.transport.TooSlow;

/**
 * Sends spans to their collector by OTLP/HTTP (OpenTelemetry Protocol 1.9, section "OTLP/HTTP"), by the same way as all that we
 * send. What does not get there is lost, which the log is told as of all else that lasts. For one thread.
 */
@Singleton
@Unremovable
final class CollectorExport implements SpanExporter {
    private static final Logger LOG = Logger.getLogger(CollectorExport.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int LONGEST_ANSWER = 64 * 1024;

    private final HttpLine line;
    private final Map<String, String> headers;
    private final ConditionLog<HttpLine> failures = new ConditionLog<>();

    CollectorExport(TraceExport export, Network network, Vertx vertx) {
        this.line = new HttpLine(network, vertx, export.address(), PATIENCE.plusSeconds(5));
        this.headers = export.headers();
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        String fault = fault(spans);
        if (fault.isEmpty()) {
            failures.over(line)
                    .ifPresent(lasted -> LOG.infof("Traces reach their collector again, after %s", Words.time(lasted)));
            return CompletableResultCode.ofSuccess();
        }
        if (failures.isNews(line, fault)) {
            LOG.warnf(
                    "Traces do not reach their collector (%s) and are lost meanwhile; all other work goes on. Check that "
                            + "OTEL_EXPORTER_OTLP_ENDPOINT is its address for OTLP by HTTP, mostly port 4318%s.",
                    fault,
                    fault.matches("HTTP 40[13]")
                            ? ", and that OTEL_EXPORTER_OTLP_HEADERS has the credentials that it wants"
                            : "");
        }
        return CompletableResultCode.ofFailure();
    }

    /** Empty if all is well. */
    private String fault(Collection<SpanData> spans) {
        var out = new ByteArrayOutputStream();
        var body = new OutgoingBody(new byte[0]);
        try {
            TraceRequestMarshaler.create(spans).writeBinaryTo(out);
            body = new OutgoingBody(out.toByteArray());
            try (var reply = line.post(headers, body, PATIENCE)) {
                byte[] answer = reply.body().readNBytes(LONGEST_ANSWER);
                return reply.status() / 100 != 2
                        ? "HTTP " + reply.status()
                        : isPartial(answer) ? "it accepts only some of them" : "";
            }
        } catch (IOException e) {
            OutOfMemory.endIfCauseOf(e);
            if (e instanceof InterruptedIOException) {
                Thread.currentThread().interrupt();
            }
            return body.withhold() ? ConnectFailure.unsent(e, e instanceof TooSlow).detail() : "no complete answer";
        } catch (RuntimeException e) {
            return "they cannot be sent";
        }
    }

    /**
     * Whether spans were rejected: {@code partial_success}, field 1 of the answer, with {@code rejected_spans}, field 1 of that,
     * above zero.
     */
    private static boolean isPartial(byte[] answer) {
        return answer.length > 3 && answer[0] == 0x0A && answer[2] == 0x08 && answer[3] != 0;
    }

    @Override
    public CompletableResultCode flush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        line.close();
        return CompletableResultCode.ofSuccess();
    }
}
