package dev.nxtsync.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;

import jakarta.inject.Singleton;

/** How many rows are set aside. */
@Singleton
public class RowFaults {
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
}
