package dev.nxtsync.process;

import java.time.Duration;

/**
 * How long to wait after the n-th failure in a row: twice as long each time, up to a limit.
 *
 * @param first after the first failure
 * @param longest which no wait exceeds
 */
public record ExponentialBackoff(Duration first, Duration longest) {
    /** More often would go beyond the range of a number, and is beyond any limit. */
    private static final int OFTENEST = 30;

    /** @param failures including the present one; fewer than one are taken for one */
    public Duration after(int failures) {
        long wait = first.toMillis() << Math.min(OFTENEST, Math.max(1, failures) - 1);
        return Duration.ofMillis(Math.min(longest.toMillis(), wait));
    }
}
