package dev.nxtsync.inbox;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.Encoding;
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
     */
    public record Event(String hash, boolean stamped, String table, Tenant tenant, EventKey key, RowChange event,
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

    private static EventsTaken keep(Handle transaction, Collection<Event> events) {
        var fates = new HashMap<String, Fate>();
        events.forEach(event -> fates.put(event.hash(), Fate.UNKNOWN));
        var units = new HashSet<Long>();
        var given = events.stream()
                .flatMap(event -> event.addressees().stream().map(addressee -> new Given(event, addressee))).toList();
        if (given.isEmpty()) {
            return new EventsTaken(fates, units);
        }
        // in the order of the hashes, so that two processes that take in the same events do not wait for each other
        transaction.createQuery("""
                with given as (
                    select decode(hash, 'hex') as hash, stamped, job.id as unit, given.pull, key
                    from unnest(:hashes::text[], :stamped::boolean[], :scopes::text[], :companies::integer[],
                            :keys::text[], :pulls::text[], :connections::text[])
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
                select encode(hash, 'hex') as hash, unit,
                       case when stamped then hash in (select hash from unseen)
                            else (hash, unit, pull) in (select twin, unit, pull from kept where twin is not null)
                       end as is_kept
                from given""").bindArray("hashes", String.class, column(given, each -> each.event().hash()))
                .bindArray("stamped", Boolean.class, column(given, each -> each.event().stamped()))
                .bindArray("scopes", String.class, column(given, each -> each.event().tenant().scope().text()))
                .bindArray("companies", Integer.class, column(given, each -> each.event().tenant().number()))
                .bindArray("keys", String.class, column(given, each -> each.event().key().json()))
                .bindArray("pulls", String.class, column(given, each -> each.addressee().pull()))
                .bindArray("connections", String.class, column(given, each -> each.addressee().connection()))
                .map(ConstructorMapper.of(Delivery.class)).forEach(delivery -> {
                    if (delivery.isKept()) {
                        fates.put(delivery.hash(), Fate.KEPT);
                        units.add(delivery.unit());
                    } else {
                        fates.replace(delivery.hash(), Fate.UNKNOWN, Fate.DUPLICATE);
                    }
                });
        return new EventsTaken(fates, units);
    }

    /** An event for one of those whom it is for. */
    private record Given(Event event, Addressee addressee) {}

    /** What became of it there. */
    private record Delivery(String hash, long unit, boolean isKept) {}

    private static <T> List<T> column(List<Given> given, Function<Given, T> value) {
        return given.stream().map(value).toList();
    }

    /** Keeps of each table and company that something came, at most once a second. */
    private static void remember(Handle transaction, Collection<Event> events) {
        // in this order, so that two processes do not wait for each other
        var last = new TreeMap<Event, Event>(Comparator.comparing(Event::table).thenComparing(Event::tenant));
        events.forEach(event -> last.put(event, event));
        var upsert = transaction.prepareBatch("""
                insert into nxt_sync.webhook_event as known (table_name, company, last_at, last_event, key_columns)
                values (:table, :company, clock_timestamp(), :event, :columns)
                on conflict (table_name, company) do update
                set last_at = excluded.last_at, last_event = excluded.last_event, key_columns = excluded.key_columns
                where known.last_at not between excluded.last_at - interval '1 s' and excluded.last_at""");
        last.values()
                .forEach(event -> upsert.bind("table", event.table()).bind("company", event.tenant().number())
                        .bind("event", event.event().toString())
                        .bindArray("columns", String.class, event.key().columns()).add());
        upsert.execute();
    }

    /** Wakes units. A unit is woken after its events were committed, or it could look too early. */
    public void wake(Collection<Long> units) throws SQLException {
        database.promptly().useTransaction(transaction -> {
            UnitSelection.numbered(units).wake(transaction);
        });
    }

    /** Wakes whatever has something to look at and has not been woken: its process may have died between the two. */
    public void wakeForgotten() throws SQLException {
        database.inTransaction(transaction -> {
            var forgotten = transaction.createQuery("""
                    select id from nxt_sync.job
                    where kind = 'fetch' and wanted <= served
                      and exists (select from nxt_sync.inbox i where i.unit = job.id
                          and (i.next_at is null or i.next_at <= clock_timestamp())
                          and not exists (select from nxt_sync.pull_pause where pull_pause.pull = i.pull)
                          and %s)
                    for update skip locked""".formatted(IS_FREE)).mapTo(Long.class).list();
            if (!forgotten.isEmpty()) {
                UnitSelection.numbered(forgotten).wake(transaction);
            }
            return forgotten.size();
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
        return database.inTransaction(transaction -> transaction.createQuery("""
                select woken.id, woken.pull, woken.key, woken.received_at, woken.attempts
                from unnest(:pulls::text[]) as wanted (pull),
                    lateral (select id, i.pull, key, received_at, attempts from nxt_sync.inbox i
                             where unit = :unit and i.pull = wanted.pull
                               and (next_at is null or next_at <= clock_timestamp())
                               and %s
                             order by id limit :each) as woken
                order by woken.id""".formatted(IS_FREE)).bindArray("pulls", String.class, pulls)
                .bind("unit", unit.unit()).bind("each", each).map(ConstructorMapper.of(Woken.class)).list());
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
        under(unit,
                transaction -> transaction
                        .createUpdate("update nxt_sync.inbox set reason = :reason where id = any (:keys)")
                        .bind("reason", Encoding.read(transaction).shown(reason)).bindArray("keys", Long.class, keys)
                        .execute());
    }

    /** They could not be looked at, for something that has nothing to do with them. */
    public void spared(Claim unit, Collection<Long> keys) throws SQLException {
        update(unit, keys, "attempts = greatest(attempts - 1, 0), next_at = null");
    }

    /** Drops keys that are of no use. */
    public void drop(Claim unit, List<Long> keys) throws SQLException {
        under(unit, transaction -> drop(transaction, keys));
    }

    /** Puts keys behind all others. */
    public void putLast(Claim unit, List<Long> keys) throws SQLException {
        update(unit, keys, "id = default");
    }

    private void update(Claim unit, Collection<Long> keys, String assignments) throws SQLException {
        under(unit,
                transaction -> transaction
                        .createUpdate("update nxt_sync.inbox set " + assignments + " where id = any (:keys)")
                        .bindArray("keys", Long.class, keys).execute());
    }

    /** Writes as long as the claim holds its unit. */
    private void under(Claim unit, Database.Work<Integer> writing) throws SQLException {
        database.inTransaction(transaction -> {
            int written = writing.in(transaction);
            Claims.check(transaction, unit);
            return written;
        });
    }

    /** Drops keys that are settled, with what settles them. */
    public static int drop(Handle transaction, List<Long> keys) {
        return transaction.createUpdate("delete from nxt_sync.inbox where id = any (:keys)")
                .bindArray("keys", Long.class, keys).execute();
    }

    /**
     * Has rows looked at in half a minute though no webhook names them, in the transaction that sets them aside: those that a
     * target refuses do not change when it is mended. Those that wait for it already do so once.
     *
     * @param unit of the same connection and company
     * @param keys as JSON objects
     */
    public static void lookAgain(Handle transaction, Claim unit, String pull, List<String> keys) {
        // received when it is due, since nobody has waited for it before
        transaction.createUpdate("""
                insert into nxt_sync.inbox (unit, pull, key, received_at, next_at)
                select job.id, :pull, wanted.key, due.at, due.at
                from nxt_sync.job, unnest(:keys::text[]) as wanted (key),
                    (select clock_timestamp() + interval '30 s' as at) as due
                where job.kind = 'fetch' and job.connection = :connection and job.scope = :scope
                  and job.company = :company
                  and not exists (select from nxt_sync.inbox waiting
                                  where waiting.unit = job.id and waiting.pull = :pull and waiting.key = wanted.key
                                    and waiting.attempts = 0 and waiting.next_at > clock_timestamp())""")
                .bind("pull", pull).bindArray("keys", String.class, keys).bindMethods(unit.work()).execute();
    }

    /** A reconciliation has read, or compared, every row: what was set aside before it began is settled by that. */
    public static void reconciled(Handle transaction, Claim reconciliation, Instant startedAt) {
        transaction.createUpdate("""
                delete from nxt_sync.inbox using nxt_sync.job unit
                where inbox.unit = unit.id and unit.kind = 'fetch' and unit.connection = :connection
                  and unit.scope = :scope and unit.company = :company and inbox.pull = :pull
                  and inbox.attempts >= 5 and inbox.received_at < :startedAt""").bindMethods(reconciliation.work())
                .bind("pull", reconciliation.entry()).bind("startedAt", startedAt).execute();
    }

    /** How many keys are set aside, by pull. */
    public static Map<String, Long> setAside(Handle transaction) {
        return new TreeMap<>(transaction
                .createQuery("select pull, count(*) as keys from nxt_sync.inbox where attempts >= 5 group by pull")
                .map((row, context) -> Map.entry(row.getString("pull"), row.getLong("keys")))
                .collectToMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /**
     * What waits, without what is set aside, what that keeps back, and what nobody has called and is not due.
     *
     * @param oldest since when the oldest key waits, in seconds; 0 if none does
     */
    public record Backlog(long keys, double oldest) {}

    public static Backlog depth(Handle transaction) {
        return transaction.createQuery("""
                select count(*) as keys,
                       greatest(0, extract(epoch from clock_timestamp() - min(received_at)))::float8 as oldest
                from nxt_sync.inbox i
                where attempts < 5 and received_at <= clock_timestamp() and %s""".formatted(IS_FREE))
                .map(ConstructorMapper.of(Backlog.class)).one();
    }

    /** Forgets hashes of events that are too old to come again, and keys that nobody has looked at for as long. */
    public void forgetOld() throws SQLException {
        forgetOld("nxt_sync.inbox_seen", "seen_at");
        forgetOld("nxt_sync.inbox", "received_at");
    }

    private void forgetOld(String table, String since) throws SQLException {
        String statement = """
                delete from %1$s where ctid in (
                    select ctid from %1$s
                    where %2$s not between clock_timestamp() - interval '30 days'
                        and clock_timestamp() + interval '30 days'
                    limit %3$d)""".formatted(table, since, FORGOTTEN);
        int forgotten;
        do {
            forgotten = database.inTransaction(transaction -> transaction.execute(statement));
        } while (forgotten == FORGOTTEN);
    }
}
