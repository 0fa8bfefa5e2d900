package dev.nxtsync.database;

import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import javax.sql.DataSource;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;
import org.jdbi.v3.core.CloseException;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleConsumer;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.postgresql.jdbc.PgConnection;

import dev.nxtsync.config.DatabaseUrl;
import dev.nxtsync.config.Settings;
import dev.nxtsync.process.ExternalWait;
import dev.nxtsync.process.OutOfMemory;

/**
 * Transactions, short by rule: none may be open during an HTTP call. Everything they set is local to them, so that a
 * transaction-mode pooler may stand between; see {@link Session}.
 */
@Singleton
public class Database {
    private static final Logger LOG = Logger.getLogger(Database.class);
    private static final int ATTEMPTS = 4;
    private static final String NO_CONNECTION = "08001";
    /** As long as a run may be silent before it is given up, so that no statement of a run is of use after that. */
    private static final Duration SLOWEST_ANSWER = Duration.ofMinutes(3);
    /** Well below the silence after which another process takes over. */
    static final Duration PROMPT_ANSWER = Duration.ofSeconds(8);
    private static final Duration WHENEVER_IT_COMES = Duration.ZERO;

    private final Jdbi jdbi;
    private final ConnectionAges ages;
    /** For the answer to one statement, after which the connection is given up as lost; zero is no limit. */
    private final Duration slowest;

    @Inject
    Database(DataSource dataSource, ConnectionAges ages, Settings.DatabaseSettings settings) {
        this(Statements.of(dataSource::getConnection), ages, SLOWEST_ANSWER);
        // else, in a command that looks at settings, the pool has an address that nobody has named
        if (DatabaseUrl.isUsable(settings.url())) {
            var unused = CompletableFuture.runAsync(this::warmUp);
        }
    }

    /** Makes the first connection, and loads what the first statement needs, beside the rest of the start. */
    private void warmUp() {
        try {
            LOG.debugf("the database's time is %s", clock().now());
        } catch (SQLException | RuntimeException e) {
            LOG.debugf("the first connection is made later: %s", e.getMessage());
        }
    }

    /** Over connections that are made when they are asked for. */
    public Database(DataSource dataSource) {
        this(dataSource, SLOWEST_ANSWER);
    }

    public Database(DataSource dataSource, Duration slowest) {
        this(Statements.of(dataSource::getConnection), new ConnectionAges(), slowest);
    }

    private Database(Jdbi jdbi, ConnectionAges ages, Duration slowest) {
        this.jdbi = jdbi;
        this.ages = ages;
        this.slowest = slowest;
    }

    /** The same, for small statements on which much hangs, so that a server that stands still is noticed soon. */
    public Database promptly() {
        return new Database(jdbi, ages, PROMPT_ANSWER);
    }

    /** The same, for statements that may take as long as they take, such as those that rewrite or read a whole table. */
    public Database patiently() {
        return new Database(jdbi, ages, WHENEVER_IT_COMES);
    }

    /** What is done in a transaction. It may be run more than once; only the last run counts. */
    @FunctionalInterface
    public interface Work<T> {
        T in(Handle transaction) throws SQLException;

        /** Does it; a fault of the database is what it was before JDBI wrapped it. */
        default T run(Handle transaction) throws SQLException {
            try {
                return in(transaction);
            } catch (JdbiException e) {
                throw DatabaseFault.sql(e);
            }
        }
    }

    /**
     * Runs in one transaction, which is rolled back if the work throws.
     *
     * @throws SQLException of the work, or of the connection: {@link DatabaseFault#isAway} tells
     */
    public <T> T inTransaction(Work<T> work) throws SQLException {
        return repeatedly(false, work);
    }

    /** As {@link #inTransaction}, where nothing is to be answered. */
    public void useTransaction(HandleConsumer<SQLException> work) throws SQLException {
        inTransaction(transaction -> {
            work.useHandle(transaction);
            return true;
        });
    }

    /**
     * As {@link #inTransaction}, for what was promised to somebody, or is about to be sent: once this returns, a crash of the
     * database loses nothing of it, although {@code synchronous_commit} is off.
     */
    public <T> T durably(Work<T> work) throws SQLException {
        return repeatedly(true, work);
    }

    private <T> T repeatedly(boolean durable, Work<T> work) throws SQLException {
        for (int attempt = 1;; attempt++) {
            try {
                return ExternalWait.call(() -> once(durable, work));
            } catch (SQLException e) {
                boolean behind = Sequences.isBehind(e);
                if (attempt == ATTEMPTS || !(behind || isWorthAnotherNow(e))) {
                    throw e;
                }
                LOG.debugf("transaction is run again after %s", e.getMessage());
                if (behind) {
                    ExternalWait.call(() -> once(false, Database::advanceSequences));
                }
            }
        }
    }

