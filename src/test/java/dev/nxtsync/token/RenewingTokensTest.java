package dev.nxtsync.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.MeterFilterReply;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

class RenewingTokensTest extends RenewalFixture {
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
    void tokensThatAreExpiredOnArrivalDoNotHammerTheEndpoint() {
        answer = () -> granted(Duration.ZERO);
        start();
        time.pass(Duration.ofHours(1));
        assertThat(requests.size()).isLessThan(150);
        assertThat(tokens.current()).isInstanceOf(Tokens.NoToken.class);
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
}
