package dev.nxtsync.pull.state;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.generic.GenericType;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.statement.Update;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.database.Timestamps;
import dev.nxtsync.error.Problem;
import dev.nxtsync.pull.state.PullState.Mark;
import dev.nxtsync.pull.state.PullState.PullHealth;
import dev.nxtsync.pull.state.PullState.Walk;
import dev.nxtsync.pull.target.Checkpoint;
import dev.nxtsync.pull.target.RowFaults;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.pull.target.WriteCounts;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.UnitKind;

/** The state of each pull in each company. */
@Singleton
public class PullStates {
    private static final String SELECT = """
            select pull, company, state, code, reason, failures, due_at, retry_at, loaded_at, mark, mark_seen_at, floor,
                   digest, cursor, upper, increment_started_at, reread_cursor, held, complete_as_of, missing,
                   exists (select from nxt_sync.pull_pause where pull_pause.pull = pull_state.pull) as paused
            from nxt_sync.pull_state
            """;

    private final Database database;

    public PullStates(Database database) {
        this.database = database;
    }

    /**
     * The progress of an increment.
     *
     * @param walk how it goes on; empty at its end
     * @param mark the highest change stamp read so far
     * @param floor a change stamp up to which nothing is committed late any more
     * @param digest of its rows, if they were one page
     * @param completeAsOf since when every change is in, if the increment came to the end of the server's rows
     * @param due when the pull is due again; empty while the increment has not ended
     */
    public record IncrementPage(String pull, int company, Instant readAt, Optional<Walk> walk, Optional<Mark> mark,
            Optional<String> floor, Optional<String> digest, Optional<Instant> completeAsOf,
            Optional<Instant> due) implements Checkpoint {
        /** A pull that was reset meanwhile begins anew, whatever an increment still under way has read. */
        private static final String UPDATE = """
                update nxt_sync.pull_state
                set cursor = page.cursor, upper = page.upper, increment_started_at = page.started_at, mark = page.stamp,
                    mark_seen_at = page.seen_at, floor = page.floor, digest = page.digest,
                    complete_as_of = coalesce(page.complete_as_of, pull_state.complete_as_of),
                    due_at = coalesce(page.due, pull_state.due_at), rows = rows + :inserted
                from unnest(:pulls::text[], :cursors::text[], :uppers::text[], :startedAts::timestamptz[],
                        :stamps::text[], :seenAts::timestamptz[], :floors::text[], :digests::text[],
                        :completeAsOfs::timestamptz[], :dues::timestamptz[])
                    as page (pull, cursor, upper, started_at, stamp, seen_at, floor, digest, complete_as_of, due)
                where pull_state.pull = page.pull and company = :company and loaded_at is not null""";

        @Override
        public WriteCounts keep(Handle transaction, TargetTable table, WriteCounts written) {
            if (update(transaction, company, List.of(this), written.inserted()) == 0) {
                // its rows are in the target all the same
                added(transaction, this, written.inserted());
            }
            PullCondition.well(transaction, UnitKind.POLL, company, List.of(pull));
            return written;
        }

        /** In one statement, since each costs more than all that it writes. */
        private static int update(Handle transaction, int company, List<IncrementPage> pages, int inserted) {
            var update = transaction.createUpdate(UPDATE).bind("company", company).bind("inserted", inserted);
            bind(update, "pulls", pages, page -> Optional.of(page.pull));
            bind(update, "cursors", pages, page -> page.walk.map(Walk::cursor));
            bind(update, "uppers", pages, page -> page.walk.map(Walk::upper));
            bind(update, "startedAts", pages, page -> page.walk.map(Walk::startedAt).map(Timestamps::timestamp));
            bind(update, "stamps", pages, page -> page.mark.map(Mark::stamp));
            bind(update, "seenAts", pages, page -> page.mark.map(Mark::seenAt).map(Timestamps::timestamp));
            bind(update, "floors", pages, IncrementPage::floor);
            bind(update, "digests", pages, IncrementPage::digest);
            bind(update, "completeAsOfs", pages, page -> page.completeAsOf.map(Timestamps::timestamp));
            bind(update, "dues", pages, page -> page.due.map(Timestamps::timestamp));
            return update.execute();
        }

        private static void bind(Update update, String name, List<IncrementPage> pages,
                Function<IncrementPage, Optional<?>> value) {
            update.bindArray(name, String.class,
                    pages.stream().map(value).map(each -> each.map(Object::toString).orElse(null)).toList());
        }
    }

