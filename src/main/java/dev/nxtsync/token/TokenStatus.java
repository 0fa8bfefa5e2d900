package dev.nxtsync.token;

import java.time.Duration;
import java.util.Optional;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

/**
 * A connection's token as an operator sees it.
 *
 * @param age since its request; empty where there is no valid token
 * @param expiresIn how long it is still valid; zero where there is none
 * @param nextAttempt until the next request for one
 * @param failures of requests in a row
 */
public record TokenStatus(String connection, Optional<Duration> age, Duration expiresIn, Optional<Problem> lastError,
        Duration nextAttempt, String askedScope, Optional<String> grantedScope, int failures) {

    /** Whether somebody has to know: there is no token, or a second attempt did not bring the next one either. */
    public boolean isAlarm() {
        return age.isEmpty() || (lastError.isPresent() && failures > 1);
    }

    /** Whether there will be no token before a person has signed in. */
    public boolean waitsForPerson() {
        return lastError.filter(error -> error.errorCode() == ErrorCode.SIGN_IN_NEEDED).isPresent();
    }
}
