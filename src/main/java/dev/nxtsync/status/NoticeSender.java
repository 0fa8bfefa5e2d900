package dev.nxtsync.status;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import jakarta.inject.Singleton;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;

import dev.nxtsync.config.NoticeHeaders;
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

    boolean isConfigured() { return notice.isComplete(); }

    /**
     * Why it was not taken, which shows neither the address nor a header: they may hold a secret; empty if it was.
     *
     * @param body in the standard form
     */
    Optional<Problem> send(String id, String body) {
        var failure = ExternalWait.call(() -> {
            try {
                return attempt(id, body);
            } catch (UncheckedIOException e) {
                // of a secret in a file, without any of it
                return Optional.of("was not asked, because " + e.getMessage());
            }
        });
        metrics.counter("nxt_notices", "outcome", failure.isPresent() ? "failed" : "ok").increment();
        return failure.map(why -> new Problem(ErrorCode.NOTICE_FAILED,
                "The receiver of NXT_NOTICE_URL " + why + ". " + ErrorCode.NOTICE_FAILED.nextStep()));
    }

    private Optional<String> attempt(String id, String body) {
        String url = notice.url().map(Secret::reveal).orElseThrow();
        String sent = NoticeForm.of(notice.format(), body);
        var headers = new HashMap<>(Map.of("Content-Type", "application/json", "webhook-id", id));
        notice.key().map(Secret::reveal).ifPresent(key -> sign(headers, key, id, sent));
        var own = notice.headers().map(Secret::reveal).map(NoticeHeaders::read);
        if (own.filter(each -> !each.flaws().isEmpty()).isPresent()) {
            return Optional.of("was not asked, because in NXT_NOTICE_HEADERS " + own.get().flaws().get(0));
        }
        own.ifPresent(each -> headers.putAll(each.values()));
        // anew for each of the few notices, as address and key may come from files that change
        try (var line = new HttpLine(network, vertx, url, AT_MOST);
                var reply = line.post(headers, new OutgoingBody(sent.getBytes(StandardCharsets.UTF_8)), AT_MOST)) {
            return reply.status() / 100 == 2 ? Optional.empty() : Optional.of("answered HTTP " + reply.status());
        } catch (IOException | RuntimeException e) {
            OutOfMemory.endIfCauseOf(e);
            return Optional.of(ConnectFailure.of(e).map(fault -> "cannot be reached (" + fault.errorCode().code() + ")")
                    .orElse("did not answer"));
        }
    }

    private void sign(Map<String, String> headers, String key, String id, String body) {
        long timestamp = clock.instant().getEpochSecond();
        headers.put("webhook-timestamp", Long.toString(timestamp));
        headers.put("webhook-signature", NoticeSignature.of(key, id, timestamp, body));
    }
}
