package dev.nxtsync.inbox;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.database.Timestamps;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.UnitSelection;
import dev.nxtsync.tenant.Tenant;

/**
 * The keys of rows that webhooks say are to be looked at. An event is there once for each pull of its table, until the
 * transaction that settles what was read by its key. Safe for any number of threads.
 */
@Singleton
public class Inbox {
    /** From so many attempts on a key is set aside: it keeps no other from its row, and is shown. */
    public static final int MOST_ATTEMPTS = 5;
    /** Forgotten in one transaction. */
    private static final int FORGOTTEN = 50_000;
    /** Of a key {@code i}: no earlier one of the same row is set aside and not due, which would keep it back. */
    private static final String IS_FREE = """
            not exists (select from nxt_sync.inbox aside where aside.attempts >= 5 and aside.unit = i.unit
                and aside.pull = i.pull and md5(aside.key) = md5(i.key) and aside.key = i.key
                and aside.next_at > clock_timestamp())""";

    private final Database database;

    public Inbox(Database database) {
        this.database = database;
    }

    /** A pull that an event is for, as far as the configuration tells. */
    public record Addressee(String pull, String connection) {}

    /**
     * A valid event.
     *
     * @param hash of its body, in hexadecimal digits
     * @param stamped whether it has a time stamp, so that a second one like it is the same event
     * @param table as the event names it
     * @param key as JSON
     */
    public record Event(String hash, boolean stamped, String table, Tenant tenant, String key, RowChange event,
            List<Addressee> addressees) {}

    /** What became of an event. */
    public enum Fate {
        KEPT, DUPLICATE,
        /** Nobody here has its table or company. */
        UNKNOWN
    }

    /**
     * What became of some events.
     *
     * @param fates by hash
     * @param units those that have something new to look at
     */
    public record EventsTaken(Map<String, Fate> fates, Set<Long> units) {}

    /**
     * Keeps events, all or none.
     *
     * @param events each hash once
     */
    public EventsTaken add(Collection<Event> events) throws SQLException {
        return database.promptly().durably(transaction -> {
            var taken = keep(transaction, events);
            remember(transaction,
                    events.stream().filter(event -> taken.fates().get(event.hash()) != Fate.DUPLICATE).toList());
            return taken;
        });
    }

    private static EventsTaken keep(Handle transaction, Collection<Event> events) throws SQLException {
        var hashes = new ArrayList<String>();
        var stamped = new ArrayList<Boolean>();
        var scopes = new ArrayList<String>();
        var companies = new ArrayList<Integer>();
        var keys = new ArrayList<String>();
        var pulls = new ArrayList<String>();
        var connections = new ArrayList<String>();
        var fates = new HashMap<String, Fate>();
        for (Event event : events) {
            fates.put(event.hash(), Fate.UNKNOWN);
            for (Addressee addressee : event.addressees()) {
                hashes.add(event.hash());
                stamped.add(event.stamped());
                scopes.add(event.tenant().scope().text());
                companies.add(event.tenant().number());
                keys.add(event.key());
                pulls.add(addressee.pull());
                connections.add(addressee.connection());
            }
        }
        var units = new HashSet<Long>();
        if (hashes.isEmpty()) {
            return new EventsTaken(fates, units);
        }
        // in the order of the hashes, so that two processes that take in the same events do not wait for each other
        try (var insert = transaction.getConnection().prepareStatement("""
                with given as (
                    select decode(hash, 'hex') as hash, stamped, job.id as unit, given.pull, key
                    from unnest(?::text[], ?::boolean[], ?::text[], ?::integer[], ?::text[], ?::text[], ?::text[])
                        as given (hash, stamped, scope, company, key, pull, connection)
                    join nxt_sync.job on job.kind = 'fetch' and job.connection = given.connection
                        and job.scope = given.scope and job.company = given.company
                    join nxt_sync.pull_state state on state.pull = given.pull and state.company = given.company
                        and state.state <> 'away'),
                unseen as (
                    insert into nxt_sync.inbox_seen (hash) select distinct hash from given where stamped order by hash
                    on conflict (hash) do nothing returning hash),
                kept as (
                    insert into nxt_sync.inbox (unit, pull, key, twin)
                    select unit, pull, key, case when not stamped then hash end from given
                    where not stamped or hash in (select hash from unseen) order by hash
                    on conflict (twin, unit, pull) where twin is not null do nothing returning twin, unit, pull)
                select encode(hash, 'hex'), unit,
                       case when stamped then hash in (select hash from unseen)
                            else (hash, unit, pull) in (select twin, unit, pull from kept where twin is not null) end
                from given""")) {
            insert.setArray(1, transaction.getConnection().createArrayOf("text", hashes.toArray()));
            insert.setArray(2, transaction.getConnection().createArrayOf("boolean", stamped.toArray()));
            insert.setArray(3, transaction.getConnection().createArrayOf("text", scopes.toArray()));
            insert.setArray(4, transaction.getConnection().createArrayOf("integer", companies.toArray()));
            insert.setArray(5, transaction.getConnection().createArrayOf("text", keys.toArray()));
            insert.setArray(6, transaction.getConnection().createArrayOf("text", pulls.toArray()));
            insert.setArray(7, transaction.getConnection().createArrayOf("text", connections.toArray()));
            try (ResultSet row = insert.executeQuery()) {
                while (row.next()) {
                    if (row.getBoolean(3)) {
                        fates.put(row.getString(1), Fate.KEPT);
                        units.add(row.getLong(2));
                    } else {
                        fates.replace(row.getString(1), Fate.UNKNOWN, Fate.DUPLICATE);
                    }
                }
            }
        }
        return new EventsTaken(fates, units);
    }