    /** The slow re-read of rows that may have changed without a new stamp. */
    public record Reread(String pull, int company, Instant readAt, Optional<String> cursor) implements Checkpoint {
        @Override
        public WriteCounts keep(Handle transaction, TargetTable table, WriteCounts written) {
            transaction.createUpdate("""
                    update nxt_sync.pull_state set reread_cursor = :cursor, digest = null, rows = rows + :inserted
                    where pull = :pull and company = :company""").bindMethods(this).bind("inserted", written.inserted())
                    .execute();
            PullCondition.well(transaction, UnitKind.RECONCILIATION, company, List.of(pull));
            return written;
        }
    }

    /** Those of one company or customer, by due time. */
    public List<PullState> of(int company, Collection<String> pulls) throws SQLException {
        return database.inTransaction(transaction -> of(transaction, company, pulls));
    }

    /** The same in a transaction of the caller's. */
    public static List<PullState> of(Handle transaction, int company, Collection<String> pulls) {
        return transaction
                .createQuery(SELECT + "where company = :company and pull = any (:pulls) order by due_at, pull")
                .bind("company", company).bindArray("pulls", String.class, pulls).map(PullState::of).list();
    }

    /**
     * What is known of some pulls in one company or customer.
     *
     * @param states by due time
     * @param faults keys of rows that are set aside, by pull
     */
    public record KnownStates(DatabaseClock clock, List<PullState> states, Map<String, Set<String>> faults) {
        public static KnownStates read(Handle transaction, int company, Collection<String> pulls) {
            return new KnownStates(DatabaseClock.read(transaction), of(transaction, company, pulls),
                    RowFaults.keys(transaction, pulls, company));
        }
    }

    /** What is known of some pulls, in a transaction of its own. */
    public KnownStates known(int company, Collection<String> pulls) throws SQLException {
        return database.inTransaction(transaction -> KnownStates.read(transaction, company, pulls));
    }

    /** One of them. */
    public Optional<PullState> of(String pull, int company) throws SQLException {
        return of(company, List.of(pull)).stream().findFirst();
    }

    /** One of them, and whether the pull's rows are told apart by this key, as far as is stored. */
    public KeyedState of(String pull, int company, List<String> key) throws SQLException {
        return database.inTransaction(
                transaction -> new KeyedState(of(transaction, company, List.of(pull)).stream().findFirst(),
                        new PullKey(pull, key).isStored(transaction)));
    }

    /**
     * One of them.
     *
     * @param hasKey whether its rows are told apart by the key that was asked about
     */
    public record KeyedState(Optional<PullState> state, boolean hasKey) {}

    /** How many rows the target has of one pull and company. */
    public long rows(String pull, int company) throws SQLException {
        return database.inTransaction(transaction -> transaction
                .createQuery("select rows from nxt_sync.pull_state where pull = :pull and company = :company")
                .bind("pull", pull).bind("company", company).mapTo(Long.class).findOne().orElse(0L));
    }

    /** When a pull was last reconciled, or loaded; empty before that. */
    public Optional<Instant> reconciledAt(String pull, int company) throws SQLException {
        return database.inTransaction(transaction -> transaction.createQuery("""
                select greatest(reconciled_at, loaded_at) as at from nxt_sync.pull_state
                where pull = :pull and company = :company and loaded_at is not null""").bind("pull", pull)
                .bind("company", company).mapTo(Instant.class).findOne());
    }

    /** Those of the given pulls that are not {@link PullHealth#OK}, or held, or lack rows. */
    public static List<PullState> troubled(Handle transaction, Collection<String> pulls) {
        return transaction.createQuery(SELECT + """
                where (state <> 'ok' or held is not null or missing is not null) and pull = any (:pulls)
                order by pull, company limit 100""").bindArray("pulls", String.class, pulls).map(PullState::of).list();
    }

    /** @param reason why the daemon has paused a pull; empty if a person has */
    public record Pause(String pull, Instant since, Optional<String> reason) {}

    /** Those of the given pulls that are paused. */
    public static List<Pause> paused(Handle transaction, Collection<String> pulls) {
        return transaction.createQuery(
                """
                        select pull, paused_at as since, reason from nxt_sync.pull_pause where pull = any (:pulls) order by pull""")
                .bindArray("pulls", String.class, pulls).map(ConstructorMapper.of(Pause.class)).list();
    }

    /**
     * As of when each pull is complete in the company that is most behind, of those that nothing is in the way of; pulls
     * that are not loaded anywhere are missing.
     */
    public static Map<String, Instant> leastComplete(Handle transaction, Collection<String> pulls) {
        return instants(transaction, """
                select pull, min(complete_as_of) as at from nxt_sync.pull_state
                where pull = any (:pulls) and state = 'ok' and complete_as_of is not null
                  and not exists (select from nxt_sync.pull_pause where pull_pause.pull = pull_state.pull)
                group by pull""", pulls);
    }

