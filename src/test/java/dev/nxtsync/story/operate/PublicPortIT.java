package dev.nxtsync.story.operate;

import static dev.nxtsync.story.Hooks.COMPANY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.signin.SealedText;
import dev.nxtsync.story.Hooks;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.support.Visitor;
import dev.nxtsync.support.Wire;

/** What those who must not, and those who are slow, can do to a daemon at its public port: nothing. */
@Tag("operate")
class PublicPortIT {
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String KEY = "X-Api-Key: " + Daemon.OPERATOR;

    private static TestDatabase database;
    private static Sandbox sandbox;
    private static Daemon daemon;
    private static int port;

    @BeforeAll
    static void start() {
        database = TestDatabase.migrated();
        sandbox = new Sandbox(SignIns.options(Duration.ofHours(1)));
        daemon = SignIns.daemon(sandbox, database).with("NXT_WEBHOOK_KEYS", Hooks.KEY)
                .with("NXT_PUSHES_SALES_TABLE", "order").with("NXT_PUSHES_SALES_COMPANY", COMPANY)
                .with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReference").start();
        daemon.awaitReady();
        SignIns.signIn(daemon);
        SignIns.awaitRows(database, sandbox);
        port = URI.create(daemon.mainUrl()).getPort();
    }

    @AfterAll
    static void stop() {
        daemon.close();
        sandbox.close();
    }

    @Test
    void aRefusalComesBeforeTheBodyAndIsCountedAndLoggedOnce() {
        double before = daemon.metric("nxt_api_refusals_total", "reason=\"key\"");
        for (int i = 0; i < 20; i++) {
            assertThat(status("POST /api/pushes/sales", "Content-Length: 14000000")).isEqualTo(401);
            assertThat(status("POST /api/pushes/sales", "Content-Length: 14000000", KEY + "x")).isEqualTo(401);
            assertThat(status("POST /api/pushes/nothing", "Content-Length: 14000000", KEY)).isEqualTo(404);
            assertThat(status("POST /api/pushes/sales", "Content-Length: 15000001", KEY)).isEqualTo(413);
            assertThat(status("POST /api/pulls/orders/run", "Content-Length: 1", KEY)).isEqualTo(413);
            assertThat(status("POST /connections/nobody/callback", "Content-Length: 14000000")).isEqualTo(404);
            assertThat(status("POST /connections/main/callback", "Content-Length: 16385")).isEqualTo(413);
            assertThat(status("POST /webhooks/visma-connect", "Content-Length: 200000")).isEqualTo(401);
        }
        assertThat(daemon.metric("nxt_api_refusals_total", "reason=\"key\"")).isEqualTo(before + 40);
        assertThat(daemon.output().lines().filter(line -> line.contains("is not the operator key"))).hasSize(1);
        assertThat(status("GET /api/status", KEY)).as("the right key is not locked out").isEqualTo(200);
    }

    @Test
    void twoHundredAndSixtySendersOfABodyAndAsManyOfHeadersThatNeverEndTakeNoThread() throws Exception {
        var slow = new ArrayList<Wire>();
        try {
            for (int i = 0; i < 260; i++) {
                slow.add(Wire.to(port).head("POST /api/pushes/sales HTTP/1.1", KEY, "Content-Length: 100").send("{"));
                slow.add(Wire.to(port).send("GET /api/status HTTP/1.1\r\nX: "));
            }
            long beats = database.number("select extract(epoch from max(beat_at))::bigint from nxt_sync.replica");
            long runs = database.number("select max(id) from nxt_sync.run");
            for (String path : List.of("started", "live", "ready", "well")) {
                assertThat(daemon.get("/q/health/" + path).status()).as(path).isEqualTo(200);
            }
            byte[] event = sandbox.eventBody(COMPANY, "order", Map.of("orderNo", 1), "UPDATE");
            assertThat(Hooks.post(daemon, event)).isEqualTo(202);
            assertThat(status("GET /api/status", KEY)).isEqualTo(200);
            await().atMost(SOON)
                    .until(() -> database
                            .number("select extract(epoch from max(beat_at))::bigint from nxt_sync.replica") > beats
                            && database.number("select max(id) from nxt_sync.run") > runs);
        } finally {
            slow.forEach(Wire::close);
        }
    }

