package dev.nxtsync.token;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

import dev.nxtsync.process.ExponentialBackoff;

/** When the next request for a token is due. All results are waits from now. */
record RenewalTimes(RandomGenerator random) {
    private static final ExponentialBackoff BACK_OFF = new ExponentialBackoff(Duration.ofSeconds(1),
            Duration.ofSeconds(60));
    /** Below this there is too little left of a token to protect by asking still more often. */
    private static final Duration TOO_LITTLE_LEFT = Duration.ofMillis(200);
    private static final Duration SHORTEST_REQUEST = Duration.ofSeconds(10);
    /** A connection on which nothing comes must not take all that is left of a long life. */
    private static final Duration LONGEST_REQUEST = Duration.ofMinutes(1);
    private static final Duration LONGEST_ASKED = Duration.ofMinutes(10);

    /**
     * After a token was brought: at 45 to 55 % of its life, so before 60 % with all delays.
     *
     * @param lifetime from the sending of its request to its expiry
     * @param left from now to its expiry
     */
    Duration afterSuccess(Duration lifetime, Duration left) {
        long at = (long) (lifetime.toMillis() * (0.45 + 0.10 * random.nextDouble()));
        long elapsed = lifetime.minus(left).toMillis();
        // an answer that took half of the token's life must not make the next request follow at once
        return Duration.ofMillis(Math.max(at - elapsed, Math.min(1000, left.toMillis() / 2)));
    }

    /**
     * After the n-th failure in a row: doubling with jitter, but never longer than half of what is left of a token that is
     * still valid.
     *
     * @param left from now to the expiry of the token in use; not positive where there is none
     * @param asked how long the server wants to be left alone, of which ten minutes count
     */
    Duration afterFailure(int failures, Duration left, Optional<Duration> asked) {
        long own = (long) (BACK_OFF.after(failures).toMillis() * (0.5 + 0.5 * random.nextDouble()));
        long backOff = Math.max(own, Math.min(asked.orElse(Duration.ZERO).toMillis(), LONGEST_ASKED.toMillis()));
        long half = left.toMillis() / 2;
        if (left.compareTo(Duration.ZERO) <= 0) {
            return Duration.ofMillis(backOff);
        }
        return half < TOO_LITTLE_LEFT.toMillis()
                ? left.plusMillis(backOff)
                : Duration.ofMillis(Math.min(backOff, half));
    }

    /** How long one request may take: as long as the token in use is good, and ten seconds at least. */
    Duration request(Duration left) {
        return left.compareTo(SHORTEST_REQUEST) < 0
                ? SHORTEST_REQUEST
                : left.compareTo(LONGEST_REQUEST) > 0 ? LONGEST_REQUEST : left;
    }
}
