package dev.nxtsync.database;

import static java.util.stream.Collectors.joining;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import org.jdbi.v3.core.JdbiException;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.QuotedText;
import dev.nxtsync.error.Words;

/** What a fault of the database means (PostgreSQL documentation, appendix A: error codes). */
public final class DatabaseFault {
    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    private static final String NO_SUCH_STATEMENT = "26000";
    private static final String STATEMENT_IS_THERE = "42P05";
    private static final String INVALID_SCHEMA_NAME = "3F000";

    /** Deadlock, lock time-out, and what is not serializable. */
    private static final Set<String> AGAIN = Set.of("40P01", SqlState.LOCK_TIME_OUT, "40001");
    /** A transaction that was idle, or lasted, for too long ends its session. */
    private static final Set<String> ENDED = Set.of("25P03", "25P04");

    private static final List<String> OF_VALUES = List.of("22", "23", "54", "P0");

    private DatabaseFault() {}

    /**
     * What JDBI has wrapped.
     *
     * @throws JdbiException the same, if there is no fault of the database in it
     */
    public static SQLException sql(JdbiException e) {
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            // what the driver says of a batch quotes parameters; what PostgreSQL has said is below it
            if (cause instanceof SQLException sql && !(sql instanceof BatchUpdateException && sql.getCause() != null)) {
                return sql;
            }
        }
        throw e;
    }

    /** Never holds a password; the driver does not print any. */
    public static Problem of(Exception e) {
        if (e instanceof LocalFault fault) {
            return fault.reason();
        }
        SQLException sql = sql(e);
        String text = text(sql == null ? e : sql);
        ErrorCode errorCode = sql == null ? ErrorCode.DATABASE_ERROR : trouble(sql, text.toLowerCase(Locale.ROOT));
        return new Problem(errorCode, Words.sentence(text) + " " + errorCode.nextStep());
    }

    /**
     * Whether a statement was refused for the values that it was given, or by a user's trigger or constraint that looks at
     * them (SQLSTATE classes 22, 23, 54 and P0), rather than for what it was to be done with.
     */
    public static boolean isOfValues(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return OF_VALUES.stream().anyMatch(state::startsWith);
    }

    /** The constraint that was violated; empty if it was none, as where a function says so of its own. */
    public static Optional<String> constraint(SQLException e) {
        return e instanceof PSQLException fault
                ? Optional.ofNullable(fault.getServerErrorMessage()).map(ServerErrorMessage::getConstraint)
                : Optional.empty();
    }

    private static ErrorCode trouble(SQLException e, String text) {
        String state = String.valueOf(e.getSQLState());
        if (text.contains("unsupported startup parameter") || text.contains("transaction blocks not allowed")
                || state.equals(NO_SUCH_STATEMENT) || state.equals(STATEMENT_IS_THERE)) {
            return ErrorCode.DATABASE_POOLER;
        }
        if (state.equals(INSUFFICIENT_PRIVILEGE) || state.equals(INVALID_SCHEMA_NAME)) {
            return ErrorCode.DATABASE_RIGHTS;
        }
        if (state.equals(SqlState.LOCK_TIME_OUT)) {
            return ErrorCode.DATABASE_LOCKED;
        }
        if (state.equals(SqlState.READ_ONLY)) {
            return ErrorCode.DATABASE_READ_ONLY;
        }
        return isAway(e) || state.startsWith("28") || state.startsWith("3D")
                ? ErrorCode.DATABASE_AWAY
                : ErrorCode.DATABASE_ERROR;
    }

    @org.jspecify.annotations.Nullable
    private static SQLException sql(Exception e) {
        Throwable cause = e;
        for (int depth = 0; cause != null && depth < 12; depth++) {
            if (cause instanceof SQLException sql && sql.getSQLState() != null) {
                return sql;
            }
            cause = cause.getCause();
        }
        return e instanceof SQLException sql ? sql : null;
    }

    private static String text(Exception e) {
        return e.getMessage() == null
                ? e.getClass().getSimpleName()
                : QuotedText.message(e.getMessage().strip().lines().map(String::strip).filter(line -> !line.isEmpty())
                        .limit(3).collect(joining(" ")));
    }

    /** Whether the same transaction may well succeed when it is run again. */
    public static boolean isWorthAnother(SQLException e) {
        return AGAIN.contains(String.valueOf(e.getSQLState()));
    }

    /** Whether the database could not be reached, was lost or takes no writes, rather than a statement refused. */
    public static boolean isAway(SQLException e) {
        // the pool's own time-out has no SQLSTATE
        return isOfNoUse(e) || (e.getSQLState() == null && !(e instanceof LocalFault));
    }

    /**
     * Whether a connection that answered so is of no use any more: it is lost, or the driver and the server do not understand
     * each other, or the server is no longer the one that takes writes. What a target's triggers say does not count.
     */
    static boolean isOfNoUse(SQLException e) {
        String state = String.valueOf(e.getSQLState());
        return !(e instanceof LocalFault) && (state.startsWith("08") || state.startsWith("57P") || ENDED.contains(state)
                || state.equals(SqlState.READ_ONLY));
    }
}
