package dev.nxtsync.pull.state;

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
    public static int begin(Handle transaction, String pull) {
        PullCondition.anew(transaction, pull);
        transaction.createUpdate("delete from nxt_sync.pass where pull = :pull").bind("pull", pull).execute();
        transaction.createUpdate("delete from nxt_sync.pull_column where pull = :pull").bind("pull", pull).execute();
        Proofs.forget(transaction, pull);
        UnitSelection.of(pull, UnitKind.LOAD, UnitKind.RECONCILIATION, UnitKind.PROOF).beginAnew(transaction);
        UnitSelection.of(pull, UnitKind.LOAD).makeDue(transaction);
        return transaction.createUpdate("""
                update nxt_sync.pull_state
                set loaded_at = null, complete_as_of = null, mark = null, mark_seen_at = null, floor = null,
                    digest = null, cursor = null, upper = null, increment_started_at = null, reread_cursor = null,
                    held = null, missing = null
                where pull = :pull""").bind("pull", pull).execute();
    }

    /**
     * The same with a table that has no rows.
     *
     * @return in how many companies rows had been read into the one before
     */
    public static int beginEmpty(Handle transaction, String pull) {
        int loaded = transaction.createQuery("""
                select count(*) from nxt_sync.pull_state where pull = :pull and (loaded_at is not null or rows > 0)""")
                .bind("pull", pull).mapTo(int.class).one();
        boolean isNew = loaded == 0
                && transaction.createQuery("select not exists (select from nxt_sync.pass where pull = :pull)")
                        .bind("pull", pull).mapTo(boolean.class).one();
        if (isNew) {
            // a load that is just being claimed has nothing to begin anew
            return 0;
        }
        begin(transaction, pull);
        transaction.createUpdate("update nxt_sync.pull_state set rows = 0 where pull = :pull").bind("pull", pull)
                .execute();
        return loaded;
    }
}
