package dev.nxtsync.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Optional;

import jakarta.inject.Singleton;

/** Who holds which unit of work. */
@Singleton
public class Claims {
    private final Database database;
    private final Replica replica;

    Claims(Database database, Replica replica) {
        this.database = database;
        this.replica = replica;
    }

    /** Makes a unit known, if it is new, and wakes it. */
    public void declare(String kind, String connection, String scope, int company) throws SQLException {
        database.inTransaction(transaction -> {
            try (var insert = transaction.prepareStatement("""
                    insert into nxt_sync.job (kind, connection, scope, company, wanted) values (?, ?, ?, ?, 1)
                    on conflict on constraint job_unit do update set wanted = job.wanted + 1""")) {
                insert.setString(1, kind);
                insert.setString(2, connection);
                insert.setString(3, scope);
                insert.setInt(4, company);
                return insert.executeUpdate();
            }
        });
    }

    /**
     * Claims the unit that has been due for longest and is free.
     *
     * @param takeOver also those whose holder has been silent for 16 s
     * @param connections only of these; another process may be configured otherwise
     */
    public Optional<Claim> claim(Collection<String> kinds, Collection<String> connections, boolean takeOver)
            throws SQLException {
        return database.inTransaction(transaction -> {
            try (var claim = transaction.prepareStatement("""
                    update nxt_sync.job
                    set holder = ?, fence = nextval('nxt_sync.fence'), claimed_at = clock_timestamp()
                    where id in (
                        select unit.id from nxt_sync.job unit left join nxt_sync.replica on replica.id = unit.holder
                        where unit.kind = any (?) and unit.connection = any (?)
                          and (unit.retry_at is null or unit.retry_at <= clock_timestamp())
                          and (unit.due_at <= clock_timestamp() or unit.wanted > unit.served)
                          and (unit.holder is null
                               or ? and (replica.id is null or replica.beat_at < clock_timestamp() - interval '16 s'))
                        order by unit.due_at limit 1 for update of unit skip locked)
                    returning id, kind, connection, scope, company, fence, wanted, failures""")) {
                claim.setObject(1, replica.id());
                claim.setArray(2, transaction.createArrayOf("text", kinds.toArray()));
                claim.setArray(3, transaction.createArrayOf("text", connections.toArray()));
                claim.setBoolean(4, takeOver);
                try (ResultSet row = claim.executeQuery()) {
                    return row.next()
                            ? Optional.of(new Claim(row.getLong(1), row.getString(2), row.getString(3),
                                    row.getString(4), row.getInt(5),
                                    row.getLong(6), replica.id(), row.getLong(7), row.getInt(8)))
                            : Optional.empty();
                }
            }
        });
    }

    /**
     * Frees a unit, if this claim still holds it, and says whether it did.
     *
     * @param due when its next work falls due, by the database's clock; empty to leave that as it is
     * @param retry not before so long from now; empty where the run went well, which also settles the wake-ups that it saw
     */
    public boolean free(Claim claim, Optional<Instant> due, Optional<Duration> retry) throws SQLException {
        return database.inTransaction(transaction -> {
            try (var free = transaction.prepareStatement("""
                    update nxt_sync.job
                    set holder = null, claimed_at = null, due_at = coalesce(?, due_at),
                        retry_at = clock_timestamp() + ? * interval '1 ms',
                        failures = case when ? then 0 else failures + 1 end,
                        served = case when ? then greatest(served, ?) else served end
                    where id = ? and fence = ? and holder = ?""")) {
                boolean well = retry.isEmpty();
                free.setObject(1, due.map(Claims::timestamp).orElse(null), Types.TIMESTAMP_WITH_TIMEZONE);
                free.setObject(2, retry.map(Duration::toMillis).orElse(null), Types.BIGINT);
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

    /** Frees what this process holds under other fences than these: claims that it does not know of. */
    public void freeAllBut(Collection<Long> fences) throws SQLException {
        database.inTransaction(transaction -> {
            try (var free = transaction
                    .prepareStatement(
                            "update nxt_sync.job set holder = null, claimed_at = null where holder = ? and fence <> all (?)")) {
                free.setObject(1, replica.id());
                free.setArray(2, transaction.createArrayOf("bigint", fences.toArray()));
                return free.executeUpdate();
            }
        });
    }

    /** Takes a unit away from a run of this process that has stalled: whatever the run still tries to write is refused. */
    public void giveUp(Claim claim, Duration retry) throws SQLException {
        database.inTransaction(transaction -> {
            try (var raise = transaction.prepareStatement("""
                    update nxt_sync.job
                    set holder = null, claimed_at = null, fence = nextval('nxt_sync.fence'), failures = failures + 1,
                        retry_at = clock_timestamp() + ? * interval '1 ms'
                    where id = ? and fence = ? and holder = ?""")) {
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
    static void check(Connection transaction, Claim claim) throws SQLException {
        try (var check = transaction.prepareStatement(
                "select 1 from nxt_sync.job where id = ? and fence = ? and holder = ? for share")) {
            check.setLong(1, claim.unit());
            check.setLong(2, claim.fence());
            check.setObject(3, claim.holder());
            try (ResultSet row = check.executeQuery()) {
                if (!row.next()) {
                    throw new StaleClaim(claim);
                }
            }
        }
    }

    static OffsetDateTime timestamp(Instant instant) {
        // a cadence that never comes again
        return instant.isAfter(FAR) ? FAR.atOffset(ZoneOffset.UTC) : instant.atOffset(ZoneOffset.UTC);
    }

    private static final Instant FAR = Instant.parse("9999-01-01T00:00:00Z");
}
