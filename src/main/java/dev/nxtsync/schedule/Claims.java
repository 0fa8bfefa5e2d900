package dev.nxtsync.schedule;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.StatementContext;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.Sequences;

/** Who holds which unit of work. */
@Singleton
public class Claims {
    /**
     * Asks for the holder in a query of its own: where somebody has just claimed the unit, PostgreSQL looks at these
     * conditions again for the row's new version, but not at what was joined to the old one.
     */
    private static final String FREE = """
            (unit.holder is null or not exists (
                select from nxt_sync.replica
                where replica.id = unit.holder and (%s or not (
                    :takeOver or coalesce(replica.found_silent_at < clock_timestamp() - interval '8 s', false)))))
            """.formatted(Replica.IS_ALIVE);
    private static final String CLAIM = """
            with free as (
                select unit.id, unit.claimed_at is not null as taken_over, unit.fence as before
                from nxt_sync.job unit
                where %s and %s %s for update of unit skip locked)
            update nxt_sync.job
            set holder = :holder, fence = nextval('nxt_sync.fence'), claimed_at = %s
            from free where job.id = free.id
            returning job.id, kind, connection, scope, company, pull, lane, fence, job.holder, wanted, failures,
                taken_over, before
            """;
    private static final String THIS_UNIT = """
            unit.kind = :kind and unit.connection = :connection and unit.scope = :scope and unit.company = :company
              and unit.pull = :entry and unit.lane = :lane""";
    private static final String CLAIM_THIS = CLAIM.formatted(THIS_UNIT, "(unit.holder = :holder or " + FREE + ")", "",
            "clock_timestamp()");
    private static final String IS_DUE = """
            (unit.retry_at is null or unit.retry_at <= clock_timestamp())
              and (unit.due_at <= clock_timestamp() or unit.wanted > unit.served or unit.holder is not null)""";
    private static final String CLAIM_NEXT = CLAIM.formatted("""
            (unit.kind, unit.connection) in (select * from unnest(:kinds::text[], :connections::text[]))
              and (unit.kind, unit.connection, unit.scope, unit.company) not in (
                  select * from unnest(:fullKinds::text[], :fullConnections::text[], :fullScopes::text[],
                      :fullCompanies::integer[]))
              and\s""" + IS_DUE, FREE, "order by least(unit.due_at, unit.retry_at) limit 1", "clock_timestamp()");
    /** By the time of its claim a unit is known with which a run began: only that may have left requests hanging. */
    private static final String CLAIM_ALONG = CLAIM.formatted("""
            unit.kind = :kind and unit.connection = :connection and unit.scope = :scope and unit.company = :company
              and\s""" + IS_DUE, FREE, "order by unit.id limit :most", "null");
    private static final String HOLDER = """
            select coalesce(replica.host, 'unknown') as host, unit.claimed_at as since
            from nxt_sync.job unit left join nxt_sync.replica on replica.id = unit.holder
            where\s""" + THIS_UNIT;

    /** Holds for the unit of a claim that still holds it. */
    private static final String HELD = "id = :unit and fence = :fence and holder = :holder";

    /** Takes a unit away from whoever is at work on it, whose writes are refused from then on. */
    static final String REVOKED = "holder = null, claimed_at = null, fence = greatest(fence + 1, nextval('nxt_sync.fence'))";

    private final Database database;
    private final Replica replica;

    public Claims(Database database, Replica replica) {
        this.database = database.promptly();
        this.replica = replica;
    }

    /**
     * Who holds a unit.
     *
     * @param since empty where the run of another unit has taken it along
     */
    public record Holder(String host, Optional<Instant> since) {
        /** In words that go on from what it is at work on. */
        @Override
        public String toString() {
            return host + since.map(at -> " since " + at).orElse(" together with others of its company");
        }
    }

    /** What came of an attempt to claim one unit. */
    public sealed interface ClaimResult {}

    public record Claimed(Claim claim) implements ClaimResult {}

    public record UnitTaken(Holder holder) implements ClaimResult {}

    /** There is no such unit. */
    public record NoSuchUnit() implements ClaimResult {}

    /**
     * Claims one unit, due or not, unless another process holds it that is alive. Where this one does, that claim is over: its
     * freeing was lost with the database that it was told to.
     */
    public ClaimResult claim(WorkUnit unit) throws SQLException {
        return database.inTransaction(transaction -> {
            return claimed(transaction, unit.bind(transaction.createQuery(CLAIM_THIS)).bind("takeOver", true)).stream()
                    .findFirst().<ClaimResult>map(Claimed::new).orElseGet(() -> holder(transaction, unit));
        });
    }

