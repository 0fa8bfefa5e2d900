package dev.nxtsync.token;

import java.time.Duration;
import java.util.Optional;

import dev.nxtsync.error.Problem;

/** What came of using a refresh token (RFC 6749, section 6). */
public sealed interface Refresh {

    record Refreshed(UserTokenSet tokens) implements Refresh {}

    /** It is unknown, expired, consumed or revoked: {@code invalid_grant}, which tells no more. */
    record Invalid() implements Refresh {}

    /**
     * It was certainly not used, and is as good as before.
     *
     * @param retryAfter how long the server wants to be left alone; empty where it does not say
     */
    record Unused(Problem reason, Optional<Duration> retryAfter) implements Refresh {}

    /** It may have been used, and the answer is lost. */
    record Lost(Problem reason) implements Refresh {}
}