    /** Brings sequences up to what their tables hold, one process at a time. */
    public static boolean advanceSequences(Handle transaction) {
        alone(transaction, "sequences");
        Sequences.advance(transaction);
        return true;
    }

    /**
     * What follows in the transaction is done by one process at a time: for what {@code if not exists} does not keep two from
     * doing. What may take long has a lock of its own, so that nothing else waits for it.
     */
    public static boolean alone(Handle transaction, String what) {
        // its result is not read, or the driver would ask for the type of what is none
        transaction.createUpdate("select pg_advisory_xact_lock(hashtext('nxt_sync ' || :what))").bind("what", what)
                .execute();
        return true;
    }

    /** Makes a schema if it is missing; that right is not needed where it is there. */
    public static void makeSchema(Handle transaction, String name) {
        if (isMissing(transaction, name)) {
            alone(transaction, "schema " + name);
            // perhaps no more, since another process has had the lock
            if (isMissing(transaction, name)) {
                transaction.execute("create schema " + SqlName.quoted(name));
            }
        }
    }

    /** @param table with its schema */
    public static boolean hasTable(Handle transaction, String table) {
        return transaction.createQuery("select to_regclass(:table) is not null").bind("table", table)
                .mapTo(boolean.class).one();
    }

    private static boolean isMissing(Handle transaction, String schema) {
        return transaction.createQuery("select not exists (select from pg_namespace where nspname = :schema)")
                .bind("schema", schema).mapTo(boolean.class).one();
    }

    /** The database's time, which orders all reads and sends. */
    public DatabaseClock clock() throws SQLException {
        return inTransaction(DatabaseClock::read);
    }

    /** A user may hold the lock of a target for hours: its pull comes again, and the thread is for others meanwhile. */
    private static boolean isWorthAnotherNow(SQLException e) {
        return DatabaseFault.isWorthAnother(e) && !(e instanceof LocalFault fault && fault.isLocked());
    }

    private <T> T once(boolean durable, Work<T> work) throws SQLException {
        try (Handle transaction = begun(durable)) {
            boolean committed = false;
            try {
                T result = work.run(transaction);
                transaction.getConnection().commit();
                committed = true;
                return result;
            } catch (SQLException e) {
                if (DatabaseFault.isOfNoUse(e)) {
                    abort(transaction.getConnection());
                }
                throw e;
            } finally {
                if (!committed) {
                    rollBack(transaction.getConnection());
                }
            }
        } catch (CloseException e) {
            throw DatabaseFault.sql(e);
        }
    }

    /**
     * A connection on which a transaction has begun. The pool may lend one that was lost while it was idle, or whose server
     * takes no writes any more: it is closed, and another taken, at last a new one.
     */
    private Handle begun(boolean durable) throws SQLException {
        while (true) {
            long asked = System.nanoTime();
            Handle handle = open();
            boolean older = ages.isOlder(handle.getConnection(), asked);
            try {
                begin(handle.getConnection(), durable);
                return handle;
            } catch (SQLException e) {
                giveUp(handle);
                if (!older || !DatabaseFault.isOfNoUse(e) || e.getCause() instanceof SocketTimeoutException) {
                    throw e;
                }
                LOG.debugf("a connection was of no use any more, and another is taken: %s", e.getMessage());
            } catch (RuntimeException | Error e) {
                giveUp(handle);
                throw e;
            }
        }
    }

    private void begin(Connection connection, boolean durable) throws SQLException {
        // nothing of it takes long, whatever the transaction does
        connection.setNetworkTimeout(Runnable::run, milliseconds(min(slowest, PROMPT_ANSWER)));
        connection.setAutoCommit(false);
        Session.begin(connection, durable);
        connection.setNetworkTimeout(Runnable::run, milliseconds(slowest));
    }

    private static Duration min(Duration limit, Duration other) {
        return limit.isZero() || limit.compareTo(other) > 0 ? other : limit;
    }

    private static int milliseconds(Duration limit) {
        return (int) limit.toMillis();
    }

    private Handle open() throws SQLException {
        try {
            return jdbi.open();
        } catch (ConnectionException e) {
            throw DatabaseFault.sql(e);
        } catch (RuntimeException e) {
            // as when the pool gives up an attempt that takes long, and interrupts the next one with it
            OutOfMemory.endIfCauseOf(e);
            throw new SQLException("No connection could be made in time.", NO_CONNECTION, e);
        }
    }

    private static void giveUp(Handle handle) throws SQLException {
        try (handle) {
            abort(handle.getConnection());
            rollBack(handle.getConnection());
        } catch (CloseException e) {
            throw DatabaseFault.sql(e);
        }
    }

    /** Closes what is below what the pool has lent, and so the pool drops it. */
    static void abort(Connection connection) {
        try {
            connection.unwrap(PgConnection.class).abort(Runnable::run);
        } catch (SQLException e) {
            LOG.debugf("a connection could not be closed: %s", e.getMessage());
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
