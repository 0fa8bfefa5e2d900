package dev.nxtsync.inbox;

import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.DatabaseCheck;
import dev.nxtsync.database.SqlState;

/** Which webhooks came last, also for a process that is not the daemon. */
public final class LastEvents {

    private LastEvents() {}

    /** The last valid webhook of a table and company (or customer). */
    public record LastEvent(String table, int company, String event, Instant at) {
        @Override
        public String toString() {
            return "the last " + event + " in " + company + " arrived at " + at.truncatedTo(ChronoUnit.SECONDS);
        }
    }

    /**
     * What came last of each table and company, the newest first; nothing where the daemon has never run.
     *
     * @throws SQLException if the database cannot be used
     */
    public static List<LastEvent> read(Settings settings) throws SQLException {
        try {
            return DatabaseCheck.database(settings).inTransaction(LastEvents::read);
        } catch (SQLException e) {
            if (SqlState.UNDEFINED_TABLE.equals(e.getSQLState())) {
                return List.of();
            }
            throw e;
        }
    }

    /** By table, the columns of its rows' key as the last event named them. */
    public static Map<String, List<String>> keys(Handle transaction) {
        return transaction.createQuery("""
                select distinct on (table_name) table_name, key_columns from nxt_sync.webhook_event
                where key_columns <> '{}' order by table_name, last_at desc""")
                .map((row, context) -> Map.entry(row.getString("table_name"),
                        List.of((String[]) row.getArray("key_columns").getArray())))
                .collectToMap(Map.Entry::getKey, Map.Entry::getValue);
    }

    private static List<LastEvent> read(Handle transaction) {
        return transaction.createQuery("""
                select table_name as "table", company, last_event as event, last_at as at from nxt_sync.webhook_event
                order by last_at desc limit 1000""").map(ConstructorMapper.of(LastEvent.class)).list();
    }
}
