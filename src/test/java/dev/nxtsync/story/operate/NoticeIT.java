package dev.nxtsync.story.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Detour;
import dev.nxtsync.support.TestDatabase;

@Tag("operate")
@Execution(ExecutionMode.CONCURRENT)
class NoticeIT {
    private static final String KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    @Test
    void aPersonIsToldOnceOfATroubleThatLastsAndOnceOfItsEndHoweverManyReplicasThereAre() throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox(); var receiver = new Receiver(); var detour = new Detour(database.port())) {
            detour.open();
            receiver.status = 500;
            var builder = daemon(sandbox, database, receiver).with("NXT_CLIENT_SECRET", "wrong");
            try (var one = builder.start();
                    var two = builder.without("NXT_HTTP_PORT").without("NXT_MANAGEMENT_PORT").start()) {
                await().atMost(Duration.ofSeconds(60)).until(() -> receiver.received.size() == 1);
                await().atMost(Duration.ofSeconds(30)).until(
                        () -> one.get("/q/health/well").body() + two.get("/q/health/well").body(),
                        well -> well.contains("answered HTTP 500") && well.contains("(notice_failed)"));
                receiver.status = 204;
                String first = receiver.received.get(0).id();
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> receiver.taken().stream().anyMatch(each -> each.id().equals(first)));
                assertThat(receiver.taken()).allMatch(Receiver.Call::isSigned).extracting(Receiver.Call::id)
                        .doesNotHaveDuplicates();
                JsonNode told = receiver.taken().get(0).json();
                assertThat(told.path("type").asText()).isEqualTo("nxt_sync.state_changed");
                assertThat(told.path("data").path("state").asText()).isEqualTo("in_trouble");
                assertThat(told.path("data").path("begun").findValuesAsText("next_step").toString())
                        .contains("NXT_CLIENT_SECRET");
                assertThat(receiver.codes("begun")).containsExactly("invalid_client");
                assertThat(receiver.codes("ended")).isEmpty();
            }
            try (var mended = builder.with("NXT_CLIENT_SECRET", "demo+secret%/:1").without("NXT_HTTP_PORT")
                    .without("NXT_MANAGEMENT_PORT").with("NXT_DATABASE_URL", database.url(detour.port())).start()) {
                await().atMost(Duration.ofSeconds(90)).until(() -> receiver.codes("ended").size() == 1);
                assertThat(receiver.codes("ended")).containsExactly("invalid_client");
                assertThat(receiver.taken().get(receiver.taken().size() - 1).json().path("data").path("state").asText())
                        .isEqualTo("well");
                detour.shut();
                await().atMost(Duration.ofSeconds(60)).until(() -> receiver.codes("begun").size() == 2);
                assertThat(receiver.codes("begun")).as("that the database is away too")
                        .containsExactly("invalid_client", "database_away");
                detour.open();
                await().atMost(Duration.ofSeconds(60)).until(() -> receiver.codes("ended").size() == 2);
                assertThat(receiver.codes("ended")).containsExactly("invalid_client", "database_away");
                assertThat(mended.output()).doesNotContain("s3cret").doesNotContain(KEY);
                assertThat(mended.metric("nxt_notices_total", "ok")).isPositive();
            }
        }
    }

    private static Sandbox sandbox() {
        return new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("associate", 30)));
    }

    private static Daemon.Builder daemon(Sandbox sandbox, TestDatabase database, Receiver receiver) {
        return Daemon.on(sandbox.url(), database).with("NXT_PULLS_PEOPLE_TABLE", "associate")
                .with("NXT_NOTICE_URL", receiver.url()).with("NXT_NOTICE_KEY", KEY);
    }

    /** Whoever is told. */
    private static final class Receiver implements AutoCloseable {
        private final HttpServer server;
        final List<Call> received = new CopyOnWriteArrayList<>();
        volatile int status = 200;

        /** A call, and what it was answered with. */
        record Call(String id, String timestamp, String signature, String body, int status) {
            JsonNode json() {
                try {
                    return new ObjectMapper().readTree(body);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            /** As the specification tells a receiver to verify it. */
            boolean isSigned() {
                String expected;
                try {
                    var mac = Mac.getInstance("HmacSHA256");
                    mac.init(new SecretKeySpec(Base64.getDecoder().decode(KEY.substring(6)), "HmacSHA256"));
                    expected = Base64.getEncoder().encodeToString(
                            mac.doFinal((id + "." + timestamp + "." + body).getBytes(StandardCharsets.UTF_8)));
                } catch (GeneralSecurityException e) {
                    throw new IllegalStateException(e);
                }
                long age = Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp));
                return signature.equals("v1," + expected) && age < 60;
            }
        }

        Receiver() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                var headers = exchange.getRequestHeaders();
                received.add(new Call(headers.getFirst("webhook-id"), headers.getFirst("webhook-timestamp"),
                        headers.getFirst("webhook-signature"),
                        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8), status));
                exchange.sendResponseHeaders(status, -1);
                exchange.close();
            });
            server.start();
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook/s3cret";
        }

        /** The codes of what has begun, or ended, in all notices that were taken. */
        List<String> codes(String what) {
            return taken().stream()
                    .flatMap(each -> each.json().path("data").path(what).findValuesAsText("code").stream()).toList();
        }

        List<Call> taken() {
            return received.stream().filter(each -> each.status() / 100 == 2).toList();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
