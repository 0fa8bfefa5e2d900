package dev.nxtsync.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import dev.nxtsync.error.ErrorCode;

/** Tokens for which a person has to sign in. */
class SignInNeededTest extends RenewalFixture {
    @Test
    void whereAPersonHasToSignInNothingIsAskedButOnceAMinuteUntilSomebodySaysSo() {
        answer = RenewalFixture::withdrawn;
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
        answer = RenewalFixture::withdrawn;
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
}
