package dev.nxtsync.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.process.ConditionLog;
import dev.nxtsync.support.Listening;
import dev.nxtsync.trace.Spans;

/** Renewals that fail: what is told of them, and how their back-off ends when somebody says that its cause may be gone. */
class BackOffEndsTest {
    private final ManualTime time = new ManualTime();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private Supplier<TokenRequest.TokenResult> answer = () -> refused(ErrorCode.INVALID_CLIENT);
    private int requests;
    private int recovered;

    private final RenewingTokens tokens = new RenewingTokens(
            new RenewalReport("main", "scope", metrics, new ConditionLog<>(), () -> recovered++, Spans.none()),
            atMost -> {
                requests++;
                return answer.get();
            }, new RenewalTimes(new Random(1)), time.executor(), time::nanos);

    @Test
    void whereWhatStoodInTheWayMayBeGoneABackOffEndsAtOnce() {
        failForLong();
        int before = requests;
        answer = BackOffEndsTest::granted;
        tokens.retry();
        time.pass(Duration.ofMillis(1));
        assertThat(requests).isEqualTo(before + 1);
        assertThat(tokens.current()).isInstanceOf(Tokens.Valid.class);
        assertThat(recovered).as("whoever waits for a token hears of it").isEqualTo(1);
        tokens.retry();
        time.pass(Duration.ofSeconds(1));
        assertThat(requests).as("nothing is asked for where nothing fails").isEqualTo(before + 1);
        assertThat(recovered).as("once").isEqualTo(1);
    }

    @Test
    void aBackOffThatEndedInVainBeginsAnewAndNoneIsLostWhereARequestWasUnderWay() {
        failForLong();
        int before = requests;
        answer = () -> {
            // the file changes while what stood in it before is sent
            answer = BackOffEndsTest::granted;
            tokens.retry();
            return refused(ErrorCode.INVALID_CLIENT);
        };
        tokens.retry();
        time.pass(Duration.ofMillis(1));
        assertThat(requests).isEqualTo(before + 2);
        assertThat(tokens.current()).isInstanceOf(Tokens.Valid.class);

        answer = () -> refused(ErrorCode.INVALID_CLIENT);
        tokens.begin();
        time.pass(Duration.ofMinutes(20));
        tokens.retry();
        time.pass(Duration.ofMillis(1));
        assertThat(tokens.status().nextAttempt()).as("as after the first failure")
                .isLessThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void whoeverAsksOnceItMayBeGoneWaitsForTheAttempt() throws Exception {
        failForLong();
        answer = BackOffEndsTest::granted;
        tokens.retry();
        var current = CompletableFuture.supplyAsync(tokens::current);
        time.pass(Duration.ofMillis(1));
        assertThat(current.get(1, TimeUnit.MINUTES)).isInstanceOf(Tokens.Valid.class);
    }

    @Test
    void whereAPersonHasToSignInNobodyWaits() {
        answer = () -> new TokenRequest.Withdrawn(new Problem(ErrorCode.SIGN_IN_NEEDED, "Nobody has signed in."));
        start();
        tokens.retry();
        assertThat(tokens.current()).isInstanceOfSatisfying(Tokens.NoToken.class,
                unavailable -> assertThat(unavailable.failure().errorCode()).isEqualTo(ErrorCode.SIGN_IN_NEEDED));
        assertThat(tokens.waitsForPerson()).isTrue();
    }

    /** Looks at what is stored, and operators who run something, end a back-off; that is no news. */
    @Test
    void aTroubleIsToldWhenItBeginsAndNotWithEachAttempt() {
        for (Supplier<TokenRequest.TokenResult> trouble : List.<Supplier<TokenRequest.TokenResult>>of(
                () -> refused(ErrorCode.ENCRYPTION_KEY_UNKNOWN), () -> refused(ErrorCode.INVALID_CLIENT),
                () -> new TokenRequest.Withdrawn(new Problem(ErrorCode.SIGN_IN_NEEDED, "Nobody has signed in.")),
                () -> {
                    throw new IllegalStateException("a fault of ours");
                })) {
            answer = trouble;
            try (var log = Listening.to(RenewalReport.class)) {
                start();
                for (int i = 0; i < 50; i++) {
                    time.pass(Duration.ofSeconds(2));
                    tokens.wake();
                    tokens.retry();
                }
                assertThat(log.heard()).hasSize(1);
            }
        }
        assertThat(requests).isGreaterThan(100);
        try (var log = Listening.to(RenewalReport.class)) {
            answer = BackOffEndsTest::granted;
            tokens.retry();
            time.pass(Duration.ofMillis(1));
            assertThat(log.heard()).singleElement().asString().contains("token received");
        }
    }

    @Test
    void anApiThatRefusesFreshTokensIsToldOnceAlthoughEachOfThemWasGranted() {
        var count = new int[1];
        answer = () -> new TokenRequest.Granted("token" + count[0]++, Optional.of(Duration.ofHours(1)),
                Optional.of("scope"));
        try (var log = Listening.to(RenewalReport.class)) {
            start();
            for (int i = 0; i < 600; i++) {
                if (tokens.current() instanceof Tokens.Valid valid) {
                    tokens.rejected(valid.token());
                }
                time.pass(Duration.ofSeconds(1));
            }
            assertThat(count[0]).isGreaterThan(5);
            assertThat(log.heard().stream().filter(line -> line.contains("no new token"))).hasSize(1);
        }
    }

    private void start() {
        tokens.start();
        time.pass(Duration.ofMillis(1));
    }

    private void failForLong() {
        start();
        time.pass(Duration.ofMinutes(20));
        assertThat(tokens.status().nextAttempt()).isGreaterThan(Duration.ofMillis(100));
        assertThat(tokens.current()).isInstanceOf(Tokens.NoToken.class);
    }

    private static TokenRequest.TokenResult granted() {
        return new TokenRequest.Granted("token", Optional.of(Duration.ofHours(1)), Optional.of("scope"));
    }

    private static TokenRequest.TokenResult refused(ErrorCode errorCode) {
        return new TokenRequest.Refused(new Problem(errorCode, "It failed."));
    }
}
