package dev.nxtsync.token;

import java.time.Duration;
import java.util.Optional;

import dev.nxtsync.error.Problem;

/** Where refresh tokens come from, and are used. Safe for any number of threads; each call blocks for the requests that it makes. */
public interface RefreshTokenIssuer {
    /** The issuer's identifier, which tells it from others. */
    String issuer();

    /** Why there is nobody to send a refresh token to now; empty if it is known where to. */
    Optional<Problem> away();

    /** Uses a refresh token, once. */
    Refresh refresh(String refreshToken, Duration atMost);
}
