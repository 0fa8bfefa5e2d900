package dev.nxtsync.pull.state;

import java.util.Optional;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.pull.target.TargetTable;

/** Of which table a pull is, by the API's name, and where its rows are. Each method is for a transaction of the caller's. */
public final class PullTable {
    private PullTable() {}

    /** The table that a pull of this name is of; empty if it is of none yet, or begins anew. */
    public static Optional<String> find(Handle transaction, String pull) {
        return transaction.createQuery("""
                select table_name from nxt_sync.pull_table where pull = :pull and not begins_anew""").bind("pull", pull)
                .mapTo(String.class).findOne();
    }

    /** Another table than this, whose rows a target has; empty if it has none. */
    public static Optional<String> other(Handle transaction, TargetTable target, String table) {
        return transaction.createQuery("""
                select table_name from nxt_sync.pull_table
                where target = :target and table_name <> :table and to_regclass(:target) is not null limit 1""")
                .bind("target", target.quotedName()).bind("table", table).mapTo(String.class).findOne();
    }

    /** A pull is of this table from now on. */
    public static void keep(Handle transaction, String pull, String table, TargetTable target) {
        // a target that somebody has dropped has no rows of another table any more
        transaction.createUpdate("delete from nxt_sync.pull_table where target = :target and table_name <> :table")
                .bind("target", target.quotedName()).bind("table", table).execute();
        transaction.createUpdate("""
                insert into nxt_sync.pull_table as known (pull, table_name, target) values (:pull, :table, :target)
                on conflict (pull) do update
                set table_name = excluded.table_name, target = excluded.target, begins_anew = false
                where (known.table_name, known.target) is distinct from (excluded.table_name, excluded.target)
                    or known.begins_anew""").bind("pull", pull).bind("table", table).bind("target", target.quotedName())
                .execute();
    }

    static void beginAnew(Handle transaction, String pull) {
        transaction.createUpdate("update nxt_sync.pull_table set begins_anew = true where pull = :pull")
                .bind("pull", pull).execute();
    }
}
