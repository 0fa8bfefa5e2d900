package dev.nxtsync.pull.state;

import static java.util.stream.Collectors.toCollection;

import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

import org.jdbi.v3.core.Handle;

/** The columns that a pull has read so far, by the API's names. Each method is for a transaction of the caller's. */
public final class ReadColumns {
    private ReadColumns() {}

    /** By name, in a set that is the caller's. */
    public static Set<String> find(Handle transaction, String pull) {
        return transaction.createQuery("select column_name from nxt_sync.pull_column where pull = :pull")
                .bind("pull", pull).mapTo(String.class).collect(toCollection(TreeSet::new));
    }

    /** A pull reads these from now on, and no others. */
    public static void keep(Handle transaction, String pull, Collection<String> read) {
        transaction.createUpdate("delete from nxt_sync.pull_column where pull = :pull and column_name <> all (:read)")
                .bind("pull", pull).bindArray("read", String.class, read).execute();
        transaction.createUpdate("""
                insert into nxt_sync.pull_column (pull, column_name) select :pull, unnest(:read::text[])
                on conflict (pull, column_name) do nothing""").bind("pull", pull).bindArray("read", String.class, read)
                .execute();
    }
}
