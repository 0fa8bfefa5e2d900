package dev.nxtsync.schedule;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.generic.GenericType;

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
            lost.forEach((tenant, calls) -> add(transaction, tenant, calls));
            transaction.createUpdate("""
                    delete from nxt_sync.lost_call
                    where lost_at not between clock_timestamp() - :held * interval '1 ms' and clock_timestamp()""")
                    .bind("held", held.toMillis()).execute();
            var all = new HashMap<Tenant, Integer>();
            transaction.createQuery("select tenant, sum(calls) as calls from nxt_sync.lost_call group by tenant")
                    .setMapKeyColumn("tenant").setMapValueColumn("calls")
                    .collectInto(new GenericType<Map<String, Integer>>() {
                    }).forEach((tenant, calls) -> Tenant.parse(tenant).ifPresent(each -> all.put(each, calls)));
            return all;
        });
    }

    static void add(Handle transaction, Tenant tenant, int calls) {
        transaction.createUpdate("insert into nxt_sync.lost_call (tenant, calls) values (:tenant, :calls)")
                .bind("tenant", tenant.toString()).bind("calls", calls).execute();
    }
}