    @Test
    void noMethodAndNoAddressMakesANewSeries() throws Exception {
        for (String path : List.of("/api/status", "/q/health/live", "/webhooks/visma-connect")) {
            strange("GOT", port, path);
            strange("GOT", managementPort(), path);
        }
        await().atMost(SOON).until(() -> series().stream().noneMatch(each -> each.contains("GOT")));
        for (int i = 0; i < 50; i++) {
            strange("M" + i, port, "/api/pushes/p" + i + "/k?q=" + i);
            strange("M" + i, managementPort(), "/q/p" + i);
        }
        assertThat(series()).noneMatch(each -> each.matches(".*[\"/][Mp]\\d+.*"));
        assertThat(daemon.get("/q/metrics").body()).doesNotContain("http_server_requests");
    }

    private static void strange(String method, int port, String path) throws Exception {
        HttpClient.newHttpClient().send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, BodyPublishers.noBody()).build(), BodyHandlers.discarding());
    }

    private static Set<String> series() {
        return daemon.get("/q/metrics").body().lines().map(line -> line.replaceFirst(" [^ ]*$", ""))
                .collect(Collectors.toSet());
    }

    private static int managementPort() {
        return URI.create(daemon.managementUrl()).getPort();
    }

    @Test
    void neitherPortSpeaksHttp2() throws Exception {
        var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        for (String url : List.of(daemon.mainUrl() + "/", daemon.managementUrl() + "/q/health/live")) {
            assertThat(http.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.discarding()).version())
                    .as("by upgrade").isEqualTo(HttpClient.Version.HTTP_1_1);
        }
        for (int each : new int[]{port, managementPort()}) {
            try (var wire = Wire.to(each).send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
                    .send(new byte[]{0, 0, 0, 4, 0, 0, 0, 0, 0})) {
                assertThat(wire.status()).as("by prior knowledge").isGreaterThanOrEqualTo(400);
            }
        }
    }

    @Test
    void whenASignInFailsUnexpectedlyNeitherItsLinkNorItsCodeReachesTheLogOrThePage() throws Exception {
        var visitor = new Visitor();
        String link = SignIns.link(daemon);
        String callback = visitor.agree(visitor.open(link), "kari", "fjord");
        // what nobody but the daemon can have written, and it never does
        database.execute("update nxt_sync.sign_in set challenge = '"
                + SealedText.ofChallenge(SignIns.KEY, "main", "nonce-without-verifier")
                + "' where challenge is not null");
        var page = visitor.get(callback);
        assertThat(page.statusCode()).isEqualTo(500);
        assertThat(page.body()).contains("unexpected");
        assertThat(page.headers().firstValue("Content-Security-Policy")).isPresent();
        var secrets = new ArrayList<>(Visitor.query(callback).values());
        secrets.add(link.substring(link.lastIndexOf('/') + 1));
        secrets.removeIf(each -> each.startsWith("http"));
        assertThat(secrets).hasSizeGreaterThan(2);
        // what cannot be read is refused, and told nowhere
        assertThat(status("GET /connections/main/sign-in/" + secrets.get(0) + "%zz")).isEqualTo(400);
        assertThat(status("GET /connections/main/sign-in/" + secrets.get(0) + "x".repeat(5_000))).isEqualTo(414);
        assertThat(status("GET /connections/main/sign-in/" + secrets.get(0), "X\u0000: y")).isEqualTo(400);
        assertThat(daemon.output()).contains("GET /connections/{name}/callback failed in a way that should not happen")
                .contains("(unexpected)").contains("java.lang.ArrayIndexOutOfBoundsException");
        secrets.forEach(each -> {
            assertThat(daemon.output()).doesNotContain(each);
            assertThat(page.body()).doesNotContain(each);
        });
    }

    private static int status(String request, String... headers) {
        var lines = new ArrayList<>(List.of(request + " HTTP/1.1"));
        lines.addAll(List.of(headers));
        try (var wire = Wire.to(port).head(lines.toArray(String[]::new))) {
            return wire.status();
        }
    }
}
