package dev.nxtsync.database;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jboss.logging.Logger;
import org.jdbi.v3.core.Handle;

import dev.nxtsync.error.Words;
import dev.nxtsync.pull.target.PageWriter;

/**
 * Notices that the database's clock has been set back, and sets back with it all times of ours that lie ahead: what was done
 * stays as long ago as it was, and what is to be done stays as far off. Runs under way know the old time: whoever mends
 * revokes them. Times in targets stay: the rule of {@link PageWriter} sees through them.
 */
public final class ClockSetBack {
    private static final Logger LOG = Logger.getLogger(ClockSetBack.class);
    /** So much is put right by a network's time service now and then, and matters nowhere. */
    private static final double SECONDS = 5;

    private ClockSetBack() {}

    /** Whether the clock is behind the last beat of any process, which else is now. For the transaction of a beat. */
    public static boolean isNoticed(Handle transaction) {
        // whoever mends has it locked, for long
        transaction.createUpdate("""
                update nxt_sync.clock set seen_at = clock_timestamp()
                from (select seen_at from nxt_sync.clock for update skip locked) before
                where before.seen_at <= clock_timestamp() + :seconds * interval '1 s'""").bind("seconds", SECONDS)
                .execute();
        return transaction.createQuery("""
                select exists (select from nxt_sync.clock
                    where seen_at > clock_timestamp() + :seconds * interval '1 s')""").bind("seconds", SECONDS)
                .mapTo(boolean.class).one();
    }

    /**
     * Sets back what lies ahead, the time of the last beat with it, unless another process is just about it. It takes as long
     * as the tables are large. The largest come first, so that what others want is locked for a short time only.
     *
     * @return whether it was set back: then the caller revokes all units of work, in this transaction
     */
    public static boolean mend(Handle transaction) {
        double back = back(transaction);
        if (back > SECONDS) {
            LOG.warnf(
                    "The database's clock was set back by %s. Planned work moves back with it, and runs under way begin anew",
                    Words.time(Duration.ofMillis((long) (back * 1000))));
            for (var table : times(transaction).entrySet()) {
                setBack(transaction, table.getKey(), table.getValue(), back);
            }
            return true;
        }
        return false;
    }

    /** By how many seconds the clock is behind the last beat of any process; 0 where another process mends that. */
    private static double back(Handle transaction) {
        return transaction.createQuery("""
                select extract(epoch from seen_at - clock_timestamp())::float8
                from nxt_sync.clock for update skip locked""").mapTo(Double.class).findOne().orElse(0.0);
    }

    /** The columns of our tables that hold times, also of tables that a later version has made. */
    private static Map<String, List<String>> times(Handle transaction) {
        return transaction.createQuery("""
                select attrelid::regclass::text as name, quote_ident(attname) as time
                from pg_attribute join pg_class on pg_class.oid = attrelid
                where relnamespace = 'nxt_sync'::regnamespace and relkind = 'r' and attnum > 0 and not attisdropped
                  and atttypid = 'timestamptz'::regtype and attgenerated = ''
                order by relpages desc, attrelid, attnum""").reduceRows(new LinkedHashMap<>(), (times, row) -> {
            times.computeIfAbsent(row.getColumn("name", String.class), table -> new ArrayList<>())
                    .add(row.getColumn("time", String.class));
            return times;
        });
    }

    private static void setBack(Handle transaction, String table, List<String> columns, double back) {
        String sql = "update " + table + " set "
                + columns.stream()
                        .map(column -> column + " = case when " + isAhead(column) + " then " + column + " - " + back
                                + " * interval '1 s' else " + column + " end")
                        .collect(joining(", "))
                + " where " + columns.stream().map(ClockSetBack::isAhead).collect(joining(" or "));
        transaction.execute(sql);
    }

    /** The statement's time is for an index, the clock's for what somebody writes while the statement runs. */
    static String isAhead(String column) {
        return "(" + column + " > statement_timestamp() and " + column + " > clock_timestamp() and not " + column + " "
                + Timestamps.IS_NEVER + ")";
    }
}
