package dev.nxtsync.database;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.result.ResultSetException;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/**
 * The row at which a result stands, by the names of its columns, for what
 * {@link org.jdbi.v3.core.mapper.reflect.ConstructorMapper} cannot make. What may be null is asked for as optional.
 */
public final class ResultRow {
    private final ResultSet row;
    private final StatementContext context;

    private ResultRow(ResultSet row, StatementContext context) {
        this.row = row;
        this.context = context;
    }

    /** Has JDBI make something of each row. */
    public static <T> RowMapper<T> mapped(Function<ResultRow, T> read) {
        return (row, context) -> read.apply(new ResultRow(row, context));
    }

    public String text(String column) {
        return Objects.requireNonNull(read(() -> row.getString(column)));
    }

    public Optional<String> optionalText(String column) {
        return Optional.ofNullable(read(() -> row.getString(column)));
    }

    public Instant time(String column) {
        return optionalTime(column).orElseThrow();
    }

    public Optional<Instant> optionalTime(String column) {
        return Optional.ofNullable(read(() -> row.getObject(column, OffsetDateTime.class)))
                .map(OffsetDateTime::toInstant);
    }

    public int number(String column) {
        return Math.toIntExact(longNumber(column));
    }

    public Optional<Integer> optionalNumber(String column) {
        return optionalLong(column).map(Math::toIntExact);
    }

    public long longNumber(String column) {
        return optionalLong(column).orElseThrow();
    }

    public Optional<Long> optionalLong(String column) {
        return Optional.ofNullable(read(() -> {
            long number = row.getLong(column);
            return row.wasNull() ? null : number;
        }));
    }

    public double decimal(String column) {
        return Objects.requireNonNull(read(() -> row.getDouble(column)));
    }

    public boolean isTrue(String column) {
        return Objects.requireNonNull(read(() -> row.getBoolean(column)));
    }

    @FunctionalInterface
    private interface ColumnRead<T> {
        @Nullable
        T value() throws SQLException;
    }

    private <T> @Nullable T read(ColumnRead<T> reading) {
        try {
            return reading.value();
        } catch (SQLException e) {
            throw new ResultSetException("A row cannot be read.", e, context);
        }
    }
}
