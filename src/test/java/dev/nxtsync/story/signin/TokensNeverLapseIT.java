package dev.nxtsync.story.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

@Tag("signin")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TokensNeverLapseIT {
    private static final Duration LIFETIME = Duration.ofSeconds(10);

    private static Sandbox sandbox;
    private static Daemon daemon;

    @BeforeAll
    static void start() {
        sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withTokenLifetime(LIFETIME));
        daemon = Daemon.on(sandbox.url(), TestDatabase.migrated())
                .with("NXT_PULLS_ACCOUNTS_TABLE", "generalLedgerAccount").with("NXT_PULLS_ACCOUNTS_EVERY", "1s")
                .with("NXT_PULLS_LINES_TABLE", "orderLine").with("NXT_PULLS_LINES_EVERY", "2s").start();
    }

    @AfterAll
    static void stop() {
        daemon.close();
        sandbox.close();
    }

    @Test
    @Order(1)
    void noCallMeetsA401OrWaitsForARenewalWhileTokensOfTenSecondsComeAndGo() {
        Duration length = Size.of(Duration.ofSeconds(25), Duration.ofMinutes(10));
        long from = System.nanoTime();
        // a busy machine may need longer for so many calls
        await().atMost(length.plusMinutes(1)).pollInterval(Duration.ofMillis(500)).until(() -> {
            assertThat(daemon.isRunning()).isTrue();
            return System.nanoTime() - from > length.toNanos() && sandbox.counter("requests") > length.toSeconds();
        });

        long seconds = Duration.ofNanos(System.nanoTime() - from).toSeconds();
        long renewals = (long) renewals();
        Size.figure("tokens of 10 s for %d s: %d requests, %d renewals, %d unauthorized, %.0f waits", seconds,
                sandbox.counter("requests"), renewals, sandbox.counter("unauthorized"),
                daemon.metric("nxt_token_waits_total", "main"));
        assertThat(sandbox.counter("requests")).isGreaterThan(length.toSeconds());
        assertThat(renewals).isBetween(seconds / 6, seconds / 3);
        assertThat(sandbox.counter("token_requests")).isBetween(renewals, renewals + 1);
        assertNoCallFailedOrWaited();
    }

    @Test
    @Order(2)
    void aTokenEndpointThatIsDownForMostOfATokensLifeDelaysNoCallAndFailsNone() {
        for (int round = 0; round < Size.of(1, 10); round++) {
            double renewals = renewals();
            await().atMost(Duration.ofMinutes(1)).until(() -> renewals() > renewals);
            long failures = renewalFailures();
            sandbox.faults(Map.of("token-down", 1.0));
            // by the daemon's clock: on a busy machine an answer may have been under way for seconds
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> daemon.metric("nxt_token_expires_in_seconds", "main") < LIFETIME.toSeconds() * 0.2);
            assertThat(renewalFailures()).isGreaterThan(failures);
            assertThat(daemon.get("/q/health/well").body()).contains("out of order or overloaded");
            sandbox.faults(Map.of());
            long downAt = sandbox.counter("tokens_issued");
            await().atMost(LIFETIME).pollInterval(Duration.ofMillis(20))
                    .until(() -> sandbox.counter("tokens_issued") > downAt);
        }
        assertThat(daemon.metric("nxt_requests_total", "unauthorized")).isZero();
        assertNoCallFailedOrWaited();
        Size.figure("token endpoint down until 80 %% of the life: %.0f failed renewals, no call failed or waited",
                (double) renewalFailures());
    }

    private static void assertNoCallFailedOrWaited() {
        assertThat(sandbox.counter("unauthorized")).isZero();
        assertThat(daemon.get("/q/metrics").body()).contains("nxt_token_waits_total{connection=\"main\"} 0.0");
    }

    private static double renewals() {
        return daemon.metric("nxt_token_renewals_total", "outcome=\"ok\"");
    }

    private static long renewalFailures() {
        return (long) daemon.metric("nxt_token_renewals_total", "token_unavailable");
    }
}
