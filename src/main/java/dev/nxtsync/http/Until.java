package dev.nxtsync.http;

import java.time.Duration;

/** When an exchange has to be over, on the process' monotonic clock. */
final class Until {
    private final Duration atMost;
    private final long end;

    Until(Duration atMost) {
        this.atMost = atMost;
        this.end = System.nanoTime() + atMost.toNanos();
    }

    /** In nanoseconds; 0 if none is. */
    long left() {
        return Math.max(0, end - System.nanoTime());
    }

    TooSlow passed() {
        return new TooSlow(atMost);
    }
}
