package dev.nxtsync.token;

/**
 * A bearer token and the span in which we use it, on this process' monotonic clock ({@link System#nanoTime}).
 *
 * @param value what goes into the {@code Authorization} header; never printed
 * @param scope the scope that was granted; the one asked for where all of it was, or the answer names none (RFC 6749, section
 *        5.1)
 * @param requestedAt when the request that brought it was sent, in nanoseconds
 * @param expiresAt when it is expired at the latest, in nanoseconds
 */
public record AccessToken(String value, String scope, long requestedAt, long expiresAt) {
    @Override
    public String toString() {
        return "AccessToken[scope=" + scope + "]";
    }
}
