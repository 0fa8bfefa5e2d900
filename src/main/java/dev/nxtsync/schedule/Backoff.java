package dev.nxtsync.schedule;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import dev.nxtsync.process.ExponentialBackoff;

/** How long to wait after the n-th failure in a row: doubling from half a second to five minutes, with jitter. */
public final class Backoff {
    private static final ExponentialBackoff WAITS = new ExponentialBackoff(Duration.ofMillis(500),
            Duration.ofMinutes(5));

    private Backoff() {}

    /** @param failures including the present one, at least 1 */
    public static Duration after(int failures) {
        return Duration.ofMillis(
                (long) (WAITS.after(failures).toMillis() * (0.75 + 0.5 * ThreadLocalRandom.current().nextDouble())));
    }
}
