package dev.nxtsync.story.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.HostileServer;
import dev.nxtsync.support.TestDatabase;

@Tag("pull")
class HostileAnswersIT {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final long MUCH = 120_000_000;
    private static final String API = "/api/graphql-service";

    @Test
    void answersOfAnyLengthOfTheApiAndOfTheReceiverOfNoticesPassThroughASmallHeapAndShortlyIntoTheLog()
            throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true));
                var hostile = new HostileServer()) {
            hostile.answer(API,
                    "{\"errors\": [{\"message\": \"oh\\nno\\u001b[2J\\u202e\\u2028" + "far too much ".repeat(600_000)
                            + "\"}], \"extensions\": {\"vbnxt-trace-id\": \"a\\u001bb\", \"warnings\": "
                            + "[{\"message\": \"mind\\n\\u001b" + "x".repeat(100_000) + "\"}]}}");
            String much = "Content-Length: " + MUCH + "\r\n\r\n";
            hostile.answer("/notices", "HTTP/1.1 200 OK\r\n" + much, MUCH);
            try (var daemon = Daemon.on(sandbox.url(), database).jvm("-Xmx64m").jvm("-XX:+ExitOnOutOfMemoryError")
                    .with("NXT_API_URL", hostile.url()).with("NXT_PULLS_ORDERS_TABLE", "order")
                    .with("NXT_NOTICE_URL", hostile.url() + "/notices")
                    .with("NXT_NOTICE_KEY", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").start()) {
                aMessageOfEightMegabytesIsToldInOneShortLine(daemon, database);
                hostile.answer(API, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + much
                        + "{\"errors\": [{\"message\": \"", MUCH);
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

    private static void aMessageOfEightMegabytesIsToldInOneShortLine(Daemon daemon, TestDatabase database) {
        await().atMost(LONG).until(() -> daemon.get("/q/health/well").body().contains("oh no [2J far too much"));
        assertThat(daemon.get("/q/health/well").body()).hasSizeLessThan(10_000);
        assertThat(daemon.output().lines()).allMatch(line -> line.length() < 5_000)
                .noneMatch(line -> line.contains("\u001b") || line.contains("\u202e"))
                .noneMatch(line -> line.startsWith("no")).anyMatch(line -> line.contains("oh no [2J far too much"))
                .anyMatch(line -> line.contains("Business NXT warns: mind xxx"));
        assertThat(database.number("select coalesce(max(length(reason)), 0) from nxt_sync.pull_state"))
                .isLessThan(3_000);
        assertThat(database.number("select coalesce(max(length(error)), 0) from nxt_sync.run")).isLessThan(3_000);
    }
}
