package dev.nxtsync.schedule;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.Sequences;
import dev.nxtsync.database.Timestamps;

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
                where replica.id = unit.holder and (%s
                    or not (? or coalesce(replica.found_silent_at < clock_timestamp() - interval '8 s', false)))))
            """.formatted(Replica.IS_ALIVE);
    private static final String CLAIM = """
            with free as (
                select unit.id, unit.holder is not null as taken_over, unit.fence as before
                from nxt_sync.job unit
                where %s %s for update of unit skip locked)
            update nxt_sync.job
            set holder = ?, fence = nextval('nxt_sync.fence'), claimed_at = clock_timestamp()
            from free where job.id = free.id
            returning job.id, kind, connection, scope, company, pull, lane, fence, job.holder, wanted, failures, taken_over, before
            """;

    /** Takes a unit away from whoever is at work on it, whose writes are refused from then on. */
    static final String REVOKED = "holder = null, claimed_at = null, fence = greatest(fence + 1, nextval('nxt_sync.fence'))";

    private final Database database;
    private final Replica replica;

    public Claims(Database database, Replica replica) {
        this.database = database.promptly();
        this.replica = replica;
    }

    /** Who holds a unit. */
    public record Holder(String host, Instant since) {}

    /** What came of an attempt to claim one unit. */
    public sealed interface ClaimResult {}

    public record Claimed(Claim claim) implements ClaimResult {}

    public record UnitTaken(Holder holder) implements ClaimResult {}

    /** There is no such unit. */
    public record NoSuchUnit() implements ClaimResult {}

    /** Claims one unit, due or not, unless a living process holds it. */
    public ClaimResult claim(WorkUnit unit) throws SQLException {
        return database.inTransaction(transaction -> {
            String which = "unit.kind = ? and unit.connection = ? and unit.scope = ? and unit.company = ? and unit.pull = ? and unit.lane = ?";
            try (var claim = transaction.getConnection()
                    .prepareStatement(CLAIM.formatted(which + " and " + FREE, ""))) {
                unit.bind(claim, 1);
                claim.setBoolean(7, true);
                claim.setObject(8, replica.id());
                Optional<Claim> claimed = claimed(transaction, claim);
                if (claimed.isPresent()) {
                    return new Claimed(claimed.get());
                }
            }
            try (var holder = transaction.getConnection().prepareStatement("""
                    select coalesce(replica.host, 'unknown'), coalesce(unit.claimed_at, clock_timestamp())
                    from nxt_sync.job unit left join nxt_sync.replica on replica.id = unit.holder where\s""" + which)) {
                unit.bind(holder, 1);
                try (ResultSet row = holder.executeQuery()) {
                    return row.next()
                            ? new UnitTaken(new Holder(row.getString(1), Timestamps.instant(row, 2).orElseThrow()))
                            : new NoSuchUnit();
                }
            }
        });
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
        return database.inTransaction(transaction -> {
            try (var claim = transaction.getConnection()
                    .prepareStatement(CLAIM.formatted(
                            """
                                    (unit.kind, unit.connection) in (select * from unnest(?::text[], ?::text[]))
                                      and (unit.kind, unit.connection, unit.scope, unit.company) not in (
                                          select * from unnest(?::text[], ?::text[], ?::text[], ?::integer[]))
                                      and (unit.retry_at is null or unit.retry_at <= clock_timestamp())
                                      and (unit.due_at <= clock_timestamp() or unit.wanted > unit.served or unit.holder is not null) and\s"""
                                    + FREE,
                            "order by least(unit.due_at, unit.retry_at) limit 1"))) {
                claim.setArray(1, transaction.getConnection().createArrayOf("text",
                        what.stream().map(each -> each.kind().text()).toArray()));
                claim.setArray(2, transaction.getConnection().createArrayOf("text",
                        what.stream().map(ConnectionUnits::connection).toArray()));
                claim.setArray(3, transaction.getConnection().createArrayOf("text",
                        full.stream().map(each -> each.kind().text()).toArray()));
                claim.setArray(4, transaction.getConnection().createArrayOf("text",
                        full.stream().map(Claim::connection).toArray()));
                claim.setArray(5, transaction.getConnection().createArrayOf("text",
                        full.stream().map(each -> each.work().scope()).toArray()));
                claim.setArray(6, transaction.getConnection().createArrayOf("integer",
                        full.stream().map(Claim::company).toArray()));
                claim.setBoolean(7, takeOver);
                claim.setObject(8, replica.id());
                return claimed(transaction, claim);
            }
        });
    }

    /** A holder before us that is dead or silent may have left requests hanging: two at most, one read and one ahead. */
    private static Optional<Claim> claimed(Handle transaction, PreparedStatement claim) throws SQLException {
        try (ResultSet row = claim.executeQuery()) {
            if (!row.next()) {
                return Optional.empty();
            }
            var claimed = new Claim(row.getLong(1), WorkUnit.read(row, 2), row.getLong(8), row.getObject(9, UUID.class),
                    row.getLong(10), row.getInt(11));
            if (claimed.fence() <= row.getLong(13)) {
                throw new Sequences.Behind("the fence of " + claimed + " would fall from " + row.getLong(13));
            }
            // a unit of a connection asks Visma Connect, which has no slots
            if (row.getBoolean(12) && claimed.work().owner().isPresent()) {
                LostCalls.add(transaction, claimed.tenant(), 2);
            }
            return Optional.of(claimed);
        }
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
        return database.inTransaction(transaction -> {
            try (var free = transaction.getConnection().prepareStatement("""
                    update nxt_sync.job
                    set holder = null, claimed_at = null, due_at = coalesce(?, due_at),
                        retry_at = clock_timestamp() + ? * interval '1 ms',
                        failures = case when ? then 0 else failures + 1 end,
                        served = case when ? then greatest(served, ?) else served end
                    where id = ? and fence = ? and holder = ?""")) {
                free.setObject(1, due.map(Timestamps::timestamp).orElse(null), Types.TIMESTAMP_WITH_TIMEZONE);
                free.setObject(2, pause.map(Duration::toMillis).orElse(null), Types.BIGINT);
                free.setBoolean(3, well);
                free.setBoolean(4, well);
                free.setLong(5, claim.wanted());
                free.setLong(6, claim.unit());
                free.setLong(7, claim.fence());
                free.setObject(8, claim.holder());
                return free.executeUpdate() == 1;
            }
        });
    }

    /** Frees a unit as if it had not been claimed: whoever looks next may claim it. */
    public boolean giveBack(Claim claim) throws SQLException {
        return database.inTransaction(transaction -> {
            try (var free = transaction.getConnection().prepareStatement("""
                    update nxt_sync.job set holder = null, claimed_at = null
                    where id = ? and fence = ? and holder = ?""")) {
                free.setLong(1, claim.unit());
                free.setLong(2, claim.fence());
                free.setObject(3, claim.holder());
                return free.executeUpdate() == 1;
            }
        });
    }

    /** Frees the units of jobs that this process holds under other fences than these: claims that it does not know of. */
    public void freeAllBut(Collection<Long> fences) throws SQLException {
        database.inTransaction(transaction -> {
            try (var free = transaction.getConnection().prepareStatement(
                    "update nxt_sync.job set holder = null, claimed_at = null where holder = ? and scope <> 'connection' and fence <> all (?)")) {
                free.setObject(1, replica.id());
                free.setArray(2, transaction.getConnection().createArrayOf("bigint", fences.toArray()));
                return free.executeUpdate();
            }
        });
    }

    /** Takes a unit away from a run of this process that has stalled: whatever the run still tries to write is refused. */
    public void giveUp(Claim claim, Duration retry) throws SQLException {
        database.inTransaction(transaction -> {
            try (var raise = transaction.getConnection().prepareStatement("""
                    update nxt_sync.job
                    set %s, failures = failures + 1, retry_at = clock_timestamp() + ? * interval '1 ms'
                    where id = ? and fence = ? and holder = ?""".formatted(REVOKED))) {
                raise.setLong(1, retry.toMillis());
                raise.setLong(2, claim.unit());
                raise.setLong(3, claim.fence());
                raise.setObject(4, claim.holder());
                return raise.executeUpdate();
            }
        });
    }

    /**
     * The last statement of every transaction that writes for a claim: its lock holds until the commit, so that nobody can
     * take the unit over between the check and the commit.
     *
     * @throws StaleClaim if somebody else holds the unit
     */
    public static void check(Handle transaction, Claim claim) throws SQLException {
        try (var check = transaction.getConnection()
                .prepareStatement("select 1 from nxt_sync.job where id = ? and fence = ? and holder = ? for share")) {
            check.setLong(1, claim.unit());
            check.setLong(2, claim.fence());
            check.setObject(3, claim.holder());
            try (ResultSet row = check.executeQuery()) {
                if (!row.next()) {
                    count(transaction);
                    throw new StaleClaim(claim);
                }
            }
        }
    }

    /** Counts a refused write; a sequence keeps that although the transaction is rolled back. */
    private static void count(Handle transaction) throws SQLException {
        try (var next = transaction.getConnection().prepareStatement("select nextval('nxt_sync.stale_write')")) {
            next.execute();
        }
    }
}
