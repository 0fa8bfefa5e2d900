package dev.nxtsync.pull.state;

import java.sql.SQLException;
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
        database.useTransaction(transaction -> makeDue(transaction, pull, connection));
    }

    /**
     * Pauses a pull: nothing of it begins any more, and a load or reconciliation under way is refused what it has not yet
     * written. A poll under way, which may be about other pulls too, comes to its end.
     */
    public void pause(String pull) throws SQLException {
        database.useTransaction(transaction -> {
            transaction.createUpdate("""
                    insert into nxt_sync.pull_pause (pull) values (:pull)
                    on conflict (pull) do update set reason = null""").bind("pull", pull).execute();
            UnitSelection.of(pull, UnitKind.LOAD, UnitKind.RECONCILIATION).revoke(transaction);
        });
    }

    /** Resumes a pull, which is due at once. Does nothing to one that is not paused. */
    public void resume(String pull, String connection) throws SQLException {
        database.useTransaction(transaction -> {
            if (transaction.createUpdate("delete from nxt_sync.pull_pause where pull = :pull").bind("pull", pull)
                    .execute() == 1) {
                makeDue(transaction, pull, connection);
            }
        });
    }

    static void makeDue(Handle transaction, String pull, String connection) {
        PullCondition.hurry(transaction, List.of(pull));
        var companies = transaction.createQuery("""
                update nxt_sync.pull_state set due_at = least(due_at, clock_timestamp()) where pull = :pull
                returning company""").bind("pull", pull).mapTo(Integer.class).list();
        UnitSelection.of(pull, UnitKind.POLL, UnitKind.FETCH, UnitKind.LOAD).on(connection).inCompanies(companies)
                .wakeAtOnce(transaction);
    }

    /** Has what has backed off of a connection's pulls tried at once. */
    public void retry(String connection, Collection<String> pulls) throws SQLException {
        database.useTransaction(transaction -> {
            PullCondition.hurry(transaction, pulls);
            UnitSelection.ofKinds(PullUnitStore.KINDS).on(connection).inBackOff().wakeAtOnce(transaction);
        });
    }
}
