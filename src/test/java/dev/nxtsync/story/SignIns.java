package dev.nxtsync.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.support.Visitor;

/** What the stories of sign-ins share: a daemon with one connection of a user, and a person who signs in. */
public final class SignIns {
    public static final String OPERATOR = Daemon.OPERATOR;
    public static final String KEY = "vG2xVcjVHY1pPvxFWkMIW0dIyJqGXTqvWRSpIDhqLSE=";
    public static final int COMPANY = 5_280_001;
    private static final ObjectMapper JSON = new ObjectMapper();

    private SignIns() {}

    public static SandboxOptions options(Duration tokenLifetime) {
        return SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(1).withTokenLifetime(tokenLifetime)
                .withRows(Map.of("order", 50));
    }

    /** Which works as whoever signs in, and reads the orders. */
    public static Daemon.Builder daemon(Sandbox sandbox, TestDatabase database) {
        int port = Daemon.freePort();
        return Daemon.on(sandbox.url(), database).with("NXT_CONNECTIONS_MAIN_KIND", "user").with("NXT_HTTP_PORT", port)
                .with("NXT_PUBLIC_URL", "http://127.0.0.1:" + port).with("NXT_ENCRYPTION_KEY", KEY)
                .with("NXT_OPERATOR_KEY", OPERATOR).with("NXT_PULLS_ORDERS_TABLE", "order")
                .with("NXT_PULLS_ORDERS_EVERY", "1s").with("NXT_API_TIME_LIMIT", "4s")
                .with("NXT_PULLS_ORDERS_OVERLAP", "10s");
    }

    /** A link for a sign-in, from the operator's address. */
    public static String link(Daemon daemon) {
        return link(daemon, "main");
    }

    public static String link(Daemon daemon, String connection) {
        var response = daemon.operator("POST", "/api/connections/" + connection + "/sign-in", OPERATOR);
        assertThat(response.status()).as(response.body()).isEqualTo(200);
        return json(response.body()).path("url").asText();
    }

    /** Has Kari sign in, who must find herself signed in at the end. */
    public static HttpResponse<String> signIn(Daemon daemon) {
        return signIn(daemon, "main");
    }

    public static HttpResponse<String> signIn(Daemon daemon, String connection) {
        var page = new Visitor().signIn(link(daemon, connection), "kari", "fjord");
        assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
        return page;
    }

    public static void awaitRows(TestDatabase database, Sandbox sandbox) {
        await().atMost(Duration.ofMinutes(1))
                .until(() -> database.count("nxt.\"order\"") == sandbox.rows(COMPANY, "order").size());
    }

    /** How the grant of a connection is stored. */
    public static Map<String, String> grant(TestDatabase database) {
        return grant(database, "main");
    }

    public static Map<String, String> grant(TestDatabase database, String connection) {
        return database.rows("select * from nxt_sync.user_grant where connection = '" + connection + "'").get(0);
    }

    public static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(text, e);
        }
    }
}