    private static ClaimResult holder(Handle transaction, WorkUnit unit) {
        return unit.bind(transaction.createQuery(HOLDER)).map(ConstructorMapper.of(Holder.class)).findOne()
                .<ClaimResult>map(UnitTaken::new).orElseGet(NoSuchUnit::new);
    }

    /** What is read once a unit is claimed, in the same transaction. */
    @FunctionalInterface
    interface ReadBeside<T> {
        T of(Handle transaction, Claim claim) throws SQLException;
    }

    /** Units of one kind, of one connection. */
    public record ConnectionUnits(UnitKind kind, String connection) {}

    /**
     * Claims the unit that has been due, or kept waiting, for longest and is free. One whose holder is silent has its work to be
     * finished, due or not: a person may have asked for it.
     *
     * @param what only this; another process may be configured otherwise, or know more
     * @param full not another one of the same kind and company as one of these
     * @param takeOver also those whose holder has been silent for {@link Replica#SILENT_AFTER}; else only where somebody noted eight seconds ago that
     *        it was
     */
    public Optional<Claim> claim(Collection<ConnectionUnits> what, Collection<Claim> full, boolean takeOver)
            throws SQLException {
        return claim(what, full, takeOver, (transaction, claim) -> claim);
    }

    /** The same, and reads more in the same transaction. */
    <T> Optional<T> claim(Collection<ConnectionUnits> what, Collection<Claim> full, boolean takeOver,
            ReadBeside<T> beside) throws SQLException {
        return database.inTransaction(transaction -> {
            var claim = claimNext(transaction, what, full, takeOver);
            return claim.isPresent() ? Optional.of(beside.of(transaction, claim.get())) : Optional.empty();
        });
    }

    private Optional<Claim> claimNext(Handle transaction, Collection<ConnectionUnits> what, Collection<Claim> full,
            boolean takeOver) throws Sequences.Behind {
        return claimed(transaction,
                transaction.createQuery(CLAIM_NEXT)
                        .bindArray("kinds", String.class, what.stream().map(each -> each.kind().text()).toList())
                        .bindArray("connections", String.class, what.stream().map(ConnectionUnits::connection).toList())
                        .bindArray("fullKinds", String.class, full.stream().map(each -> each.kind().text()).toList())
                        .bindArray("fullConnections", String.class, full.stream().map(Claim::connection).toList())
                        .bindArray("fullScopes", String.class, full.stream().map(each -> each.work().scope()).toList())
                        .bindArray("fullCompanies", Integer.class, full.stream().map(Claim::company).toList())
                        .bind("takeOver", takeOver))
                .stream().findFirst();
    }

    /**
     * Claims units of the same kind and company as a claim's that are due and free too, for the same run. Whoever takes them
     * over after it counts lost calls for the unit of that claim only.
     *
     * @param takeOver as for {@link #claim(Collection, Collection, boolean)}
     * @param most so many
     */
    List<Claim> claimAlong(Claim claim, boolean takeOver, int most) throws SQLException {
        return database.inTransaction(transaction -> claimed(transaction,
                claim.work().bind(transaction.createQuery(CLAIM_ALONG)).bind("takeOver", takeOver).bind("most", most)));
    }

    /**
     * What an attempt has claimed.
     *
     * @param takenOver from a holder that is dead or silent, whose run had begun with it
     * @param before the fence of the claim before
     */
    private record ClaimedUnit(Claim claim, boolean takenOver, long before) {
        static ClaimedUnit of(ResultSet row, StatementContext context) throws SQLException {
            return new ClaimedUnit(
                    new Claim(row.getLong("id"), WorkUnit.of(row, context), row.getLong("fence"),
                            row.getObject("holder", UUID.class), row.getLong("wanted"), row.getInt("failures")),
                    row.getBoolean("taken_over"), row.getLong("before"));
        }
    }

    /** A holder before us that is dead or silent may have left requests hanging: two at most, one read and one ahead. */
    private List<Claim> claimed(Handle transaction, Query attempt) throws Sequences.Behind {
        var units = attempt.bind("holder", replica.id()).map(ClaimedUnit::of).list();
        for (ClaimedUnit unit : units) {
            Claim claim = unit.claim();
            if (claim.fence() <= unit.before()) {
                throw new Sequences.Behind("the fence of " + claim + " would fall from " + unit.before());
            }
            // a unit of a connection asks Visma Connect, which has no slots
            if (unit.takenOver() && claim.work().owner().isPresent()) {
                LostCalls.add(transaction, claim.tenant(), 2);
            }
        }
        return units.stream().map(ClaimedUnit::claim).toList();
    }

