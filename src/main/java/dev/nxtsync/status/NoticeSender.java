package dev.nxtsync.status;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import jakarta.inject.Singleton;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;

import dev.nxtsync.config.Secret;
import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ConnectFailure;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.process.ExternalWait;
import dev.nxtsync.process.OutOfMemory;
import dev.nxtsync.transport.HttpLine;
import dev.nxtsync.transport.Network;
import dev.nxtsync.transport.OutgoingBody;

/** Sends a notice once. Safe for any number of threads; a call takes ten seconds at most. */
@Singleton
class NoticeSender {
    private static final Duration AT_MOST = Duration.ofSeconds(10);

    private final Settings.Notice notice;
    private final Network network;
    private final Vertx vertx;
    private final Clock clock;
    private final MeterRegistry metrics;

    NoticeSender(Settings.Notice notice, Network network, Vertx vertx, Clock clock, MeterRegistry metrics) {
        this.notice = notice;
        this.network = network;
        this.vertx = vertx;
        this.clock = clock;
        this.metrics = metrics;
        if (isConfigured()) {
            metrics.counter("nxt_notices", "outcome", "ok");
            metrics.counter("nxt_notices", "outcome", "failed");
        }
    }

    boolean isConfigured() { return notice.url().isPresent() && notice.key().isPresent(); }

    /** Why it was not taken, which never shows the address: that may hold a secret; empty if it was. */
    Optional<Problem> send(String id, String body) {
        var failure = ExternalWait.call(() -> attempt(id, body));
        metrics.counter("nxt_notices", "outcome", failure.isPresent() ? "failed" : "ok").increment();
        return failure.map(why -> new Problem(ErrorCode.NOTICE_FAILED,
                "The receiver of NXT_NOTICE_URL " + why + ". " + ErrorCode.NOTICE_FAILED.nextStep()));
    }

    private Optional<String> attempt(String id, String body) {
        String url = notice.url().map(Secret::reveal).orElseThrow();
        String key = notice.key().map(Secret::reveal).orElseThrow();
        long timestamp = clock.instant().getEpochSecond();
        // anew for each of the few notices, as address and key may come from files that change
        try (var line = new HttpLine(network, vertx, url, AT_MOST);
                var reply = line.post(headers(id, timestamp, NoticeSignature.of(key, id, timestamp, body)),
                        new OutgoingBody(body.getBytes(StandardCharsets.UTF_8)), AT_MOST)) {
            return reply.status() / 100 == 2 ? Optional.empty() : Optional.of("answered HTTP " + reply.status());
        } catch (IOException | RuntimeException e) {
            OutOfMemory.endIfCauseOf(e);
            return Optional.of(ConnectFailure.of(e).map(fault -> "cannot be reached (" + fault.errorCode().code() + ")")
                    .orElse("did not answer"));
        }
    }

    private static Map<String, String> headers(String id, long timestamp, String signature) {
        return Map.of("Content-Type", "application/json", "webhook-id", id, "webhook-timestamp",
                Long.toString(timestamp), "webhook-signature", signature);
    }
}
