package dev.nxtsync.pull.target;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.Session;

/**
 * The targets that this process has found locked, so that one of them does not take the threads from all companies: one waits
 * for the lock, and for a while the others are refused after a moment. Each still asks PostgreSQL, since only some rows may be
 * locked, or none any more. Safe for any number of threads.
 */
final class LockedTargets {
    private static final long A_WHILE = Duration.ofSeconds(10).toNanos();

    private final LongSupplier nanoTime;
    private final Map<String, Long> waitedAt = new ConcurrentHashMap<>();

    /** @param nanoTime a monotonic clock */
    LockedTargets(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Whether somebody has waited for its lock in vain a short while ago. If not, it is the caller who waits now. */
    boolean isLocked(TargetTable table) {
        long now = nanoTime.getAsLong();
        Long waited = waitedAt.get(table.quotedName());
        return waited != null && (now - waited < A_WHILE || !waitedAt.replace(table.quotedName(), waited, now));
    }

    void met(TargetTable table) {
        waitedAt.putIfAbsent(table.quotedName(), nanoTime.getAsLong());
    }

    void free(TargetTable table) {
        waitedAt.remove(table.quotedName());
    }

    /** Runs statements that do not wait for a lock longer than a moment. */
    static <T> T briefly(Handle transaction, Database.Work<T> statements) throws SQLException {
        waitAtMost(transaction, "100ms");
        T result = statements.in(transaction);
        waitAtMost(transaction, Session.LOCK_PATIENCE);
        return result;
    }

    private static void waitAtMost(Handle transaction, String patience) {
        transaction.execute("set local lock_timeout = '" + patience + "'");
    }
}
