package dev.nxtsync.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.HostileServer;
import dev.nxtsync.support.TestDatabase;

class HostileAnswersIT {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final long MUCH = 120_000_000;
    private static final String API = "/api/graphql-service";

    @Test
    void answersOfAnyLengthOfTheApiAndOfTheReceiverOfNoticesPassThroughASmallHeap() throws Exception {
        var database = TestDatabase.create();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true));
                var hostile = new HostileServer()) {
            String much = "Content-Length: " + MUCH + "\r\n\r\n";
            hostile.answer(API, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + much
                    + "{\"errors\": [{\"message\": \"", MUCH);
            hostile.answer("/notices", "HTTP/1.1 200 OK\r\n" + much, MUCH);
            try (var daemon = Daemon.on(sandbox.url(), database).jvm("-Xmx64m").jvm("-XX:+ExitOnOutOfMemoryError")
                    .with("NXT_API_URL", hostile.url()).with("NXT_PULLS_ORDERS_TABLE", "order")
                    .with("NXT_NOTICE_URL", hostile.url() + "/notices")
                    .with("NXT_NOTICE_KEY", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").start()) {
                await().atMost(LONG).until(() -> daemon.get("/q/health/well").body()
                        .contains("The answer of Business NXT is longer than 8388608 bytes"));
                hostile.answer(API, "HTTP/1.1 502 Bad Gateway\r\n" + much, MUCH);
                await().atMost(LONG).until(() -> daemon.get("/q/health/well").body().contains("answered HTTP 502"));
                await().atMost(LONG).until(() -> daemon.metric("nxt_notices_total", "ok") > 0);
                assertThat(daemon.isRunning()).as(daemon.output()).isTrue();
                assertThat(daemon.output()).doesNotContain("OutOfMemoryError");
            }
        }
    }
}
