package dev.nxtsync.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.process.ConditionLog;
import dev.nxtsync.trace.Spans;

class RenewingTokensTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final ManualTime time = new ManualTime();
    private final List<Long> requests = new ArrayList<>();
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private Supplier<TokenRequest.TokenResult> answer = () -> granted(HOUR);
    private int issued;
    private int recovered;

    private final RenewingTokens tokens = new RenewingTokens(
            new RenewalReport("main", "scope", metrics, new ConditionLog<>(), () -> recovered++, Spans.none()),
            atMost -> {
                requests.add(time.nanos());
                return answer.get();
            }, new RenewalTimes(new Random(1)), time.executor(), time::nanos);

    @Test
    void renewsAroundHalfOfTheLifetimeWithOneRequestEach() {
        start();
        var first = valid();
        time.pass(Duration.ofMinutes(26));
        assertThat(valid()).isEqualTo(first);
        time.pass(Duration.ofMinutes(8));
        assertThat(valid()).isNotEqualTo(first);
        assertThat(requests).hasSize(2);
        assertThat(recovered).as("nothing was wrong").isZero();
    }

    @Test
    void aFailedRenewalKeepsTheValidTokenAndCallersFailAtOnceOnlyWhenItHasExpired() {
        start();
        var first = valid();
        answer = () -> refused(ErrorCode.TOKEN_UNAVAILABLE);
        time.pass(Duration.ofMinutes(59));
        assertThat(valid()).isEqualTo(first);
        assertThat(tokens.status().lastError()).map(Problem::errorCode).contains(ErrorCode.TOKEN_UNAVAILABLE);
        time.pass(Duration.ofMinutes(2));
        assertThat(tokens.current()).isInstanceOfSatisfying(Tokens.NoToken.class, unavailable -> {
            assertThat(unavailable.failure().errorCode()).isEqualTo(ErrorCode.TOKEN_UNAVAILABLE);
            assertThat(unavailable.nextAttempt()).isBetween(Duration.ZERO, Duration.ofSeconds(60));
        });
        answer = () -> granted(HOUR);
        time.pass(Duration.ofMinutes(1));
        assertThat(valid()).isNotEqualTo(first);
    }

    @Test
    void aRenewalThatFailsTwiceInARowIsForAPersonThoughTheTokenIsStillGood() {
        start();
        answer = () -> refused(ErrorCode.TOKEN_UNAVAILABLE);
        for (int failures = 1; failures <= 2; failures++) {
            while (requests.size() == failures) {
                time.pass(Duration.ofMillis(50));
            }
            assertThat(tokens.status().age()).isPresent();
            assertThat(tokens.status().isAlarm()).as(failures + " failures").isEqualTo(failures == 2);
        }
        answer = () -> granted(HOUR);
        time.pass(Duration.ofMinutes(5));
        assertThat(tokens.status().isAlarm()).isFalse();
    }

    @Test
    void failuresDoNotHammerTheEndpoint() {
        answer = () -> refused(ErrorCode.TOKEN_UNAVAILABLE);
        start();
        time.pass(Duration.ofHours(1));
        assertThat(requests.size()).isLessThan(150);
    }

    @Test
    void aRequestThatTheEndInterruptsIsNoFailure() {
        answer = () -> {
            tokens.close();
            return refused(ErrorCode.UNREACHABLE);
        };
        start();
        time.pass(Duration.ofMinutes(5));
        assertThat(requests).hasSize(1);
        assertThat(tokens.status().lastError()).isEmpty();
        assertThat(metrics.find("nxt_token_renewals").counters()).isEmpty();
    }

    @Test
    void aRequestThatFailsUnexpectedlyIsFollowedByAnother() {
        answer = () -> {
            throw new IllegalStateException("a fault of ours");
        };
        start();
        time.pass(Duration.ofMinutes(5));
        assertThat(tokens.status().lastError()).map(Problem::errorCode).contains(ErrorCode.UNEXPECTED);
        answer = () -> granted(HOUR);
        time.pass(Duration.ofMinutes(1));
        assertThat(valid()).isNotNull();
    }

    @Test
    void whateverARequestThrowsTheNextOneIsSetAndItIsToldAndCounted() {
        for (Throwable thrown : List.of(new IllegalStateException("a secret"), new AssertionError("a secret"),
                new StackOverflowError("a secret"), new NoClassDefFoundError("a secret"))) {
            answer = () -> {
                if (thrown instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) thrown;
            };
            int before = requests.size();
            tokens.start();
            for (int i = 0; i < 40; i++) {
                time.pass(Duration.ofSeconds(5));
            }
            assertThat(requests.size()).as("%s", thrown).isBetween(before + 5, before + 20);
            assertThat(tokens.status().lastError()).hasValueSatisfying(error -> {
                assertThat(error.errorCode()).isEqualTo(ErrorCode.UNEXPECTED);
                assertThat(error.message()).contains(thrown.getClass().getSimpleName()).doesNotContain("a secret");
            });
            assertThat(tokens.status().nextAttempt()).isPositive();
        }
        assertThat(metrics.counter("nxt_token_renewals", "connection", "main", "outcome", "unexpected").count())
                .isEqualTo(requests.size());
        answer = () -> granted(HOUR);
        time.pass(Duration.ofMinutes(1));
        assertThat(valid()).isNotNull();
    }

    @Test
    void whatIsThrownOnceAnAnswerIsThereTakesNothingAwayAndTheNextRequestIsSet() {
        metrics.config().meterFilter(new MeterFilter() {
            @Override
            public MeterFilterReply accept(Meter.Id id) {
                throw new IllegalStateException("nothing can be counted");
            }
        });
        start();
        var first = valid();
        time.pass(Duration.ofHours(3));
        assertThat(requests).as("at half of each life").hasSizeBetween(6, 8);
        assertThat(valid()).isNotEqualTo(first);
        assertThat(tokens.status().lastError()).map(Problem::errorCode).contains(ErrorCode.UNEXPECTED);
    }

    @Test
    void aLifetimeIsADayAtMostHoweverLongTheServerSaysItIs() {
        for (Duration hostile : List.of(Duration.ofSeconds(Long.MAX_VALUE), Duration.ofSeconds(9_223_372_036_854_775L),
                Duration.ofSeconds(99_999_999_999L), Duration.ofDays(2))) {
            answer = () -> granted(hostile);
            int before = requests.size();
            tokens.begin();
            time.pass(Duration.ofMillis(1));
            assertThat(tokens.status().expiresIn()).isBetween(Duration.ofHours(23), Duration.ofDays(1));
            time.pass(Duration.ofHours(15));
            assertThat(requests.size()).as("%s", hostile).isEqualTo(before + 2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a-secret\nX-Injected: 1", "a-secret\r", "a-secret with a space", "a-secret\u0000",
            "a-secr\u00e9t", "a=secret", ""})
    void whatIsNoTokenIsNotUsedAndNotShown(String odd) {
        answer = () -> new TokenRequest.Granted(odd, Optional.of(HOUR), Optional.empty());
        start();
        assertThat(tokens.current()).isInstanceOfSatisfying(Tokens.NoToken.class, unavailable -> {
            assertThat(unavailable.failure().errorCode()).isEqualTo(ErrorCode.TOKEN_MALFORMED);
            assertThat(unavailable.toString()).contains("has " + odd.length() + " characters").doesNotContain("secr");
        });
    }

    @Test
    void tokensThatAreExpiredOnArrivalDoNotHammerTheEndpoint() {
        answer = () -> granted(Duration.ZERO);
        start();
        time.pass(Duration.ofHours(1));
        assertThat(requests.size()).isLessThan(150);
        assertThat(tokens.current()).isInstanceOf(Tokens.NoToken.class);
    }

    @Test
    void aRefusedTokenIsReplacedOnceHoweverManyCallsMetThe401() {
        start();
        var first = valid();
        for (int i = 0; i < 100; i++) {
            tokens.rejected(first);
        }
        time.pass(Duration.ofMillis(1));
        var second = valid();
        assertThat(requests).hasSize(2);
        tokens.rejected(first);
        time.pass(Duration.ofMillis(1));
        assertThat(valid()).isEqualTo(second);
        assertThat(requests).hasSize(2);
    }

    @Test
    void anApiThatRefusesEveryFreshTokenDoesNotMakeRequestsFollowEachOther() {
        start();
        for (int i = 0; i < 600; i++) {
            if (tokens.current() instanceof Tokens.Valid valid) {
                tokens.rejected(valid.token());
            }
            time.pass(Duration.ofMillis(100));
        }
        assertThat(requests.size()).isLessThan(10);
        assertThat(tokens.status().lastError()).map(Problem::errorCode).contains(ErrorCode.TOKEN_REJECTED);
        answer = () -> granted(HOUR);
        time.pass(Duration.ofMinutes(2));
        tokens.accepted(valid());
        tokens.rejected(valid());
        int before = requests.size();
        time.pass(Duration.ofMillis(1));
        assertThat(requests).hasSize(before + 1);
    }

    @Test
    void withoutExpiresInALifetimeOfFiveMinutesIsAssumed() {
        answer = () -> new TokenRequest.Granted("t", Optional.empty(), Optional.empty());
        start();
        assertThat(tokens.status().expiresIn()).isBetween(Duration.ofSeconds(299), Duration.ofMinutes(5));
    }

    @Test
    void aShorterLifeIsAssumedOnceATokenThatWorkedIsRefusedAndItsSuccessorWorks() {
        answer = () -> new TokenRequest.Granted("t" + issued++, Optional.empty(), Optional.empty());
        start();
        tokens.accepted(valid());
        time.pass(Duration.ofSeconds(12));
        tokens.rejected(valid());
        time.pass(Duration.ofMillis(1));
        assertThat(tokens.status().expiresIn()).as("a refusal alone shows nothing").isGreaterThan(HOUR.dividedBy(13));
        tokens.accepted(valid());
        time.pass(Duration.ofMillis(1));
        assertThat(tokens.status().expiresIn()).isBetween(Duration.ofSeconds(11), Duration.ofSeconds(12));
        int before = requests.size();
        time.pass(Duration.ofMinutes(2));
        assertThat(requests.size() - before).as("renewed at half of it").isBetween(17, 24);
    }

    @Test
    void aRefusalThatHasAnotherCauseShortensNoLife() {
        answer = () -> new TokenRequest.Granted("t" + issued++, Optional.empty(), Optional.empty());
        start();
        time.pass(Duration.ofSeconds(12));
        // never used before
        tokens.rejected(valid());
        time.pass(Duration.ofMillis(1));
        tokens.accepted(valid());
        time.pass(Duration.ofSeconds(12));
        // its successor is refused too
        tokens.rejected(valid());
        time.pass(Duration.ofMillis(1));
        tokens.rejected(valid());
        time.pass(Duration.ofMinutes(1));
        tokens.accepted(valid());
        time.pass(Duration.ofMillis(1));
        assertThat(tokens.status().expiresIn()).isGreaterThan(Duration.ofMinutes(2));
        // what is told is never doubted, and a second refusal within seconds is not the life of a token
        answer = () -> granted(HOUR);
        tokens.begin();
        time.pass(Duration.ofMillis(1));
        tokens.accepted(valid());
        time.pass(Duration.ofSeconds(20));
        tokens.rejected(valid());
        time.pass(Duration.ofMillis(1));
        tokens.accepted(valid());
        assertThat(tokens.status().expiresIn()).isGreaterThan(Duration.ofMinutes(59));
    }

    @Test
    void aTokenThatWasThereAlreadyIsNoRenewal() {
        answer = () -> new TokenRequest.Loaded((TokenRequest.Granted) granted(HOUR));
        start();
        assertThat(valid().value()).isEqualTo("token0");
        assertThat(metrics.find("nxt_token_renewals").counters()).isEmpty();
        answer = () -> granted(HOUR);
        time.pass(HOUR);
        assertThat(metrics.get("nxt_token_renewals").tag("outcome", "ok").counter().count()).isPositive();
    }

    @Test
    void aServerThatWantsToBeLeftAloneIsAsLongAsNoTokenLapsesForIt() {
        answer = () -> new TokenRequest.Refused(new Problem(ErrorCode.TOKEN_UNAVAILABLE, "429"),
                Optional.of(Duration.ofSeconds(90)));
        start();
        time.pass(Duration.ofSeconds(89));
        assertThat(requests).hasSize(1);
        time.pass(Duration.ofSeconds(2));
        assertThat(requests).hasSize(2);
    }

    /** Right is how long a request may take. */
    @ParameterizedTest
    @CsvSource({"-3, 10", "0, 10", "2, 10", "5, 10", "10, 10", "11, 11", "45, 45", "60, 60", "1800, 60"})
    void aRequestMayTakeAsLongAsTheTokenIsStillGood(long left, long right) {
        assertThat(new RenewalTimes(new Random(1)).request(Duration.ofSeconds(left)))
                .isEqualTo(Duration.ofSeconds(right));
    }

    @Test
    void theGrantedScopeIsKeptAndNoTokenIsEverPrinted() {
        answer = () -> new TokenRequest.Granted("secret-token", Optional.of(HOUR), Optional.of("other"));
        start();
        assertThat(tokens.status().grantedScope()).contains("other");
        assertThat(valid().toString()).doesNotContain("secret-token");
        assertThat(answer.get().toString()).doesNotContain("secret-token");
    }

    @Test
    void moreScopesThanWereAskedForAreNoTrouble() {
        answer = () -> new TokenRequest.Granted("t", Optional.of(HOUR), Optional.of("another scope"));
        start();
        assertThat(tokens.status().grantedScope()).contains("scope");
    }

    @Test
    void whereAPersonHasToSignInNothingIsAskedButOnceAMinuteUntilSomebodySaysSo() {
        answer = RenewingTokensTest::withdrawn;
        start();
        assertThat(tokens.current()).isInstanceOfSatisfying(Tokens.NoToken.class,
                unavailable -> assertThat(unavailable.failure().errorCode()).isEqualTo(ErrorCode.SIGN_IN_NEEDED));
        time.pass(Duration.ofMinutes(30));
        assertThat(requests).hasSizeBetween(30, 32);
        assertThat(metrics.counter("nxt_token_renewals", "connection", "main", "outcome", "sign_in_needed").count())
                .as("told once").isOne();
        assertThat(tokens.waitsForPerson()).isTrue();
        answer = () -> granted(HOUR);
        tokens.wake();
        time.pass(Duration.ofMillis(1));
        assertThat(valid()).isNotNull();
        assertThat(tokens.waitsForPerson()).isFalse();
    }

    @Test
    void aTokenInUseIsUsedNoMoreWhenItsGrantIsWithdrawnOrSomebodyHasSignedIn() {
        start();
        var first = valid();
        answer = RenewingTokensTest::withdrawn;
        tokens.wake();
        assertThat(valid()).as("a wake by itself takes nothing away").isEqualTo(first);
        time.pass(Duration.ofMillis(1));
        assertThat(tokens.current()).isInstanceOf(Tokens.NoToken.class);
        answer = () -> granted(HOUR);
        tokens.begin();
        time.pass(Duration.ofMillis(1));
        var second = valid();
        tokens.begin();
        time.pass(Duration.ofMillis(1));
        assertThat(valid()).isNotEqualTo(second);
    }

    @Test
    void aWakeDuringARequestIsFollowedByAnotherRequest() {
        answer = () -> {
            answer = () -> granted(HOUR);
            tokens.wake();
            return withdrawn();
        };
        start();
        time.pass(Duration.ofMillis(1));
        assertThat(requests).hasSize(2);
        assertThat(valid()).isNotNull();
    }

    private static TokenRequest.TokenResult withdrawn() {
        return new TokenRequest.Withdrawn(new Problem(ErrorCode.SIGN_IN_NEEDED, "Nobody has signed in."));
    }

    /** For any lifetime and any failures: the first request comes before 60 %, and no sleep takes more than half of what is left. */
    @Test
    void whateverFailsNoSleepIsLongerThanHalfOfWhatIsLeft() {
        for (int seed = 0; seed < 2_000; seed++) {
            var random = new Random(seed);
            var times = new RenewalTimes(random);
            Duration lifetime = Duration.ofMillis(2_000 + random.nextInt(3_600_000));
            Duration first = times.afterSuccess(lifetime, lifetime);
            assertThat(first).isLessThan(lifetime.multipliedBy(6).dividedBy(10))
                    .isGreaterThan(lifetime.multipliedBy(4).dividedBy(10));
            Duration left = lifetime.minus(first);
            for (int failures = 1; left.toMillis() > 400; failures++) {
                Duration sleep = times.afterFailure(failures, left,
                        failures % 2 == 0 ? Optional.empty() : Optional.of(Duration.ofDays(1)));
                assertThat(sleep).isLessThanOrEqualTo(left.dividedBy(2)).isPositive();
                left = left.minus(sleep);
            }
        }
    }

    private void start() {
        tokens.start();
        time.pass(Duration.ofMillis(1));
    }

    private AccessToken valid() {
        assertThat(tokens.current()).isInstanceOf(Tokens.Valid.class);
        return ((Tokens.Valid) tokens.current()).token();
    }

    private TokenRequest.TokenResult granted(Duration lifetime) {
        return new TokenRequest.Granted("token" + issued++, Optional.of(lifetime), Optional.of("scope"));
    }

    private static TokenRequest.TokenResult refused(ErrorCode errorCode) {
        return new TokenRequest.Refused(new Problem(errorCode, "It failed."));
    }
}
