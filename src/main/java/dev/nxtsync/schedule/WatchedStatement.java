package dev.nxtsync.schedule;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

import org.jboss.logging.Logger;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;

import dev.nxtsync.database.Database;
import dev.nxtsync.process.Threads;

/**
 * Statements of a run that may take as long as they take. Meanwhile the run shows that it is alive, as long as the database
 * answers that it has its unit. Once it has lost that, or is interrupted, which the driver does not notice, they are cut off.
 */
public final class WatchedStatement {
    private static final Logger LOG = Logger.getLogger(WatchedStatement.class);
    private static final ExecutorService WATCHERS = Threads.cachedPool("statement-watch");
    private static final Duration EVERY = Duration.ofSeconds(2);
    private static final String CONNECTION_LOST = "08006";

    private final Database database;
    private final PgConnection session;
    private final Claim claim;
    private final Runnable alive;
    private final Thread run = Thread.currentThread();
    private final CountDownLatch ended = new CountDownLatch(1);
    private boolean cutOff;
    private volatile @Nullable StaleClaim stale;

    private WatchedStatement(Database database, Handle transaction, Claim claim, Runnable alive) throws SQLException {
        this.database = database;
        this.session = transaction.getConnection().unwrap(PgConnection.class);
        this.claim = claim;
        this.alive = alive;
    }

    /**
     * Runs them in a transaction of {@link Database#patiently}.
     *
     * @param alive told now and then
     * @throws StaleClaim if the unit has been taken over meanwhile
     */
    public static <T> T run(Database database, Handle transaction, Claim claim, Runnable alive,
            Database.Work<T> statements) throws SQLException {
        var watched = new WatchedStatement(database, transaction, claim, alive);
        WATCHERS.execute(watched::watch);
        try {
            return statements.run(transaction);
        } catch (SQLException e) {
            throw watched.isCutOff() ? watched.cause(e) : e;
        } finally {
            watched.end();
        }
    }

    private void watch() {
        try {
            while (!ended.await(EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            database.promptly().useTransaction(transaction -> {
                Claims.check(transaction, claim);
            });
            alive.run();
        } catch (StaleClaim e) {
            stale = e;
            cutOff();
        } catch (SQLException e) {
            LOG.debugf("%s is perhaps no more alive: %s", claim, e.getMessage());
        }
        if (run.isInterrupted()) {
            cutOff();
        }
    }

    /** The connection is lost with that: a server that is gone does not answer, and would be waited for. */
    private synchronized void cutOff() {
        if (ended.getCount() > 0 && !cutOff) {
            cutOff = true;
            try {
                session.cancelQuery();
                session.abort(Runnable::run);
            } catch (SQLException e) {
                LOG.debugf("a long statement of %s could not be ended: %s", claim, e.getMessage());
            }
        }
    }

    private synchronized boolean isCutOff() { return cutOff; }

    private SQLException cause(SQLException e) {
        var lost = stale;
        if (lost != null) {
            throw lost;
        }
        return new SQLException("A long statement was cut off with its run.", CONNECTION_LOST, e);
    }

    /** From here on the connection may be anybody's. */
    private synchronized void end() {
        ended.countDown();
    }
}
