package dev.nxtsync.webhook;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

import dev.nxtsync.config.Settings;
import dev.nxtsync.process.MemoryBudget;

/**
 * The address that Visma Connect posts events to. Whoever does not have a key learns nothing but that; a body is refused as
 * soon as it is too large, and no thread waits for a slow one, which a resource could not do. The headers {@code x-vwd-…} are
 * not signed: they are logged, and nothing else.
 */
@Singleton
class WebhookRoute {
    static final String PATH = "/webhooks/visma-connect";

    private static final Logger LOG = Logger.getLogger(WebhookRoute.class);
    private static final String SIGNATURE = "x-vwd-signature-v1";
    private static final Pattern NOT_FOR_LOGS = Pattern.compile("[^!-~]");

    private final Intake intake;
    private final Vertx vertx;
    private final MeterRegistry metrics;
    private final Optional<Signatures> signatures;
    private final Refusals refusals = new Refusals();
    private final MemoryBudget room = MemoryBudget.ofHeap(16, 4 << 20);

    WebhookRoute(Intake intake, Settings settings, Vertx vertx, MeterRegistry metrics) {
        this.intake = intake;
        this.vertx = vertx;
        this.metrics = metrics;
        this.signatures = settings.webhookKeys().map(Signatures::new);
    }

    void open(@Observes Router router) {
        if (signatures.isPresent()) {
            for (Verdict verdict : Verdict.values()) {
                metrics.counter("nxt_webhooks", "result", verdict.label());
            }
            // before what cuts off every body that is too large for the push API
            router.route(HttpMethod.POST, PATH).order(Integer.MIN_VALUE).handler(this::receive);
        }
    }

    private void receive(RoutingContext routing) {
        HttpServerRequest request = routing.request();
        new Reception(vertx, request, room, body -> judge(request, body), verdict -> answer(request, verdict)).begin();
    }

    private void judge(HttpServerRequest request, byte[] body) {
        if (!signatures.orElseThrow().isGenuine(body, request.getHeader(SIGNATURE))) {
            answer(request, Verdict.BAD_SIGNATURE);
            return;
        }
        Optional<TableChange> change = TableChange.read(body);
        if (change.isEmpty()) {
            answer(request, Verdict.MALFORMED);
            return;
        }
        Context loop = vertx.getOrCreateContext();
        boolean taken = intake.offer(new Intake.Call(hash(body), change.get(), verdict -> loop.runOnContext(back -> {
            taken(request, change.get(), verdict);
            answer(request, verdict);
        })));
        if (!taken) {
            answer(request, Verdict.UNAVAILABLE);
        }
    }

    private void taken(HttpServerRequest request, TableChange change, Verdict verdict) {
        if (verdict == Verdict.ACCEPTED) {
            metrics.counter("nxt_webhook_events", "event", change.kind()).increment();
        }
        if (LOG.isDebugEnabled()) {
            LOG.debugf("Webhook %s: %s of %s %s in %s %d is %s", headers(request), change.kind(), change.table(),
                    change.key(), change.scope(), change.owner(), verdict.label());
        }
    }

    private void answer(HttpServerRequest request, Verdict verdict) {
        metrics.counter("nxt_webhooks", "result", verdict.label()).increment();
        if (verdict.isRefusal()) {
            refusals.tell(verdict, request.remoteAddress().hostAddress() + " with " + headers(request));
        }
        HttpServerResponse response = request.response();
        if (response.ended() || response.closed()) {
            return;
        }
        if (verdict == Verdict.UNAVAILABLE) {
            response.putHeader("Retry-After", "2");
        }
        response.setStatusCode(verdict.status()).end();
    }

    /** What the caller says of itself, cut so that it can do no harm in a log. */
    private static Map<String, String> headers(HttpServerRequest request) {
        var said = new TreeMap<String, String>();
        for (String name : new String[]{"event", "group", "notification", "subscription", "tenant"}) {
            var value = request.getHeader("x-vwd-" + name + "-id");
            if (value != null) {
                said.put(name, NOT_FOR_LOGS.matcher(value.substring(0, Math.min(64, value.length()))).replaceAll("?"));
            }
        }
        return said;
    }

    private static String hash(byte[] body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
