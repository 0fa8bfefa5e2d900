package dev.nxtsync.token;

import java.time.Duration;
import java.util.Optional;

import dev.nxtsync.trouble.Reason;

/** Asks the token endpoint for one token, once, without keeping it. */
interface TokenRequest {

    sealed interface Result permits Granted, Refused {}

    /**
     * @param expiresIn the answer's {@code expires_in}; empty where it has none
     * @param scope the answer's {@code scope}; empty where it has none, which means as asked
     */
    record Granted(String accessToken, Optional<Duration> expiresIn, Optional<String> scope) implements Result {
        @Override
        public String toString() {
            return "Granted[expiresIn=" + expiresIn + ", scope=" + scope + "]";
        }
    }

    record Refused(Reason failure) implements Result {}

    /** Blocks until there is an answer, at most for the given time. Never throws. */
    Result send(Duration atMost);
}
