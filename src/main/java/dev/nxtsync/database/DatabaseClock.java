package dev.nxtsync.database;

import java.time.Instant;

/**
 * The database's time, read once and carried on by this process' monotonic clock, a little slow, so that it is never ahead.
 * Good for minutes.
 */
public final class DatabaseClock {
    private final Instant base;
    private final long from = System.nanoTime();

    DatabaseClock(Instant base) {
        this.base = base;
    }

    /** At or before the database's present time. */
    public Instant now() {
        long elapsed = System.nanoTime() - from;
        return base.plusNanos(elapsed - elapsed / 1000);
    }
}
