package dev.nxtsync.token;

import java.time.Duration;
import java.util.Optional;

import dev.nxtsync.error.Problem;

/** Asks for one token, once, without keeping it. */
public interface TokenRequest {

    sealed interface TokenResult permits Granted, Loaded, Refused, Withdrawn {}

    /**
     * @param expiresIn how long it is good, at most a day; empty where the answer does not say
     * @param scope the answer's {@code scope}; empty where it has none, which means as asked
     */
    record Granted(String accessToken, Optional<Duration> expiresIn, Optional<String> scope) implements TokenResult {
        public Granted {
            expiresIn = expiresIn.map(Lifetime::capped);
        }

        @Override
        public String toString() {
            return "Granted[expiresIn=" + expiresIn + ", scope=" + scope + "]";
        }
    }

    /** Nothing was asked for: the token was there already, as another process had left it. */
    record Loaded(Granted token) implements TokenResult {}

    /**
     * The next request may succeed, and a token in use is still good.
     *
     * @param retryAfter how long the server wants to be left alone; empty where it does not say
     */
    record Refused(Problem failure, Optional<Duration> retryAfter) implements TokenResult {
        public Refused(Problem failure) {
            this(failure, Optional.empty());
        }
    }

    /** There will be no token until a person has signed in; one in use is used no more. */
    record Withdrawn(Problem why) implements TokenResult {}

    /**
     * Blocks until there is an answer.
     *
     * @param atMost how long whoever asks would wait; it may take longer where an answer must not be missed
     */
    TokenResult send(Duration atMost);
}
