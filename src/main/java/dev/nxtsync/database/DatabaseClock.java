package dev.nxtsync.database;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.LongSupplier;

import org.jdbi.v3.core.Handle;

/**
 * The database's time, read once and carried on by this process' monotonic clock, a little slow, so that it is never ahead.
 * Good for minutes.
 */
public final class DatabaseClock {
    private final Instant base;
    private final LongSupplier nanos;
    private final long from;

    DatabaseClock(Instant base) {
        this(base, System::nanoTime);
    }

    /** @param nanos a monotonic clock, in nanoseconds */
    DatabaseClock(Instant base, LongSupplier nanos) {
        this.base = base;
        this.nanos = nanos;
        this.from = nanos.getAsLong();
    }

    /** That of the database behind a transaction. */
    public static DatabaseClock read(Handle transaction) {
        return new DatabaseClock(transaction.createQuery("select clock_timestamp()").mapTo(Instant.class).one());
    }

    /** At or before the database's present time, cut to microseconds, so that it is the same wherever it is stored. */
    public Instant now() {
        long elapsed = nanos.getAsLong() - from;
        return base.plusNanos(elapsed - elapsed / 1000).truncatedTo(ChronoUnit.MICROS);
    }
}
