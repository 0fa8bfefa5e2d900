package dev.nxtsync.notice;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import jakarta.inject.Singleton;
import jakarta.ws.rs.core.Response;

import io.micrometer.core.instrument.MeterRegistry;

import dev.nxtsync.config.Network;
import dev.nxtsync.config.Secret;
import dev.nxtsync.config.Settings;
import dev.nxtsync.process.OutOfMemory;
import dev.nxtsync.process.Outside;
import dev.nxtsync.trouble.NetworkFault;
import dev.nxtsync.trouble.Reason;
import dev.nxtsync.trouble.Trouble;

/** Sends a notice once. Safe for any number of threads; a call takes 15 seconds at most. */
@Singleton
class Sender {
    private final Settings.Notice notice;
    private final Network network;
    private final Clock clock;
    private final MeterRegistry metrics;

    Sender(Settings settings, Network network, Clock clock, MeterRegistry metrics) {
        this.notice = settings.notice();
        this.network = network;
        this.clock = clock;
        this.metrics = metrics;
        if (isConfigured()) {
            metrics.counter("nxt_notices", "outcome", "ok");
            metrics.counter("nxt_notices", "outcome", "failed");
        }
    }

    boolean isConfigured() { return notice.url().isPresent() && notice.key().isPresent(); }

    /** Why it was not taken, which never shows the address: that may hold a secret; empty if it was. */
    Optional<Reason> send(String id, String body) {
        var failure = Outside.of(() -> attempt(id, body));
        metrics.counter("nxt_notices", "outcome", failure.isPresent() ? "failed" : "ok").increment();
        return failure.map(why -> new Reason(Trouble.NOTICE_FAILED,
                "The receiver of NXT_NOTICE_URL " + why + ". " + Trouble.NOTICE_FAILED.nextStep()));
    }

    private Optional<String> attempt(String id, String body) {
        String url = notice.url().map(Secret::reveal).orElseThrow();
        String key = notice.key().map(Secret::reveal).orElseThrow();
        long timestamp = clock.instant().getEpochSecond();
        try (Response response = endpoint(url).post(id, timestamp, Signature.of(key, id, timestamp, body),
                body.getBytes(StandardCharsets.UTF_8))) {
            return response.getStatus() / 100 == 2
                    ? Optional.empty()
                    : Optional.of("answered HTTP " + response.getStatus());
        } catch (RuntimeException e) {
            OutOfMemory.endIfCauseOf(e);
            return Optional.of(NetworkFault.of(e).map(fault -> "cannot be reached (" + fault.trouble().code() + ")")
                    .orElse("did not answer (" + e.getClass().getSimpleName() + ")"));
        }
    }

    /** A new client for each of the few notices, as address and key may come from files that change. */
    private NoticeEndpoint endpoint(String url) {
        return network.client(url).connectTimeout(5, TimeUnit.SECONDS).readTimeout(10, TimeUnit.SECONDS)
                .disableDefaultMapper(true).build(NoticeEndpoint.class);
    }
}
