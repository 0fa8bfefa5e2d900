package dev.nxtsync.schedule;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** How long to wait after the n-th failure in a row: doubling from half a second to five minutes, with jitter. */
public final class Backoff {
    private static final long FIRST = 500;
    private static final long LONGEST = 300_000;

    private Backoff() {}

    /** @param failures including the present one, at least 1 */
    public static Duration after(int failures) {
        long wait = Math.min(LONGEST, FIRST << Math.min(20, Math.max(0, failures - 1)));
        return Duration.ofMillis((long) (wait * (0.75 + 0.5 * ThreadLocalRandom.current().nextDouble())));
    }
}
