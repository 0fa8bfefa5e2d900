package dev.nxtsync.signin;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;

import dev.nxtsync.error.Problem;

/**
 * What a person's sign-in has left for a connection. Its tokens are encrypted.
 *
 * @param generation another number for each refresh token
 * @param needed why a person has to sign in; empty if the grant is good as far as is known
 * @param issuer where its tokens came from; empty of a sign-in of an earlier version, whose refresh token was not used since
 * @param subject the person, who never changes; empty once signed out
 * @param kind what a refresh was seen to bring; empty before the first
 * @param accessLeft how long the access token is still good, not more than zero if it is not
 * @param accessLife how long it was good when it came
 * @param pending since when the refresh token has been sent without an answer that was stored
 * @param lastSent since when it was sent last, if it is pending
 * @param repeated whether a process that is alive has sent it again since
 */
public record UserGrant(String connection, long generation, Optional<Problem> needed, Optional<String> issuer,
        Optional<String> subject, String scope, Optional<RefreshTokenKind> kind, String refreshToken,
        String accessToken, Duration accessLeft, Duration accessLife, Optional<Instant> authorizedAt,
        Optional<Instant> refreshedAt, Optional<Duration> pending, Duration lastSent, boolean repeated) {

    /** What the refresh token of an answer is, as the application is set in the Developer Portal. */
    public enum RefreshTokenKind {
        /** The same again, so that sending it twice does no harm. */
        RE_USE("re-use"),
        /** Another, and the one before is consumed. */
        ONE_TIME("one-time");

        private final String text;

        RefreshTokenKind(String text) {
            this.text = text;
        }

        public String text() {
            return text;
        }

        static Optional<RefreshTokenKind> of(String text) {
            return Stream.of(values()).filter(each -> each.text.equals(text)).findFirst();
        }
    }

    /** SealedTokens that are to be stored, encrypted. */
    public record SealedTokens(String refreshToken, String accessToken, Duration accessLife, String scope) {
        @Override
        public String toString() {
            return "SealedTokens";
        }
    }

    /** Who the tokens are of, and where they come from. */
    public record Owner(String issuer, String subject, Optional<String> tenant, String shownName) {}

    /** Whether its tokens came from another issuer, to which alone they may be sent. */
    public boolean isOfAnother(String than) {
        return issuer.filter(each -> !each.equals(than)).isPresent();
    }

    @Override
    public String toString() {
        return "UserGrant[" + connection + ", " + generation + "]";
    }
}
