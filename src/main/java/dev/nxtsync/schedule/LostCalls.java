package dev.nxtsync.schedule;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Database;
import dev.nxtsync.tenant.Tenant;

/** The requests of all processes whose answers were lost, by tenant. */
@Singleton
public class LostCalls {
    private final Database database;

    public LostCalls(Database database) {
        this.database = database;
    }

    /**
     * Adds some, and forgets those that hold no slot any more.
     *
     * @param held how long a lost call holds its slot
     * @return all that do, by tenant
     */
    public Map<Tenant, Integer> keep(Map<Tenant, Integer> lost, Duration held) throws SQLException {
        return database.inTransaction(transaction -> {
            for (var each : lost.entrySet()) {
                add(transaction, each.getKey(), each.getValue());
            }
            try (var forget = transaction.getConnection().prepareStatement(
                    "delete from nxt_sync.lost_call where lost_at not between clock_timestamp() - ? * interval '1 ms' and clock_timestamp()");
                    var select = transaction.getConnection()
                            .prepareStatement("select tenant, sum(calls) from nxt_sync.lost_call group by tenant")) {
                forget.setLong(1, held.toMillis());
                forget.executeUpdate();
                var all = new HashMap<Tenant, Integer>();
                try (var row = select.executeQuery()) {
                    while (row.next()) {
                        int calls = row.getInt(2);
                        Tenant.parse(row.getString(1)).ifPresent(tenant -> all.put(tenant, calls));
                    }
                }
                return all;
            }
        });
    }

    static void add(Handle transaction, Tenant tenant, int calls) throws SQLException {
        transaction.createUpdate("insert into nxt_sync.lost_call (tenant, calls) values (:tenant, :calls)")
                .bind("tenant", tenant.toString()).bind("calls", calls).execute();
    }
}
