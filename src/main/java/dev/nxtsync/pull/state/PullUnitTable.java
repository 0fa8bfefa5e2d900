package dev.nxtsync.pull.state;

import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

import jakarta.inject.Singleton;

import dev.nxtsync.database.Database;
import dev.nxtsync.tenant.Scope;
import dev.nxtsync.tenant.Tenant;

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
    public void declare(String pull, String connection, Tenant tenant) throws SQLException {
        database.inTransaction(transaction -> {
            try (var state = transaction.prepareStatement(
                    """
                            insert into nxt_sync.pull_state (pull, company) values (?, ?) on conflict (pull, company) do nothing""");
                    var unit = transaction.prepareStatement("""
                            insert into nxt_sync.job (kind, connection, scope, company, pull, due_at)
                            values (?, ?, ?, ?, ?, case when ? then clock_timestamp() else '9999-01-01 00:00:00+00' end)
                            on conflict on constraint job_unit do nothing""")) {
                state.setString(1, pull);
                state.setInt(2, tenant.number());
                state.executeUpdate();
                for (UnitKind kind : UnitKind.values()) {
                    unit.setString(1, kind.text());
                    unit.setString(2, connection);
                    unit.setString(3, tenant.scope().text());
                    unit.setInt(4, tenant.number());
                    unit.setString(5, kind.servesAllPulls() ? "" : pull);
                    // the first load says when the others begin
                    unit.setBoolean(6, kind == UnitKind.LOAD);
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
    public void wake(String pull, String connection, Scope scope) throws SQLException {
        database.inTransaction(transaction -> {
            try (var update = transaction.prepareStatement(
                    """
                            update nxt_sync.job set wanted = wanted + 1
                            where connection = ? and scope = ? and (kind in ('poll', 'fetch') or kind = 'load' and pull = ?)""")) {
                update.setString(1, connection);
                update.setString(2, scope.text());
                update.setString(3, pull);
                return update.executeUpdate();
            }
        });
    }

    /** Forgets how far a pull has come: its next run is a load, which merges. Runs under way are refused what they write. */
    public int reset(String pull) throws SQLException {
        return database.inTransaction(transaction -> Anew.begin(transaction, pull));
    }
}
