package dev.nxtsync.pull.state;

import java.sql.SQLException;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.UnitSelection;

/** A pull forgets how far it has come: its next run is a load. */
public final class PullRestart {
    private PullRestart() {}

    /**
     * For the transaction of the change that makes it necessary. Runs of loads and reconciliations under way are refused what
     * they write.
     *
     * @return in how many companies
     */
    public static int begin(Handle transaction, String pull) throws SQLException {
        PullCondition.anew(transaction, pull);
        try (var passes = transaction.getConnection().prepareStatement("delete from nxt_sync.pass where pull = ?");
                var columns = transaction.getConnection()
                        .prepareStatement("delete from nxt_sync.pull_column where pull = ?");
                var states = transaction.getConnection().prepareStatement(
                        """
                                update nxt_sync.pull_state
                                set loaded_at = null, complete_as_of = null, mark = null, mark_seen_at = null, floor = null, digest = null,
                                    cursor = null, upper = null, increment_started_at = null, reread_cursor = null, held = null, missing = null
                                where pull = ?""")) {
            passes.setString(1, pull);
            passes.executeUpdate();
            columns.setString(1, pull);
            columns.executeUpdate();
            UnitSelection.of(pull, UnitKind.LOAD, UnitKind.RECONCILIATION).beginAnew(transaction);
            UnitSelection.of(pull, UnitKind.LOAD).makeDue(transaction);
            states.setString(1, pull);
            return states.executeUpdate();
        }
    }

    /**
     * The same with a table that has no rows.
     *
     * @return in how many companies rows had been read into the one before
     */
    public static int beginEmpty(Handle transaction, String pull) throws SQLException {
        int loaded;
        try (var count = transaction.getConnection().prepareStatement(
                "select count(*) from nxt_sync.pull_state where pull = ? and (loaded_at is not null or rows > 0)")) {
            count.setString(1, pull);
            try (var row = count.executeQuery()) {
                row.next();
                loaded = row.getInt(1);
            }
        }
        begin(transaction, pull);
        try (var empty = transaction.getConnection()
                .prepareStatement("update nxt_sync.pull_state set rows = 0 where pull = ?")) {
            empty.setString(1, pull);
            empty.executeUpdate();
        }
        return loaded;
    }
}
