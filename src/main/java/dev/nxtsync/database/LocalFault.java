package dev.nxtsync.database;

import java.io.Serial;
import java.sql.SQLException;

import dev.nxtsync.error.Problem;

/**
 * PostgreSQL refuses a statement about something of a user's, such as one target table. Nothing else, and nothing of the
 * database, is in the way, whatever SQLSTATE it has: the user's own triggers may give any.
 */
public abstract class LocalFault extends SQLException {
    @Serial
    private static final long serialVersionUID = 1L;

    protected LocalFault(SQLException e) {
        super(e.getMessage(), e.getSQLState(), e);
    }

    /** What an operator is told. */
    public abstract Problem reason();

    /** Whether somebody held a lock for longer than we wait. */
    public final boolean isLocked() {
        return SqlState.LOCK_TIME_OUT.equals(getSQLState());
    }
}