    /** Keeps of each table and company that something came, at most once a second. */
    private static void remember(Handle transaction, Collection<Event> events) throws SQLException {
        // in this order, so that two processes do not wait for each other
        var last = new TreeMap<Event, Event>(Comparator.comparing(Event::table).thenComparing(Event::tenant));
        events.forEach(event -> last.put(event, event));
        try (var upsert = transaction.getConnection().prepareStatement("""
                insert into nxt_sync.webhook_event as known (table_name, company, last_at, last_event)
                values (?, ?, clock_timestamp(), ?)
                on conflict (table_name, company) do update
                set last_at = excluded.last_at, last_event = excluded.last_event
                where known.last_at not between excluded.last_at - interval '1 s' and excluded.last_at""")) {
            for (Event event : last.values()) {
                upsert.setString(1, event.table());
                upsert.setInt(2, event.tenant().number());
                upsert.setString(3, event.event().toString());
                upsert.addBatch();
            }
            upsert.executeBatch();
        }
    }

    /** Wakes units. A unit is woken after its events were committed, or it could look too early. */
    public void wake(Collection<Long> units) throws SQLException {
        database.promptly().inTransaction(transaction -> {
            UnitSelection.numbered(units).wake(transaction);
            return true;
        });
    }

    /** Wakes whatever has something to look at and has not been woken: its process may have died between the two. */
    public void wakeForgotten() throws SQLException {
        database.inTransaction(transaction -> {
            try (var select = transaction.getConnection().prepareStatement("""
                    select id from nxt_sync.job
                    where kind = 'fetch' and wanted <= served
                      and exists (select from nxt_sync.inbox i where i.unit = job.id
                          and (i.next_at is null or i.next_at <= clock_timestamp())
                          and not exists (select from nxt_sync.pull_pause where pull_pause.pull = i.pull)
                          and %s)
                    for update skip locked""".formatted(IS_FREE)); ResultSet row = select.executeQuery()) {
                var forgotten = new ArrayList<Long>();
                while (row.next()) {
                    forgotten.add(row.getLong(1));
                }
                if (!forgotten.isEmpty()) {
                    UnitSelection.numbered(forgotten).wake(transaction);
                }
                return forgotten.size();
            }
        });
    }

    /**
     * A key to look at.
     *
     * @param attempts how often it was looked at in vain, or was to be
     */
    public record Woken(long id, String pull, String key, Instant receivedAt, int attempts) {}

