package dev.nxtsync.story;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/** What the stories of webhooks share: a daemon whose polls are a day apart, so that what arrives came by webhook. */
public final class Hooks {
    public static final String PATH = "/webhooks/visma-connect";
    public static final String KEY = "k3y of the first subscription";
    public static final int COMPANY = 5_280_001;
    private static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Hooks() {}

    public static SandboxOptions options(int orders) {
        return SandboxOptions.defaults().withPort(0).withStill(true).withTokenLifetime(Duration.ofHours(1))
                .withRows(Map.of("order", orders, "orderLine", 200, "product", 100));
    }

    public static Daemon.Builder daemon(Sandbox sandbox, TestDatabase database) {
        return Daemon.on(sandbox.url(), database).with("NXT_WEBHOOK_KEYS", KEY).with("NXT_PULLS_ORDERS_TABLE", "order")
                .with("NXT_PULLS_ORDERS_EVERY", "24h").with("NXT_PULLS_ORDERS_COMPANIES", COMPANY);
    }

    /** Changes each of so many orders, and answers the events of that, which are not sent. */
    public static List<byte[]> burst(Sandbox sandbox, int events) {
        for (int i = 1; i <= events; i++) {
            sandbox.put(COMPANY, "order", Map.of("orderNo", i, "information1", "burst"));
        }
        return IntStream.rangeClosed(1, events)
                .mapToObj(i -> sandbox.eventBody(COMPANY, "order", Map.of("orderNo", i), "UPDATE")).toList();
    }

    public static void arrives(Sandbox sandbox, TestDatabase database, int owner, String table, Duration within) {
        try {
            await().atMost(within).until(() -> Mirror.differences(sandbox, database, owner, table).isEmpty());
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            throw new AssertionError(table + ": " + Mirror.differences(sandbox, database, owner, table), e);
        }
    }

    public static HttpResponse<String> post(Daemon daemon, byte[] body, Map<String, String> headers) {
        var request = HttpRequest.newBuilder(URI.create(daemon.mainUrl() + PATH)).timeout(Duration.ofSeconds(20))
                .POST(BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        try {
            return HTTP.send(request.build(), BodyHandlers.ofString());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Posts a body that is signed with the key of the daemon. */
    public static int post(Daemon daemon, byte[] body) {
        return post(daemon, body, Sandbox.eventHeaders(body, KEY)).statusCode();
    }

    public static List<Map<String, String>> inbox(TestDatabase database) {
        return database.rows("select pull, key from nxt_sync.inbox order by id");
    }
}