    /**
     * Frees a unit, if this claim still holds it, and says whether it did.
     *
     * @param due when its next work falls due, by the database's clock; empty to leave that as it is
     * @param pause it is not claimed before so long from now, due or woken; empty for no pause
     * @param well whether the run went well, which settles the wake-ups that it saw
     */
    public boolean free(Claim claim, Optional<Instant> due, Optional<Duration> pause, boolean well)
            throws SQLException {
        return database.inTransaction(transaction -> free(transaction, claim, due, pause, well));
    }

    /**
     * Does the last of a claim's work in the transaction that frees its unit, as if it had gone well. The freeing is the last
     * statement, and checks what {@link #check} does.
     *
     * @throws StaleClaim if somebody else holds the unit
     */
    Outcome.Done free(Claim claim, Database.Work<Outcome.Done> last) throws SQLException {
        return database.inTransaction(transaction -> {
            var done = last.in(transaction);
            if (!free(transaction, claim, Optional.of(done.nextDue()), pause(done), true)) {
                throw stale(transaction, claim);
            }
            return done;
        });
    }

    /** Does the last of a claim's work, and keeps the unit. */
    public Outcome.Done keep(Claim claim, Database.Work<Outcome.Done> last) throws SQLException {
        return database.inTransaction(transaction -> {
            var done = last.in(transaction);
            check(transaction, claim);
            return done;
        });
    }

    static Optional<Duration> pause(Outcome.Done done) {
        return Optional.of(done.pause()).filter(pause -> !pause.isZero());
    }

    private static boolean free(Handle transaction, Claim claim, Optional<Instant> due, Optional<Duration> pause,
            boolean well) {
        return transaction.createUpdate("""
                update nxt_sync.job
                set holder = null, claimed_at = null, due_at = coalesce(:due::timestamptz, due_at),
                    retry_at = clock_timestamp() + :pause::bigint * interval '1 ms',
                    failures = case when :well then 0 else failures + 1 end,
                    served = case when :well then greatest(served, :wanted) else served end
                where\s""" + HELD).bindMethods(claim).bind("due", due).bind("pause", pause.map(Duration::toMillis))
                .bind("well", well).execute() == 1;
    }

    /** Frees a unit as if it had not been claimed: whoever looks next may claim it. */
    public boolean giveBack(Claim claim) throws SQLException {
        return database.inTransaction(transaction -> transaction
                .createUpdate("update nxt_sync.job set holder = null, claimed_at = null where " + HELD)
                .bindMethods(claim).execute() == 1);
    }

    /** Frees the units of jobs that this process holds under other fences than these: claims that it does not know of. */
    public void freeAllBut(Collection<Long> fences) throws SQLException {
        database.inTransaction(transaction -> transaction.createUpdate("""
                update nxt_sync.job set holder = null, claimed_at = null
                where holder = :holder and scope <> 'connection' and fence <> all (:fences)""")
                .bind("holder", replica.id()).bindArray("fences", Long.class, fences).execute());
    }

    /** Takes a unit away from a run of this process that has stalled: whatever the run still tries to write is refused. */
    public void giveUp(Claim claim, Duration retry) throws SQLException {
        database.inTransaction(transaction -> transaction.createUpdate("update nxt_sync.job set " + REVOKED + """
                , failures = failures + 1, retry_at = clock_timestamp() + :retry * interval '1 ms'
                where\s""" + HELD).bindMethods(claim).bind("retry", retry.toMillis()).execute());
    }

    /**
     * The last statement of every transaction that writes for a claim: its lock holds until the commit, so that nobody can
     * take the unit over between the check and the commit.
     *
     * @throws StaleClaim if somebody else holds the unit
     */
    public static void check(Handle transaction, Claim claim) {
        if (transaction.createQuery("select 1 from nxt_sync.job where " + HELD + " for share").bindMethods(claim)
                .mapTo(int.class).findOne().isEmpty()) {
            throw stale(transaction, claim);
        }
    }

    private static StaleClaim stale(Handle transaction, Claim claim) {
        // a sequence keeps the count of refused writes although the transaction is rolled back
        transaction.createQuery("select nextval('nxt_sync.stale_write')").mapTo(long.class).one();
        return new StaleClaim(claim);
    }
}
