package dev.nxtsync.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Set;

import javax.sql.DataSource;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.process.OutOfMemory;
import dev.nxtsync.process.Outside;

/**
 * Transactions, short by rule: none may be open during an HTTP call. Everything they set is local to them, so that a
 * transaction-mode pooler may stand between.
 */
@Singleton
public class Database {
    private static final Logger LOG = Logger.getLogger(Database.class);
    static final String LOCK_TIME_OUT = "55P03";
    static final String LOCK_PATIENCE = "2s";
    /** Deadlock, lock time-out, and what is not serializable. */
    private static final Set<String> AGAIN = Set.of("40P01", LOCK_TIME_OUT, "40001");
    private static final int ATTEMPTS = 4;
    /** What others have made in a schema of the role's own path is not found in place of what we mean; see {@link OwnPath}. */
    private static final String BEGIN = "set local idle_in_transaction_session_timeout = '10s'; set local lock_timeout = '"
            + LOCK_PATIENCE + "'; " + OwnPath.LEAVE;
    /** What is committed is on disk, also where the database or the role gives that up. */
    private static final String DURABLE = "; select set_config('synchronous_commit', 'on', true) "
            + "where current_setting('synchronous_commit') = 'off'";
    private static final String NO_CONNECTION = "08001";
    /** As long as a run may be silent before it is given up, so that no statement of a run is of use after that. */
    private static final Duration SLOWEST_ANSWER = Duration.ofMinutes(3);
    /** Well below the silence after which another process takes over. */
    private static final Duration PROMPT_ANSWER = Duration.ofSeconds(8);
    private static final Duration WHENEVER_IT_COMES = Duration.ZERO;

    private final DataSource dataSource;
    /** For the answer to one statement, after which the connection is given up as lost; zero is no limit. */
    private final Duration slowest;

    @Inject
    public Database(DataSource dataSource) {
        this(dataSource, SLOWEST_ANSWER);
    }

    Database(DataSource dataSource, Duration slowest) {
        this.dataSource = dataSource;
        this.slowest = slowest;
    }

    /** The same, for small statements on which much hangs, so that a server that stands still is noticed soon. */
    public Database promptly() {
        return new Database(dataSource, PROMPT_ANSWER);
    }

    /** The same, for statements that may take as long as they take, such as those that rewrite or read a whole table. */
    Database patiently() {
        return new Database(dataSource, WHENEVER_IT_COMES);
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
                return Outside.of(() -> once(begin, work));
            } catch (SQLException e) {
                boolean behind = Sequences.isBehind(e);
                if (attempt == ATTEMPTS || !(behind || isWorthAnotherNow(e))) {
                    throw e;
                }
                LOG.debugf("transaction is run again after %s", e.getMessage());
                if (behind) {
                    Outside.of(() -> once(BEGIN, Database::advanceSequences));
                }
            }
        }
    }

    /** Brings sequences up to what their tables hold, one process at a time. */
    static boolean advanceSequences(Connection transaction) throws SQLException {
        alone(transaction, "sequences");
        Sequences.advance(transaction);
        return true;
    }

    /**
     * What follows in the transaction is done by one process at a time: for what {@code if not exists} does not keep two from
     * doing. What may take long has a lock of its own, so that nothing else waits for it.
     */
    static boolean alone(Connection transaction, String what) throws SQLException {
        try (var lock = transaction.prepareStatement("select pg_advisory_xact_lock(hashtext('nxt_sync ' || ?))")) {
            lock.setString(1, what);
            return lock.execute();
        }
    }

    /** Makes a schema if it is missing; that right is not needed where it is there. */
    static void makeSchema(Connection transaction, String name) throws SQLException {
        if (isMissing(transaction, name)) {
            alone(transaction, "schema " + name);
            // perhaps no more, since another process has had the lock
            if (isMissing(transaction, name)) {
                try (Statement make = transaction.createStatement()) {
                    make.execute("create schema " + SqlName.quoted(name));
                }
            }
        }
    }

    private static boolean isMissing(Connection transaction, String schema) throws SQLException {
        try (var find = transaction.prepareStatement("select from pg_namespace where nspname = ?")) {
            find.setString(1, schema);
            try (var row = find.executeQuery()) {
                return !row.next();
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

    /** A user may hold the lock of a target for hours: its pull comes again, and the thread is for others meanwhile. */
    private static boolean isWorthAnotherNow(SQLException e) {
        return isWorthAnother(e) && !(e instanceof TargetFault fault && fault.isLocked());
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
        try (Connection connection = connection()) {
            connection.setNetworkTimeout(Runnable::run, (int) slowest.toMillis());
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

    private Connection connection() throws SQLException {
        try {
            return dataSource.getConnection();
        } catch (RuntimeException e) {
            // as when the pool gives up an attempt that takes long, and interrupts the next one with it
            OutOfMemory.endIfCauseOf(e);
            throw new SQLException("No connection could be made in time.", NO_CONNECTION, e);
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