    /**
     * The oldest keys of a unit that may be looked at now. One that is set aside and not due keeps later events of the same
     * row with it.
     *
     * @param pulls only theirs
     * @param each at most so many of each pull
     */
    public List<Woken> next(Claim unit, Collection<String> pulls, int each) throws SQLException {
        return database.inTransaction(transaction -> {
            var woken = new ArrayList<Woken>();
            try (var select = transaction.getConnection().prepareStatement("""
                    select woken.id, woken.pull, woken.key, woken.received_at, woken.attempts
                    from unnest(?::text[]) as wanted (pull),
                        lateral (select id, i.pull, key, received_at, attempts from nxt_sync.inbox i
                                 where unit = ? and i.pull = wanted.pull
                                   and (next_at is null or next_at <= clock_timestamp())
                                   and %s
                                 order by id limit ?) as woken
                    order by woken.id""".formatted(IS_FREE))) {
                select.setArray(1, transaction.getConnection().createArrayOf("text", pulls.toArray()));
                select.setLong(2, unit.unit());
                select.setInt(3, each);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        woken.add(new Woken(row.getLong(1), row.getString(2), row.getString(3),
                                Timestamps.instant(row, 4).orElseThrow(), row.getInt(5)));
                    }
                }
            }
            return woken;
        });
    }

    /**
     * Keys are about to be looked at. That is counted before, so that one that ends the process is found too; and it says when
     * they are looked at again if nothing more is heard of them: twice at once, then after 5 s, 30 s, and hours. From now on
     * another event like theirs may tell of something that the coming read does not see.
     */
    public void begin(Claim unit, Collection<Long> keys) throws SQLException {
        update(unit, keys,
                """
                        twin = null, reason = null, attempts = attempts + 1, next_at = case
                            when attempts < 2 then null
                            when attempts = 2 then clock_timestamp() + interval '5 s'
                            when attempts = 3 then clock_timestamp() + interval '30 s'
                            else clock_timestamp() + least(interval '24 h', interval '1 h' * 2 ^ least(attempts - 4, 5)) end""");
    }

    /** They were looked at in vain, and it may have been for one of them. */
    public void failed(Claim unit, Collection<Long> keys, String reason) throws SQLException {
        database.inTransaction(transaction -> {
            try (var update = transaction.getConnection()
                    .prepareStatement("update nxt_sync.inbox set reason = ? where id = any (?)")) {
                update.setString(1, Encoding.read(transaction).shown(reason));
                update.setArray(2, transaction.getConnection().createArrayOf("bigint", keys.toArray()));
                update.executeUpdate();
            }
            Claims.check(transaction, unit);
            return true;
        });
    }

    /** They could not be looked at, for something that has nothing to do with them. */
    public void spared(Claim unit, Collection<Long> keys) throws SQLException {
        update(unit, keys, "attempts = greatest(attempts - 1, 0), next_at = null");
    }

    /** Drops keys that are of no use. */
    public void drop(Claim unit, List<Long> keys) throws SQLException {
        database.inTransaction(transaction -> {
            drop(transaction, keys);
            Claims.check(transaction, unit);
            return true;
        });
    }

    /** Puts keys behind all others. */
    public void putLast(Claim unit, List<Long> keys) throws SQLException {
        update(unit, keys, "id = default");
    }

    private void update(Claim unit, Collection<Long> keys, String assignments) throws SQLException {
        database.inTransaction(transaction -> {
            try (var update = transaction.getConnection()
                    .prepareStatement("update nxt_sync.inbox set " + assignments + " where id = any (?)")) {
                update.setArray(1, transaction.getConnection().createArrayOf("bigint", keys.toArray()));
                update.executeUpdate();
            }
            Claims.check(transaction, unit);
            return true;
        });
    }

    /** Drops keys that are settled, with what settles them. */
    public static void drop(Handle transaction, List<Long> keys) throws SQLException {
        try (var delete = transaction.getConnection()
                .prepareStatement("delete from nxt_sync.inbox where id = any (?)")) {
            delete.setArray(1, transaction.getConnection().createArrayOf("bigint", keys.toArray()));
            delete.executeUpdate();
        }
    }

    /** A reconciliation has read, or compared, every row: what was set aside before it began is settled by that. */
    public static void reconciled(Handle transaction, Claim reconciliation, Instant startedAt) throws SQLException {
        try (var delete = transaction.getConnection().prepareStatement("""
                delete from nxt_sync.inbox using nxt_sync.job unit
                where inbox.unit = unit.id and unit.kind = 'fetch' and unit.connection = ? and unit.scope = ?
                  and unit.company = ? and inbox.pull = ? and inbox.attempts >= 5 and inbox.received_at < ?""")) {
            reconciliation.work().bindOwner(delete, 1);
            delete.setString(4, reconciliation.entry());
            delete.setObject(5, Timestamps.timestamp(startedAt));
            delete.executeUpdate();
        }
    }

    /** How many keys are set aside, by pull. */
    public Map<String, Long> setAside() throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.getConnection()
                    .prepareStatement("select pull, count(*) from nxt_sync.inbox where attempts >= 5 group by pull");
                    ResultSet row = select.executeQuery()) {
                var counts = new TreeMap<String, Long>();
                while (row.next()) {
                    counts.put(row.getString(1), row.getLong(2));
                }
                return counts;
            }
        });
    }

    /**
     * What waits, without what is set aside, what that keeps back, and what nobody has called and is not due.
     *
     * @param oldest since when the oldest key waits, in seconds; 0 if none does
     */
    public record Backlog(long keys, double oldest) {}

    public Backlog depth() throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction.getConnection().prepareStatement("""
                    select count(*), coalesce(extract(epoch from clock_timestamp() - min(received_at)), 0)::float8
                    from nxt_sync.inbox i
                    where attempts < 5 and received_at <= clock_timestamp() and %s""".formatted(IS_FREE));
                    ResultSet row = select.executeQuery()) {
                row.next();
                return new Backlog(row.getLong(1), Math.max(0, row.getDouble(2)));
            }
        });
    }

    /** Forgets hashes of events that are too old to come again, and keys that nobody has looked at for as long. */
    public void forgetOld() throws SQLException {
        forgetOld("nxt_sync.inbox_seen", "seen_at");
        forgetOld("nxt_sync.inbox", "received_at");
    }

    private void forgetOld(String table, String since) throws SQLException {
        String statement = "delete from " + table + " where ctid in (select ctid from " + table + " where " + since
                + " not between clock_timestamp() - interval '30 days' and clock_timestamp() + interval '30 days' limit "
                + FORGOTTEN + ")";
        boolean more = true;
        while (more) {
            more = database.inTransaction(transaction -> {
                try (var delete = transaction.getConnection().prepareStatement(statement)) {
                    return delete.executeUpdate() == FORGOTTEN;
                }
            });
        }
    }
}