    private static Map<String, Instant> instants(Handle transaction, String sql, Collection<String> pulls) {
        return transaction.createQuery(sql).bindArray("pulls", String.class, pulls).setMapKeyColumn("pull")
                .setMapValueColumn("at").collectInto(new GenericType<TreeMap<String, Instant>>() {
                });
    }

    /** A pull in a company or customer. */
    public record PulledCompany(String pull, int company) {}

    /** Seconds since each of the given pulls was complete in each company; those that never were are missing. */
    public static Map<PulledCompany, Double> lags(Handle transaction, Collection<String> pulls) {
        return transaction.createQuery("""
                select pull, company,
                    greatest(0, extract(epoch from clock_timestamp() - complete_as_of))::float8 as lag
                from nxt_sync.pull_state
                where pull = any (:pulls) and complete_as_of is not null and state <> 'away'""")
                .bindArray("pulls", String.class, pulls).map((row, context) -> Map
                        .entry(new PulledCompany(row.getString("pull"), row.getInt("company")), row.getDouble("lag")))
                .collectToMap(Map.Entry::getKey, Map.Entry::getValue);
    }

    /** Keeps increments that brought nothing new, all in one transaction. */
    public void quiet(Claim claim, List<IncrementPage> increments) throws SQLException {
        if (increments.isEmpty()) {
            return;
        }
        database.useTransaction(transaction -> {
            quiet(transaction, claim.company(), increments);
            Claims.check(transaction, claim);
        });
    }

    /** The same in a transaction of the caller's, who checks the claim. */
    public static void quiet(Handle transaction, int company, List<IncrementPage> increments) {
        if (!increments.isEmpty()) {
            IncrementPage.update(transaction, company, increments, 0);
            PullCondition.well(transaction, UnitKind.POLL, company,
                    increments.stream().map(IncrementPage::pull).toList());
        }
    }

    /** Keeps what became of a run that did not come to its end. */
    public void fail(Claim claim, PullState pull, PullHealth state, Problem reason, Duration retry)
            throws SQLException {
        database.useTransaction(transaction -> {
            PullCondition.met(transaction, claim.kind(), pull, state, reason, retry);
            Claims.check(transaction, claim);
        });
    }

    /**
     * Says of a pull that it is planned, so that those of its companies which could not be read now can.
     *
     * @param mended whether what runs have met in the target may be over too
     * @return whether there were any
     */
    public boolean planned(String pull, boolean mended) throws SQLException {
        return database.inTransaction(transaction -> PullCondition.planned(transaction, pull, mended) > 0);
    }

    /** Says of a pull why none of its companies can be read. */
    public void stopped(String pull, Problem reason) throws SQLException {
        database.useTransaction(transaction -> PullCondition.stopped(transaction, pull, reason));
    }

    /** Keeps that a reconciliation waits for a person, or no longer does. */
    public void hold(Claim claim, Optional<String> reason) throws SQLException {
        database.useTransaction(transaction -> {
            transaction.createUpdate("""
                    update nxt_sync.pull_state set held = :held where pull = :pull and company = :company""")
                    .bind("held", reason.map(Encoding.read(transaction)::shown)).bind("pull", claim.entry())
                    .bind("company", claim.company()).execute();
            Claims.check(transaction, claim);
        });
    }

    /** Keeps why rows are lacking, or that none are. */
    public void missing(Claim claim, Optional<String> reason) throws SQLException {
        database.useTransaction(transaction -> {
            missing(transaction, claim, reason.map(Encoding.read(transaction)::shown));
            Claims.check(transaction, claim);
        });
    }

    static void missing(Handle transaction, Claim claim, Optional<String> reason) {
        transaction.createUpdate("""
                update nxt_sync.pull_state set missing = :missing where pull = :pull and company = :company""")
                .bind("missing", reason).bind("pull", claim.entry()).bind("company", claim.company()).execute();
    }

    /** So many more rows of a pull are in its target, by other work than its last increment. */
    static void added(Handle transaction, Checkpoint written, long rows) {
        transaction.createUpdate("""
                update nxt_sync.pull_state set digest = null, rows = rows + :rows
                where pull = :pull and company = :company""").bind("rows", rows).bind("pull", written.pull())
                .bind("company", written.company()).execute();
    }

    /** Has a reconciliation of a pull look at all of its keys. */
    public void reconcile(Claim claim, String pull) throws SQLException {
        database.useTransaction(transaction -> {
            UnitWakes.reconcile(transaction, claim, pull);
            Claims.check(transaction, claim);
        });
    }

    /** The database's clock. */
    public DatabaseClock clock() throws SQLException {
        return database.clock();
    }

    /** The database's time, which orders all reads. */
    public Instant now() throws SQLException {
        return database.clock().now();
    }
}
