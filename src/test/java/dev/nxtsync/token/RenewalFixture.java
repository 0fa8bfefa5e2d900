package dev.nxtsync.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.process.ConditionLog;
import dev.nxtsync.trace.Spans;

/** Tokens of a time that passes only where a test says so, and what their endpoint answers. */
abstract class RenewalFixture {
    static final Duration HOUR = Duration.ofHours(1);

    final ManualTime time = new ManualTime();
    final List<Long> requests = new ArrayList<>();
    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    Supplier<TokenRequest.TokenResult> answer = () -> granted(HOUR);
    private int issued;
    int recovered;

    final RenewingTokens tokens = new RenewingTokens(
            new RenewalReport("main", "scope", metrics, new ConditionLog<>(), () -> recovered++, Spans.none()),
            atMost -> {
                requests.add(time.nanos());
                return answer.get();
            }, new RenewalTimes(new Random(1)), time.executor(), time::nanos);

    void start() {
        tokens.start();
        time.pass(Duration.ofMillis(1));
    }

    AccessToken valid() {
        assertThat(tokens.current()).isInstanceOf(Tokens.Valid.class);
        return ((Tokens.Valid) tokens.current()).token();
    }

    TokenRequest.TokenResult granted(Duration lifetime) {
        return new TokenRequest.Granted("token" + issued++, Optional.of(lifetime), Optional.of("scope"));
    }

    static TokenRequest.TokenResult withdrawn() {
        return new TokenRequest.Withdrawn(new Problem(ErrorCode.SIGN_IN_NEEDED, "Nobody has signed in."));
    }

    static TokenRequest.TokenResult refused(ErrorCode errorCode) {
        return new TokenRequest.Refused(new Problem(errorCode, "It failed."));
    }
}
