package dev.nxtsync.database;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;

/** Times in statements and in rows: {@code timestamptz} there, instants here. */
public final class Timestamps {
    /** Later than anything falls due: of what is not to come again by itself. */
    public static final Instant NEVER = Instant.parse("9999-01-01T00:00:00Z");

    /** SQL behind a time, which holds where that is {@link #NEVER}. A literal, so that an index serves it. */
    public static final String IS_NEVER = ">= '9000-01-01 00:00:00+00'";

    private Timestamps() {}

    /** A time as the driver takes it; one that is later than all others becomes the year 9999. */
    public static OffsetDateTime timestamp(Instant instant) {
        return (instant.isAfter(NEVER) ? NEVER : instant).atOffset(ZoneOffset.UTC);
    }

    /** The time in a column; empty if it is null. */
    public static Optional<Instant> instant(ResultSet row, String column) throws SQLException {
        return Optional.ofNullable(row.getObject(column, OffsetDateTime.class)).map(OffsetDateTime::toInstant);
    }
}
