package dev.nxtsync.pull.state;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Set;
import java.util.TreeSet;

import org.jdbi.v3.core.Handle;

/** The columns that a pull has read so far, by the API's names. Each method is for a transaction of the caller's. */
public final class ReadColumns {
    private ReadColumns() {}

    /** In a set that is the caller's. */
    public static Set<String> find(Handle transaction, String pull) throws SQLException {
        try (var select = transaction.getConnection()
                .prepareStatement("select column_name from nxt_sync.pull_column where pull = ?")) {
            select.setString(1, pull);
            var names = new TreeSet<String>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    names.add(row.getString(1));
                }
            }
            return names;
        }
    }

    /** A pull reads these from now on, and no others. */
    public static void keep(Handle transaction, String pull, Collection<String> read) throws SQLException {
        try (var forget = transaction.getConnection()
                .prepareStatement("delete from nxt_sync.pull_column where pull = ? and column_name <> all (?)");
                var insert = transaction.getConnection().prepareStatement("""
                        insert into nxt_sync.pull_column (pull, column_name) select ?, unnest(?::text[])
                        on conflict (pull, column_name) do nothing""")) {
            var names = transaction.getConnection().createArrayOf("text", read.toArray());
            forget.setString(1, pull);
            forget.setArray(2, names);
            forget.executeUpdate();
            insert.setString(1, pull);
            insert.setArray(2, names);
            insert.executeUpdate();
        }
    }
}
