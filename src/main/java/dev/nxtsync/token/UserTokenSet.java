package dev.nxtsync.token;

import java.time.Duration;
import java.util.Optional;

/**
 * What the token endpoint answers for a person.
 *
 * @param expiresIn of the access token, from its request on, at most a day; empty where the answer does not say
 * @param scope empty where the answer has none, which means as before or as asked (RFC 6749, section 5.1)
 * @param refreshToken empty where the one before stays (RFC 6749, section 6), or none was granted
 */
public record UserTokenSet(String accessToken, Optional<Duration> expiresIn, Optional<String> scope,
        Optional<String> refreshToken) {
    @Override
    public String toString() {
        return "UserTokenSet[expiresIn=" + expiresIn + ", scope=" + scope + "]";
    }
}
