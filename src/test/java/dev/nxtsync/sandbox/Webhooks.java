package dev.nxtsync.sandbox;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;

/**
 * Events of the type TableChange, as Visma Connect sends them. What is not documented of them is mixed: composite keys in one
 * object or in several, with and without {@code changedByUser}, {@code changedColumns} and (but for deletions)
 * {@code timestamp}.
 */
final class Webhooks {
    private static final DateTimeFormatter TIMESTAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSS'Z'")
            .withZone(ZoneOffset.UTC);
    private static final int REMEMBERED = 20_000;

    private final Vertx vertx;
    private final Faults faults;
    private final Counters counters;
    private final HttpClient client;
    private final Random random;
    private final AtomicInteger pending = new AtomicInteger();
    private final Deque<byte[]> bodies = new ArrayDeque<>();
    private volatile Subscription subscription;

    /**
     * Where events go, as it is set in the Developer Portal.
     *
     * @param url empty for nowhere
     * @param key the signature key
     * @param attempts in all, until an event is given up
     * @param interval before the second attempt; it doubles with each
     */
    public record Subscription(String url, String key, int attempts, Duration interval) {
        static final Subscription NONE = new Subscription("", "sandbox-signature-key", 8, Duration.ofSeconds(1));
    }

    Webhooks(Vertx vertx, Faults faults, Counters counters, long seed, Subscription subscription) {
        this.vertx = vertx;
        this.faults = faults;
        this.counters = counters;
        this.random = new Random(seed);
        this.client = vertx.httpClientBuilder()
                .with(new HttpClientOptions().setConnectTimeout(5_000).setMaxWaitQueueSize(100_000))
                .with(new PoolOptions().setHttp1MaxSize(50))
                // a receiver that dies is what retries are for
                .withConnectHandler(connection -> connection.exceptionHandler(gone -> {
                })).build();
        this.subscription = subscription;
    }

    void subscribe(Subscription value) {
        subscription = value;
    }

    Subscription subscription() {
        return subscription;
    }

    /** How many events have neither been accepted nor given up. */
    int pending() {
        return pending.get();
    }

    /** The bodies of the latest events, oldest first. */
    synchronized List<byte[]> bodies() {
        return new ArrayList<>(bodies);
    }

    /** Tells of a change. */
    void changed(int owner, TableModel table, Key key, String event, String user) {
        if (!subscription.url().isEmpty()) {
            byte[] body = body(owner, table, key, event, user);
            send(body, UUID.randomUUID().toString());
            if (faults.strikes("duplicate-webhook")) {
                counters.count("webhooks_doubled");
                send(body, UUID.randomUUID().toString());
            }
        }
    }

    synchronized byte[] body(int owner, TableModel table, Key key, String event, String user) {
        var members = new LinkedHashMap<String, Object>();
        members.put("tableIdentifier", table.rowType());
        members.put("customerNo", !table.system() && random.nextInt(4) == 0 ? 0 : Data.CUSTOMER);
        members.put("companyNo", table.system() ? 0 : owner);
        members.put("primaryKeys", keys(table, key));
        members.put("event", event);
        boolean isDelete = event.equals("DELETE");
        if (isDelete || random.nextInt(10) > 0) {
            members.put("timestamp", TIMESTAMP.format(Instant.now().plusNanos(random.nextInt(1000) * 100L)));
        }
        if (random.nextInt(10) > 2) {
            members.put("changedByUser", user);
        }
        if (!isDelete && random.nextBoolean()) {
            members.put("changedColumns",
                    random.nextBoolean()
                            ? List.of("ChangedTimestamp", "ChangedByUser")
                            : List.of(Map.of("ChangedTimestamp", Row.now()), Map.of("ChangedByUser", user)));
        }
        try {
            byte[] body = BusinessNxt.JSON.writeValueAsBytes(members);
            bodies.addLast(body);
            if (bodies.size() > REMEMBERED) {
                bodies.removeFirst();
            }
            return body;
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private List<Map<String, Object>> keys(TableModel table, Key key) {
        var together = new LinkedHashMap<String, Object>();
        var apart = new ArrayList<Map<String, Object>>();
        for (int i = 0; i < table.key().size(); i++) {
            String column = table.key().get(i);
            String name = Character.toUpperCase(column.charAt(0)) + column.substring(1);
            together.put(name, key.values().get(i));
            apart.add(Map.of(name, key.values().get(i)));
        }
        return random.nextBoolean() ? List.of(together) : apart;
    }

    /** Sends a body, now or late. */
    private void send(byte[] body, String notification) {
        pending.incrementAndGet();
        long late;
        synchronized (this) {
            late = faults.strikes("reorder-webhook") ? 1 + random.nextInt(2_000) : 0;
        }
        if (late > 0) {
            vertx.setTimer(late, timer -> attempt(body, notification, 1));
        } else {
            vertx.runOnContext(now -> attempt(body, notification, 1));
        }
    }

    private void attempt(byte[] body, String notification, int number) {
        var target = subscription;
        counters.count("webhooks_sent");
        var headers = headers(body, notification, target.key());
        URI uri = URI.create(target.url());
        var options = new RequestOptions().setMethod(HttpMethod.POST).setHost(uri.getHost()).setPort(uri.getPort())
                .setURI(uri.getPath());
        client.request(options).compose(request -> {
            headers.forEach(request::putHeader);
            return request.send(Buffer.buffer(body));
        }).onComplete(sent -> {
            if (sent.succeeded() && sent.result().statusCode() / 100 == 2) {
                counters.count("webhooks_accepted");
                boolean again = number == 1 && faults.strikes("duplicate-webhook");
                if (again) {
                    // as if the answer had been lost: the same notification once more
                    counters.count("webhooks_doubled");
                    vertx.setTimer(10, timer -> attempt(body, notification, 2));
                } else {
                    pending.decrementAndGet();
                }
            } else if (number >= target.attempts()) {
                counters.count("webhooks_given_up");
                pending.decrementAndGet();
            } else {
                counters.count("webhooks_retried");
                vertx.setTimer(Math.min(60_000, target.interval().toMillis() << Math.min(16, number - 1)),
                        timer -> attempt(body, notification, number + 1));
            }
        });
    }

    static Map<String, String> headers(byte[] body, String notification, String key) {
        String now = Long.toString(Instant.now().toEpochMilli());
        var headers = new LinkedHashMap<String, String>();
        headers.put("Content-Type", "application/json");
        headers.put("x-vwd-signature-v1", signature(key, body));
        headers.put("x-vwd-application-id", "5f0c9a1e-0000-4000-8000-000000000001");
        headers.put("x-vwd-application-version", "1.0");
        headers.put("x-vwd-event-id", UUID.nameUUIDFromBytes(body).toString());
        headers.put("x-vwd-group-id", "tablechange");
        headers.put("x-vwd-notification-id", notification);
        headers.put("x-vwd-notification-timestamp", now);
        headers.put("x-vwd-subscription-id", "5f0c9a1e-0000-4000-8000-000000000002");
        headers.put("x-vwd-tenant-id", "5f0c9a1e-0000-4000-8000-000000000003");
        headers.put("x-vwd-webhook-timestamp", now);
        return headers;
    }

    private static String signature(String key, byte[] body) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return Base64.getEncoder().encodeToString(mac.doFinal(body));
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
