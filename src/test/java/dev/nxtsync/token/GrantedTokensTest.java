package dev.nxtsync.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.nxtsync.error.ErrorCode;

/** What of the answer to a token request is believed. */
class GrantedTokensTest extends RenewalFixture {
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

    @Test
    void withoutExpiresInALifetimeOfFiveMinutesIsAssumed() {
        answer = () -> new TokenRequest.Granted("t", Optional.empty(), Optional.empty());
        start();
        assertThat(tokens.status().expiresIn()).isBetween(Duration.ofSeconds(299), Duration.ofMinutes(5));
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
}
