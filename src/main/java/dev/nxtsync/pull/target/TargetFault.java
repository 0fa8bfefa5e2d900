package dev.nxtsync.pull.target;

import java.sql.SQLException;
import java.util.Optional;
import java.util.regex.Pattern;

import org.jdbi.v3.core.Handle;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.database.LocalFault;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.QuotedText;

/**
 * PostgreSQL refuses a statement about a target table, by whatever a user has made of it. It is a fault of the one pull that
 * the table belongs to: no other pull, and nothing of the database, is in the way.
 */
public final class TargetFault extends LocalFault {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 300;
    private static final String LOCKED = "Another process is changing it, such as a daemon of nxt-sync or an index build. "
            + "The pull goes on by itself within a minute after that ends.";
    /** Data exceptions quote the value. */
    private static final String DATA_EXCEPTION = "22";
    /** The function of PostgreSQL that finds a row's partition; it has no SQLSTATE of its own, and its message is translated. */
    private static final String FIND_PARTITION = "ExecFindPartition";
    private static final Pattern QUOTED = Pattern.compile("\".*\"", Pattern.DOTALL);

    private final transient Problem reason;
    private final transient String ofRow;

    private TargetFault(TargetTable table, SQLException e) {
        super(e);
        String words = words(e) + " (SQLSTATE " + e.getSQLState() + ")";
        String partition = "Make that partition, or one for all others (create table NAME partition of "
                + table.quotedName() + " default). No row is lost, and the pull goes on by itself within a minute.";
        this.reason = new Problem(ErrorCode.TARGET_UNUSABLE,
                "PostgreSQL refuses a statement about its target table " + table + ": " + words + ". "
                        + (isLocked() ? LOCKED : lacksPartition(e) ? partition : ErrorCode.TARGET_UNUSABLE.nextStep()));
        this.ofRow = "the target table refuses it: " + words + (lacksPartition(e) ? ". " + partition : "");
    }

    /**
     * Runs statements about a target table.
     *
     * @throws TargetFault if one of them is refused
     * @throws SQLException if the connection is lost with it, whatever the reason given: a trigger may give any
     */
    public static <T> T guard(Handle transaction, TargetTable table, Database.Work<T> statements) throws SQLException {
        try {
            return statements.run(transaction);
        } catch (TargetFault e) {
            throw e;
        } catch (SQLException e) {
            throw isAlive(transaction) ? new TargetFault(table, e) : e;
        }
    }

    /** What an operator is told: the server's own words, without its details, which hold values of rows. */
    @Override
    public Problem reason() {
        return reason;
    }

    /** The same as the reason for which one row is set aside. */
    String ofRow() {
        return ofRow;
    }

    /** Whether it is likely to pass by itself, since somebody else is at work on the same rows. */
    public boolean mayPass() {
        return DatabaseFault.isWorthAnother(this);
    }

    /** Whether rows that are there have the same key. */
    public boolean isOfUniqueness() { return hasState("23505"); }

    /** Whether the table has no unique index of the key: somebody has just changed it. */
    public boolean isOfOtherKey() {
        return hasState("42P10");
    }

    private boolean hasState(String state) {
        return getCause() instanceof SQLException e && state.equals(e.getSQLState());
    }

    private static boolean isAlive(Handle connection) throws SQLException {
        return connection.getConnection().isValid(5);
    }

    private static boolean lacksPartition(SQLException e) {
        return told(e).map(ServerErrorMessage::getRoutine).filter(FIND_PARTITION::equals).isPresent();
    }

    private static Optional<ServerErrorMessage> told(SQLException e) {
        return e instanceof PSQLException postgres
                ? Optional.ofNullable(postgres.getServerErrorMessage())
                : Optional.empty();
    }

    private static String words(SQLException e) {
        var told = told(e);
        String message = told.map(ServerErrorMessage::getMessage).orElse(e.getMessage());
        String hint = told.map(ServerErrorMessage::getHint).map(text -> ". " + text).orElse("");
        // of a partition that is missing, they are the values of the key that it is for
        String detail = lacksPartition(e)
                ? told.map(ServerErrorMessage::getDetail).map(text -> ". " + text).orElse("")
                : "";
        String all = message + hint + detail;
        if (String.valueOf(e.getSQLState()).startsWith(DATA_EXCEPTION)) {
            all = QUOTED.matcher(all).replaceAll("\"…\"");
        }
        return QuotedText.upTo(LONGEST, all);
    }
}
