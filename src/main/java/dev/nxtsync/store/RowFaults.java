package dev.nxtsync.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import jakarta.inject.Singleton;

/** Rows that are set aside. */
@Singleton
public class RowFaults {
    /** Of one company; beyond it a row that was mended is noticed by the next load only. */
    private static final int REMEMBERED = 10_000;

    private final Database database;

    RowFaults(Database database) {
        this.database = database;
    }

    /** By pull; pulls without any are missing. */
    public Map<String, Long> count() throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.prepareStatement("select job, count(*) from nxt_sync.row_fault group by job");
                    ResultSet row = select.executeQuery()) {
                var counts = new TreeMap<String, Long>();
                while (row.next()) {
                    counts.put(row.getString(1), row.getLong(2));
                }
                return counts;
            }
        });
    }

    /** The keys of those of some pulls in one company, as JSON objects, by pull; pulls without any are missing. */
    public Map<String, Set<String>> keys(Collection<String> pulls, int company) throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.prepareStatement(
                    "select job, key from nxt_sync.row_fault where job = any (?) and company = ? limit ?")) {
                select.setArray(1, transaction.createArrayOf("text", pulls.toArray()));
                select.setInt(2, company);
                select.setInt(3, REMEMBERED);
                var keys = new HashMap<String, Set<String>>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        keys.computeIfAbsent(row.getString(1), each -> new HashSet<>()).add(row.getString(2));
                    }
                }
                return keys;
            }
        });
    }

    /** The same for one pull. */
    public Set<String> keys(String pull, int company) throws SQLException {
        return keys(List.of(pull), company).getOrDefault(pull, Set.of());
    }

    static void setAside(Connection transaction, PageBuffer page, Checkpoint checkpoint) throws SQLException {
        if (!page.faults().isEmpty()) {
            try (var insert = transaction.prepareStatement(
                    """
                            insert into nxt_sync.row_fault (job, company, key, reason, seen_at) values (?, ?, ?::json, ?, ?)
                            on conflict (job, company, md5(key::text)) do update set reason = excluded.reason, seen_at = excluded.seen_at""")) {
                for (RowFault fault : page.faults()) {
                    insert.setString(1, checkpoint.pull());
                    insert.setInt(2, checkpoint.company());
                    insert.setString(3, fault.key());
                    insert.setString(4, fault.reason());
                    insert.setObject(5, Claims.timestamp(checkpoint.readAt()));
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        }
        if (!page.mended().isEmpty()) {
            try (var mend = transaction.prepareStatement(
                    "delete from nxt_sync.row_fault where job = ? and company = ? and key::text = any (?) and (seen_at <= ? or seen_at > clock_timestamp())")) {
                mend.setString(1, checkpoint.pull());
                mend.setInt(2, checkpoint.company());
                mend.setArray(3, transaction.createArrayOf("text", page.mended().toArray()));
                mend.setObject(4, Claims.timestamp(checkpoint.readAt()));
                mend.executeUpdate();
            }
        }
    }
}
