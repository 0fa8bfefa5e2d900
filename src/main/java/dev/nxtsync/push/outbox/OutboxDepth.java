package dev.nxtsync.push.outbox;

import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

import jakarta.inject.Singleton;

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
    public Map<String, UndecidedRows> undecided() throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.getConnection().prepareStatement("""
                    select push, sum(letter), sum(1 - letter) from (
                        select push, 1 as letter from nxt_sync.outbox
                        where state = 'dead' or state = 'done' and error is not null
                        union all
                        select push, 0 from nxt_sync.outbox where state = 'waiting') each
                    group by push"""); var row = select.executeQuery()) {
                var undecided = new HashMap<String, UndecidedRows>();
                while (row.next()) {
                    undecided.put(row.getString(1), new UndecidedRows(row.getLong(2), row.getLong(3)));
                }
                return undecided;
            }
        });
    }

    /** By push, also of those that are not configured. */
    public Map<String, PushDepth> depths() throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.getConnection().prepareStatement("""
                    select push, state, count(*), count(*) filter (where state = 'done' and error is not null),
                           coalesce(extract(epoch from clock_timestamp() - min(created_at)
                               filter (where state in ('waiting', 'sending', 'in_doubt', 'dead'))), 0)
                    from nxt_sync.outbox group by push, state"""); var row = select.executeQuery()) {
                var depths = new HashMap<String, PushDepth>();
                while (row.next()) {
                    var depth = depths.getOrDefault(row.getString(1), PushDepth.EMPTY);
                    var states = new HashMap<>(depth.states());
                    states.put(row.getString(2), row.getLong(3));
                    depths.put(row.getString(1), new PushDepth(states, depth.remarks() + row.getLong(4),
                            Math.max(depth.oldest(), row.getDouble(5))));
                }
                return depths;
            }
        });
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
    }
}
