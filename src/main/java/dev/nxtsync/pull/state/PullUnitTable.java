package dev.nxtsync.pull.state;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

import jakarta.inject.Singleton;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.Rows;
import dev.nxtsync.schedule.Claim;

/** The units of work of pulls, together with the state of what they work on. Safe for any number of threads. */
@Singleton
public class PullUnitTable {
    private final Database database;

    public PullUnitTable(Database database) {
        this.database = database.promptly();
    }

    /**
     * Makes known what is to be done for a pull in one company: its state, and the units that work on it. What is known
     * already stays as it is.
     */
    public void declare(String pull, String connection, String scope, int company) throws SQLException {
        database.inTransaction(transaction -> {
            try (var state = transaction.prepareStatement(
                    """
                            insert into nxt_sync.pull_state (pull, company) values (?, ?) on conflict (pull, company) do nothing""");
                    var unit = transaction.prepareStatement("""
                            insert into nxt_sync.job (kind, connection, scope, company, pull, due_at)
                            values (?, ?, ?, ?, ?, case when ? then clock_timestamp() else '9999-01-01 00:00:00+00' end)
                            on conflict on constraint job_unit do nothing""")) {
                state.setString(1, pull);
                state.setInt(2, company);
                state.executeUpdate();
                for (String kind : List.of("poll", "fetch", "load", "reconciliation")) {
                    unit.setString(1, kind);
                    unit.setString(2, connection);
                    unit.setString(3, scope);
                    unit.setInt(4, company);
                    unit.setString(5, kind.equals("poll") || kind.equals("fetch") ? "" : pull);
                    // the first load says when the others begin
                    unit.setBoolean(6, kind.equals("load"));
                    unit.addBatch();
                }
                return unit.executeBatch().length;
            }
        });
    }

    /**
     * Says that the companies of a pull are these: others are away, with their rows as they are, and those that were away are
     * back. Answers which are away since now.
     */
    public List<Integer> seen(String pull, Collection<Integer> companies) throws SQLException {
        return database.inTransaction(transaction -> PullCondition.seen(transaction, pull, companies));
    }

    /** Wakes what works on a pull, after it could not be worked on. */
    public void wake(String pull, String connection, String scope) throws SQLException {
        database.inTransaction(transaction -> {
            try (var update = transaction.prepareStatement(
                    """
                            update nxt_sync.job set wanted = wanted + 1
                            where connection = ? and scope = ? and (kind in ('poll', 'fetch') or kind = 'load' and pull = ?)""")) {
                update.setString(1, connection);
                update.setString(2, scope);
                update.setString(3, pull);
                return update.executeUpdate();
            }
        });
    }

    /** Wakes the poll and the fetch of the same company, and makes the reconciliation of the same pull due. */
    public static void loaded(Connection transaction, Claim load, Instant reconcile) throws SQLException {
        try (var update = transaction.prepareStatement(
                """
                        update nxt_sync.job set wanted = wanted + case kind when 'reconciliation' then 0 else 1 end,
                            due_at = case kind when 'reconciliation' then least(due_at, ?) else due_at end
                        where connection = ? and scope = ? and company = ?
                          and (kind in ('poll', 'fetch') or kind = 'reconciliation' and pull = ?)""")) {
            update.setObject(1, Rows.timestamp(reconcile));
            update.setString(2, load.connection());
            update.setString(3, load.scope());
            update.setInt(4, load.company());
            update.setString(5, load.entry());
            update.executeUpdate();
        }
    }

    /** Forgets how far a pull has come: its next run is a load, which merges. Runs under way are refused what they write. */
    public int reset(String pull) throws SQLException {
        return database.inTransaction(transaction -> Anew.begin(transaction, pull));
    }

    /** Has polls and fetches of the same company look what they can do. */
    public static void goOn(Connection transaction, Claim unit) throws SQLException {
        try (var update = transaction.prepareStatement("""
                update nxt_sync.job set wanted = wanted + 1
                where connection = ? and scope = ? and company = ? and kind in ('poll', 'fetch')""")) {
            update.setString(1, unit.connection());
            update.setString(2, unit.scope());
            update.setInt(3, unit.company());
            update.executeUpdate();
        }
    }

    /** Makes the reconciliation of a pull due, in the same company as a unit. */
    public static void reconcile(Connection transaction, Claim unit, String pull) throws SQLException {
        try (var update = transaction.prepareStatement("""
                update nxt_sync.job set due_at = least(due_at, clock_timestamp())
                where connection = ? and scope = ? and company = ? and kind = 'reconciliation' and pull = ?""")) {
            update.setString(1, unit.connection());
            update.setString(2, unit.scope());
            update.setInt(3, unit.company());
            update.setString(4, pull);
            update.executeUpdate();
        }
    }
}
