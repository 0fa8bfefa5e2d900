package dev.nxtsync.pull.state;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Database;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.UnitSelection;

/** What a person tells a pull, in all of its companies, or the work of a connection. */
@Singleton
public class PullControl {
    private final Database database;

    public PullControl(Database database) {
        // somebody waits for the answer
        this.database = database.promptly();
    }

    /** Makes a pull due. What has backed off is tried at once; a paused pull runs when it is resumed. */
    public void run(String pull, String connection) throws SQLException {
        database.inTransaction(transaction -> {
            makeDue(transaction, pull, connection);
            return true;
        });
    }

    /**
     * Pauses a pull: nothing of it begins any more, and a load or reconciliation under way is refused what it has not yet
     * written. A poll under way, which may be about other pulls too, comes to its end.
     */
    public void pause(String pull) throws SQLException {
        database.inTransaction(transaction -> {
            try (var pause = transaction.getConnection()
                    .prepareStatement("insert into nxt_sync.pull_pause (pull) values (?) on conflict do nothing")) {
                pause.setString(1, pull);
                pause.executeUpdate();
            }
            UnitSelection.of(pull, UnitKind.LOAD, UnitKind.RECONCILIATION).revoke(transaction);
            return true;
        });
    }

    /** Resumes a pull, which is due at once. Does nothing to one that is not paused. */
    public void resume(String pull, String connection) throws SQLException {
        database.inTransaction(transaction -> {
            try (var resume = transaction.getConnection()
                    .prepareStatement("delete from nxt_sync.pull_pause where pull = ?")) {
                resume.setString(1, pull);
                if (resume.executeUpdate() == 1) {
                    makeDue(transaction, pull, connection);
                }
            }
            return true;
        });
    }

    private static void makeDue(Handle transaction, String pull, String connection) throws SQLException {
        PullCondition.hurry(transaction, List.of(pull));
        try (var states = transaction.getConnection().prepareStatement(
                "update nxt_sync.pull_state set due_at = least(due_at, clock_timestamp()) where pull = ? returning company")) {
            states.setString(1, pull);
            var companies = new ArrayList<Integer>();
            try (var row = states.executeQuery()) {
                while (row.next()) {
                    companies.add(row.getInt(1));
                }
            }
            UnitSelection.of(pull, UnitKind.POLL, UnitKind.FETCH, UnitKind.LOAD).on(connection).inCompanies(companies)
                    .wakeAtOnce(transaction);
        }
    }

    /** Has what has backed off of a connection's pulls tried at once. */
    public void retry(String connection, Collection<String> pulls) throws SQLException {
        database.inTransaction(transaction -> {
            PullCondition.hurry(transaction, pulls);
            UnitSelection.ofKinds(PullUnitStore.KINDS).on(connection).inBackOff().wakeAtOnce(transaction);
            return true;
        });
    }
}
