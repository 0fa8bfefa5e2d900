package dev.nxtsync.pull.state;

import java.util.Optional;

import org.jdbi.v3.core.Handle;

/** Of which table a pull is, by the API's name. Each method is for a transaction of the caller's. */
public final class PullTable {
    private PullTable() {}

    /** The table that a pull of this name was of when it was planned last; empty if it never was. */
    public static Optional<String> find(Handle transaction, String pull) {
        return transaction.createQuery("select table_name from nxt_sync.pull_table where pull = :pull")
                .bind("pull", pull).mapTo(String.class).findOne();
    }

    /** Whether anything is known of how far a pull has come, since it began or was reset. */
    public static boolean hasBegun(Handle transaction, String pull) {
        return transaction.createQuery("""
                select exists (select from nxt_sync.pull_state where pull = :pull
                        and num_nonnulls(loaded_at, cursor, mark, upper) > 0)
                    or exists (select from nxt_sync.pass where pull = :pull)""").bind("pull", pull).mapTo(boolean.class)
                .one();
    }

    /** A pull is of this table from now on. */
    public static void keep(Handle transaction, String pull, String table) {
        transaction.createUpdate("""
                insert into nxt_sync.pull_table as known (pull, table_name) values (:pull, :table)
                on conflict on constraint pull_table_pkey do update set table_name = excluded.table_name
                where known.table_name <> excluded.table_name""").bind("pull", pull).bind("table", table).execute();
    }
}
