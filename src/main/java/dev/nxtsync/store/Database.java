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
    /** Deadlock and lock time-out: the same transaction may well succeed when it is run again. */
    private static final Set<String> AGAIN = Set.of("40P01", "55P03", "40001");
    private static final int ATTEMPTS = 4;

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
        for (int attempt = 1;; attempt++) {
            try {
                return once(work);
            } catch (SQLException e) {
                boolean behind = Sequences.isBehind(e);
                if (attempt == ATTEMPTS || !(behind || AGAIN.contains(String.valueOf(e.getSQLState())))) {
                    throw e;
                }
                LOG.debugf("transaction is run again after %s", e.getMessage());
                if (behind) {
                    once(Database::advanceSequences);
                }
            }
        }
    }

    /**
     * As {@link #inTransaction}, but one process at a time: for DDL, in which {@code if not exists} does not keep two from
     * each other.
     */
    public <T> T alone(Work<T> work) throws SQLException {
        return inTransaction(transaction -> {
            lock(transaction);
            return work.in(transaction);
        });
    }

    /** Brings sequences up to what their tables hold, one process at a time. */
    static boolean advanceSequences(Connection transaction) throws SQLException {
        lock(transaction);
        Sequences.advance(transaction);
        return true;
    }

    private static void lock(Connection transaction) throws SQLException {
        try (Statement lock = transaction.createStatement()) {
            lock.execute("select pg_advisory_xact_lock(hashtext('nxt_sync ddl'))");
        }
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

    /** Whether the database could not be reached or was lost, rather than a statement refused (SQLSTATE classes 08 and 57). */
    public static boolean isAway(SQLException e) {
        String state = e.getSQLState();
        // the pool's own time-out has no SQLSTATE
        return state == null || state.startsWith("08") || state.startsWith("57P");
    }

    private <T> T once(Work<T> work) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            boolean committed = false;
            try {
                try (Statement limits = connection.createStatement()) {
                    limits.execute(
                            "set local idle_in_transaction_session_timeout = '10s'; set local lock_timeout = '2s'");
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
