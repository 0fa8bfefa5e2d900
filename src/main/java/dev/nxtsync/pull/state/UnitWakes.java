package dev.nxtsync.pull.state;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;

import dev.nxtsync.database.Timestamps;
import dev.nxtsync.schedule.Claim;

/** Has other units look what they can do, in the transaction of the change that lets them. */
final class UnitWakes {
    private UnitWakes() {}

    /** Wakes the poll and the fetch of the same company, and makes the reconciliation of the same pull due. */
    static void loaded(Connection transaction, Claim load, Instant reconcile) throws SQLException {
        try (var update = transaction.prepareStatement(
                """
                        update nxt_sync.job set wanted = wanted + case kind when 'reconciliation' then 0 else 1 end,
                            due_at = case kind when 'reconciliation' then least(due_at, ?) else due_at end
                        where connection = ? and scope = ? and company = ?
                          and (kind in ('poll', 'fetch') or kind = 'reconciliation' and pull = ?)""")) {
            update.setObject(1, Timestamps.timestamp(reconcile));
            load.name().bindOwner(update, 2);
            update.setString(5, load.entry());
            update.executeUpdate();
        }
    }

    /** Has polls and fetches of the same company look what they can do. */
    static void goOn(Connection transaction, Claim unit) throws SQLException {
        try (var update = transaction.prepareStatement("""
                update nxt_sync.job set wanted = wanted + 1
                where connection = ? and scope = ? and company = ? and kind in ('poll', 'fetch')""")) {
            unit.name().bindOwner(update, 1);
            update.executeUpdate();
        }
    }

    /** Makes the reconciliation of a pull due, in the same company as a unit. */
    static void reconcile(Connection transaction, Claim unit, String pull) throws SQLException {
        try (var update = transaction.prepareStatement("""
                update nxt_sync.job set due_at = least(due_at, clock_timestamp())
                where connection = ? and scope = ? and company = ? and kind = 'reconciliation' and pull = ?""")) {
            unit.name().bindOwner(update, 1);
            update.setString(4, pull);
            update.executeUpdate();
        }
    }
}
