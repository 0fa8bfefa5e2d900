package dev.nxtsync.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

/** Tokens that the API refuses although their time has not come. */
class RefusedTokensTest extends RenewalFixture {
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
    void aShorterLifeIsAssumedOnceATokenThatWorkedIsRefusedAndItsSuccessorWorks() {
        answer = () -> new TokenRequest.Granted("t" + requests.size(), Optional.empty(), Optional.empty());
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
        answer = () -> new TokenRequest.Granted("t" + requests.size(), Optional.empty(), Optional.empty());
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
}
