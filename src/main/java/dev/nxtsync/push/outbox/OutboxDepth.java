package dev.nxtsync.push.outbox;

import static java.util.stream.Collectors.toMap;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Database;

/** Counts the rows of each push by their states. */
@Singleton
public class OutboxDepth {
    private final Database database;

    public OutboxDepth(Database database) {
        this.database = database;
    }

    /**
     * The rows of a push that are not settled.
     *
     * @param letters that a person decides about, or should look at
     */
    public record UndecidedRows(long letters, long waiting) {}

    /** By push, also of those that are not configured; found by indexes that hold none of the many rows that are done. */
    public static Map<String, UndecidedRows> undecided(Handle transaction) {
        return transaction.createQuery("""
                select push, sum(letter) as letters, sum(1 - letter) as waiting from (
                    select push, 1 as letter from nxt_sync.outbox
                    where state = 'dead' or state = 'done' and error is not null
                    union all
                    select push, 0 from nxt_sync.outbox where state = 'waiting') each
                group by push""")
                .map((row, context) -> Map.entry(row.getString("push"),
                        new UndecidedRows(row.getLong("letters"), row.getLong("waiting"))))
                .collectToMap(Map.Entry::getKey, Map.Entry::getValue);
    }

    /** By push, also of those that are not configured. */
    public Map<String, PushDepth> depths() throws SQLException {
        return database.inTransaction(OutboxDepth::depths);
    }

    /** The same in a transaction of the caller's. */
    public static Map<String, PushDepth> depths(Handle transaction) {
        return transaction.createQuery("""
                select push, state, count(*) as rows,
                       count(*) filter (where state = 'done' and error is not null) as remarks,
                       coalesce(extract(epoch from clock_timestamp() - min(created_at)
                           filter (where state in ('waiting', 'sending', 'in_doubt', 'dead'))), 0) as oldest
                from nxt_sync.outbox group by push, state""")
                .map((row, context) -> Map.entry(row.getString("push"),
                        new PushDepth(Map.of(row.getString("state"), row.getLong("rows")), row.getLong("remarks"),
                                row.getDouble("oldest"))))
                .collect(toMap(Map.Entry::getKey, Map.Entry::getValue, PushDepth::and));
    }

    /**
     * The number of rows of one push.
     *
     * @param states rows by state
     * @param remarks rows that are done, and yet a person should look at
     * @param oldest seconds since the oldest unfinished row was pushed
     */
    public record PushDepth(Map<String, Long> states, long remarks, double oldest) {
        public static final PushDepth EMPTY = new PushDepth(Map.of(), 0, 0);

        /** With other rows of the same push, of other states. */
        private PushDepth and(PushDepth other) {
            var both = new HashMap<>(states);
            both.putAll(other.states);
            return new PushDepth(both, remarks + other.remarks, Math.max(oldest, other.oldest));
        }
    }
}
