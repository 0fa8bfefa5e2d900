package dev.nxtsync.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.Set;

import javax.sql.DataSource;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

/**
 * Transactions, short by rule: none may be open during an HTTP call. Everything they set is local to them, so that a
 * transaction-mode pooler may stand between.
 */
@Singleton
public class Database {
    private static final Logger LOG = Logger.getLogger(Database.class);
    /** Deadlock and lock time-out. */
    private static final Set<String> AGAIN = Set.of("40P01", "55P03", "40001");
    private static final int ATTEMPTS = 4;
    /** What others have made in a schema of the role's own path is not found in place of what we mean; see {@link OwnPath}. */
    private static final String BEGIN = "set local idle_in_transaction_session_timeout = '10s'; set local lock_timeout = '2s'; "
            + OwnPath.LEAVE;
    /** What is committed is on disk, also where the database or the role gives that up. */
    private static final String DURABLE = "; select set_config('synchronous_commit', 'on', true) "
            + "where current_setting('synchronous_commit') = 'off'";

    private final DataSource dataSource;

    public Database(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** What is done in a transaction. It may be run more than once; only the last run counts. */
    @FunctionalInterface
    public interface Work<T> {
        T in(Connection transaction) throws SQLException;
    }

    /**
     * Runs in one transaction, which is rolled back if the work throws.
     *
     * @throws SQLException of the work, or of the connection: {@link #isAway} tells
     */
    public <T> T inTransaction(Work<T> work) throws SQLException {
        return repeatedly(BEGIN, work);
    }

    /**
     * As {@link #inTransaction}, for what was promised to somebody, or is about to be sent: once this returns, a crash of the
     * database loses nothing of it, although {@code synchronous_commit} is off.
     */
    public <T> T durably(Work<T> work) throws SQLException {
        return repeatedly(BEGIN + DURABLE, work);
    }

    private <T> T repeatedly(String begin, Work<T> work) throws SQLException {
        for (int attempt = 1;; attempt++) {
            try {
                return once(begin, work);
            } catch (SQLException e) {
                if (attempt == ATTEMPTS || !isWorthAnother(e)) {
                    throw e;
                }
                LOG.debugf("transaction is run again after %s", e.getMessage());
            }
        }
    }

    /**
     * As {@link #inTransaction}, but one process at a time: for DDL, in which {@code if not exists} does not keep two from
     * each other.
     */
    public <T> T alone(Work<T> work) throws SQLException {
        return inTransaction(transaction -> {
            try (Statement lock = transaction.createStatement()) {
                lock.execute("select pg_advisory_xact_lock(hashtext('nxt_sync ddl'))");
            }
            return work.in(transaction);
        });
    }

    /** Makes a schema if it is missing; that right is not needed where it is there. */
    static void makeSchema(Connection transaction, String name) throws SQLException {
        try (var exists = transaction.prepareStatement("select from pg_namespace where nspname = ?");
                Statement make = transaction.createStatement()) {
            exists.setString(1, name);
            try (var row = exists.executeQuery()) {
                if (!row.next()) {
                    make.execute("create schema " + SqlName.quoted(name));
                }
            }
        }
    }

    /** The database's time, which orders all reads and sends. */
    DatabaseClock clock() throws SQLException {
        return inTransaction(transaction -> {
            try (var select = transaction.prepareStatement("select clock_timestamp()");
                    var row = select.executeQuery()) {
                row.next();
                return new DatabaseClock(row.getObject(1, OffsetDateTime.class).toInstant());
            }
        });
    }

    /** Whether the same transaction may well succeed when it is run again. */
    static boolean isWorthAnother(SQLException e) {
        return AGAIN.contains(String.valueOf(e.getSQLState()));
    }

    /** Whether the database could not be reached or was lost, rather than a statement refused (SQLSTATE classes 08 and 57). */
    public static boolean isAway(SQLException e) {
        if (e instanceof TargetFault) {
            return false;
        }
        String state = e.getSQLState();
        // the pool's own time-out has no SQLSTATE
        return state == null || state.startsWith("08") || state.startsWith("57P");
    }

    private <T> T once(String begin, Work<T> work) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            boolean committed = false;
            try {
                try (Statement settings = connection.createStatement()) {
                    settings.execute(begin);
                }
                T result = work.in(connection);
                connection.commit();
                committed = true;
                return result;
            } finally {
                if (!committed) {
                    rollBack(connection);
                }
            }
        }
    }

    private static void rollBack(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            LOG.debugf("rollback failed, so the connection is gone and the transaction with it: %s", e.getMessage());
        }
    }
}
