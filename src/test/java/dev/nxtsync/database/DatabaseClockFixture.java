package dev.nxtsync.database;

import java.time.Instant;
import java.util.function.LongSupplier;

/** A database's time that a test carries on. */
public final class DatabaseClockFixture {
    private DatabaseClockFixture() {}

    /** @param nanos in place of the process' clock */
    public static DatabaseClock clock(Instant base, LongSupplier nanos) {
        return new DatabaseClock(base, nanos);
    }
}
