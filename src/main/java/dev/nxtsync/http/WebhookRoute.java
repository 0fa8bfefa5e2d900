package dev.nxtsync.http;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.micrometer.core.instrument.MeterRegistry;

import dev.nxtsync.http.server.CallerKeys;
import dev.nxtsync.http.server.Endpoint;
import dev.nxtsync.http.server.Endpoint.BodyLimit;
import dev.nxtsync.http.server.HttpAnswer;
import dev.nxtsync.http.server.HttpCall;
import dev.nxtsync.http.server.HttpResource;
import dev.nxtsync.http.server.Refusal;
import dev.nxtsync.webhook.RefusalLog;
import dev.nxtsync.webhook.Signatures;
import dev.nxtsync.webhook.TableChange;
import dev.nxtsync.webhook.WebhookQueue;
import dev.nxtsync.webhook.WebhookResult;

/**
 * The address that Visma Connect posts events to. Whoever does not have a key learns nothing but that. The headers
 * {@code x-vwd-…} are not signed: they are logged, and nothing else.
 */
@Singleton
class WebhookRoute implements HttpResource {
    private static final Logger LOG = Logger.getLogger(WebhookRoute.class);
    private static final String SIGNATURE = "x-vwd-signature-v1";
    private static final BodyLimit BODY = new BodyLimit(256 * 1024, Duration.ofSeconds(10));
    private static final Pattern NOT_FOR_LOGS = Pattern.compile("[^!-~]");

    private final WebhookQueue queue;
    private final MeterRegistry metrics;
    private final Optional<Signatures> signatures;
    private final RefusalLog refusals = new RefusalLog();

    WebhookRoute(WebhookQueue queue, CallerKeys keys, MeterRegistry metrics) {
        this.queue = queue;
        this.metrics = metrics;
        this.signatures = keys.webhooks().map(Signatures::new);
    }

    @Override
    public List<Endpoint> addresses() {
        if (signatures.isEmpty()) {
            return List.of();
        }
        for (WebhookResult result : WebhookResult.values()) {
            metrics.counter("nxt_webhooks", "result", result.label());
        }
        return List.of(new Endpoint("POST", "/webhooks/visma-connect", BODY, false, WebhookRoute::unsigned,
                (call, refusal) -> answer(call, verdict(refusal)),
                (Endpoint.Swift) (call, reply) -> judge(signatures.get(), call, reply)));
    }

    private static Optional<Refusal> unsigned(HttpCall call) {
        return call.header(SIGNATURE).filter(Signatures::isOne).isPresent()
                ? Optional.empty()
                : Optional.of(new Refusal(Refusal.RefusalReason.KEY, ""));
    }

    private static WebhookResult verdict(Refusal refusal) {
        return switch (refusal.reason()) {
            case KEY -> WebhookResult.BAD_SIGNATURE;
            case TOO_LARGE -> WebhookResult.TOO_LARGE;
            // what came late may come in time when it is sent again
            case NO_MEMORY, BUSY, LATE, UNEXPECTED -> WebhookResult.UNAVAILABLE;
            case UNKNOWN, METHOD, MALFORMED, LONG_LINE, LONG_HEADERS -> WebhookResult.MALFORMED;
        };
    }

    private void judge(Signatures keys, HttpCall call, Consumer<HttpAnswer> reply) {
        if (!keys.isGenuine(call.body(), call.header(SIGNATURE).orElse(""))) {
            reply.accept(answer(call, WebhookResult.BAD_SIGNATURE));
            return;
        }
        Optional<TableChange> change = TableChange.read(call.body());
        if (change.isEmpty()) {
            reply.accept(answer(call, WebhookResult.MALFORMED));
            return;
        }
        boolean taken = queue.offer(new WebhookQueue.WebhookCall(hash(call.body()), change.get(), result -> {
            try {
                taken(call, change.get(), result);
            } finally {
                reply.accept(answer(call, result));
            }
        }));
        if (!taken) {
            reply.accept(answer(call, WebhookResult.UNAVAILABLE));
        }
    }

    private void taken(HttpCall call, TableChange change, WebhookResult result) {
        if (result == WebhookResult.ACCEPTED) {
            metrics.counter("nxt_webhook_events", "event", change.kind().toString()).increment();
        }
        if (LOG.isDebugEnabled()) {
            LOG.debugf("Webhook %s: %s of %s %s in %s is %s", headers(call), change.kind(), change.table(),
                    change.key(), change.tenant(), result.label());
        }
    }

    private HttpAnswer answer(HttpCall call, WebhookResult result) {
        metrics.counter("nxt_webhooks", "result", result.label()).increment();
        if (result.isRefusal()) {
            refusals.tell(result, call.remote() + " (" + headers(call) + ")");
        }
        var answer = HttpAnswer.of(result.status());
        return result == WebhookResult.UNAVAILABLE ? answer.with("Retry-After", "2") : answer;
    }

    /** What the caller says of itself, cut so that it can do no harm in a log. */
    private static String headers(HttpCall call) {
        var said = new ArrayList<String>();
        for (String name : new String[]{"event", "group", "notification", "subscription", "tenant"}) {
            call.header("x-vwd-" + name + "-id").ifPresent(value -> said.add(name + " "
                    + NOT_FOR_LOGS.matcher(value.substring(0, Math.min(64, value.length()))).replaceAll("?")));
        }
        return said.isEmpty() ? "no header of Visma Connect" : String.join(", ", said);
    }

    private static String hash(byte[] body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
