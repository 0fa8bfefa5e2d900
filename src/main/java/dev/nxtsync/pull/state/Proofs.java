package dev.nxtsync.pull.state;

import static java.util.stream.Collectors.toMap;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jdbi.v3.core.statement.PreparedBatch;

import dev.nxtsync.database.Database;
import dev.nxtsync.pull.state.PullStates.PulledCompany;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.UnitSelection;

/** Control totals, and how far they are. Safe for any number of threads. */
@Singleton
public class Proofs {
    private static final RowMapper<ControlTotal> TOTAL = ConstructorMapper.of(ControlTotal.class);

    private final Database database;

    Proofs(Database database) {
        this.database = database;
    }

    /** The next totals of a pull are due now, in all its companies. */
    public void hasten(String pull) throws SQLException {
        database.useTransaction(transaction -> {
            transaction.createUpdate("""
                    update nxt_sync.proof set due_at = least(due_at, clock_timestamp())
                    where pull = :pull and step = 'rest'""").bind("pull", pull).execute();
            UnitSelection.of(pull, UnitKind.PROOF).makeDue(transaction);
        });
    }

    /**
     * Whatever is known of a pull in a company.
     *
     * @param first when its first totals are due
     */
    public ProofState of(String pull, int company, Instant first) throws SQLException {
        return database.inTransaction(transaction -> transaction.createQuery("""
                select pull, company, upper(step) as step, due_at, began_at, answered_at, asks, mends, mended, grouping,
                    most_rows, failures
                from nxt_sync.proof where pull = :pull and company = :company""").bind("pull", pull)
                .bind("company", company).map(ConstructorMapper.of(ProofState.class)).findOne()
                .orElseGet(() -> ProofState.none(pull, company, first)));
    }

    /** The totals that are open or different, by group. */
    public Map<String, ControlTotal> unequal(String pull, int company) throws SQLException {
        return database.inTransaction(transaction -> unequal(transaction, pull, company));
    }

    private static Map<String, ControlTotal> unequal(Handle transaction, String pull, int company) {
        return transaction.createQuery("""
                select grp, there, here, at, open, different, gap from nxt_sync.control_total
                where job = :pull and company = :company and (open or different)""").bind("pull", pull)
                .bind("company", company).map(TOTAL).list().stream()
                .collect(toMap(ControlTotal::grp, Function.identity()));
    }

    /** Keeps how far the totals are, without any that are new. */
    public void keep(Claim claim, ProofState state) throws SQLException {
        keep(claim, state, List.of(), false, Optional.empty());
    }

    /**
     * Keeps totals.
     *
     * @param whole whether there are no other groups than these
     * @param provenAsOf if all groups are equal, since when that is known
     */
    public void keep(Claim claim, ProofState state, Collection<ControlTotal> totals, boolean whole,
            Optional<Instant> provenAsOf) throws SQLException {
        database.useTransaction(transaction -> {
            put(transaction, state, provenAsOf);
            if (whole) {
                transaction.createUpdate("""
                        delete from nxt_sync.control_total
                        where job = :pull and company = :company and grp <> all (:groups)""").bind("pull", state.pull())
                        .bind("company", state.company())
                        .bindArray("groups", String.class, totals.stream().map(ControlTotal::grp).toList()).execute();
            }
            put(transaction, state, totals);
            Claims.check(transaction, claim);
        });
    }

    private static void put(Handle transaction, ProofState state, Optional<Instant> provenAsOf) {
        transaction
                .createUpdate(
                        """
                                insert into nxt_sync.proof as known (pull, company, step, due_at, began_at, answered_at, asks, mends, mended,
                                    grouping, most_rows, failures, proven_as_of)
                                values (:pull, :company, lower(:step), :dueAt, :beganAt, :answeredAt, :asks, :mends, :mended,
                                    :groupedBy, :mostRows, :failures, :provenAsOf)
                                on conflict (pull, company) do update
                                set step = excluded.step, due_at = excluded.due_at, began_at = excluded.began_at,
                                    answered_at = excluded.answered_at, asks = excluded.asks, mends = excluded.mends,
                                    mended = excluded.mended, grouping = excluded.grouping, most_rows = excluded.most_rows, failures = excluded.failures,
                                    proven_as_of = coalesce(excluded.proven_as_of, known.proven_as_of)""")
                .bindMethods(state).bindArray("groupedBy", String.class, state.grouping())
                .bind("provenAsOf", provenAsOf).execute();
    }

    private static void put(Handle transaction, ProofState state, Collection<ControlTotal> totals) {
        if (totals.isEmpty()) {
            return;
        }
        PreparedBatch batch = transaction.prepareBatch("""
                insert into nxt_sync.control_total (job, company, grp, there, here, at, open, different, gap)
                values (:pull, :company, :grp, :there::json, :here::json, :at, :open, :different, :gap)
                on conflict (job, company, grp) do update
                set there = excluded.there, here = excluded.here, at = excluded.at, open = excluded.open,
                    different = excluded.different, gap = excluded.gap""");
        totals.forEach(
                each -> batch.bind("pull", state.pull()).bind("company", state.company()).bindMethods(each).add());
        batch.execute();
    }

    /** Has the rows of the open groups listed by the reconciliation of the pull. */
    public void mend(Claim claim, ProofState state, Collection<ControlTotal> totals) throws SQLException {
        database.useTransaction(transaction -> {
            put(transaction, state.mending(), Optional.empty());
            put(transaction, state, totals);
            TableScans.put(transaction, TableScan.wanted(state.pull(), state.company(), TableScan.ScanKind.GROUPS));
            UnitSelection.of(state.pull(), UnitKind.RECONCILIATION).inCompanyOf(claim).wake(transaction);
            Claims.check(transaction, claim);
        });
    }

    /** Has the reconciliation look again at the groups that it has not begun to list. */
    public void remind(Claim claim) throws SQLException {
        database.useTransaction(transaction -> {
            UnitSelection.of(claim.entry(), UnitKind.RECONCILIATION).inCompanyOf(claim).wake(transaction);
            Claims.check(transaction, claim);
        });
    }

    /** Has the poll of a pull look soon, so that a difference which is only a change under way is known as one. */
    public void hurry(Claim claim) throws SQLException {
        database.useTransaction(transaction -> {
            transaction.createUpdate("""
                    update nxt_sync.pull_state set due_at = least(due_at, clock_timestamp())
                    where pull = :pull and company = :company""").bind("pull", claim.entry())
                    .bind("company", claim.company()).execute();
            UnitSelection.of(claim.entry(), UnitKind.POLL).inCompanyOf(claim).wake(transaction);
            Claims.check(transaction, claim);
        });
    }

    /**
     * The rows of the open groups have been listed, and settled. For the transaction that keeps that.
     *
     * @param rows how many of them were other than here
     */
    static void mended(Handle transaction, Claim unit, long rows) {
        if (transaction.createUpdate("""
                update nxt_sync.proof set step = 'again', mended = :rows, due_at = clock_timestamp()
                where pull = :pull and company = :company and step = 'mend'""").bind("rows", rows)
                .bind("pull", unit.entry()).bind("company", unit.company()).execute() == 1) {
            UnitSelection.of(unit.entry(), UnitKind.PROOF).inCompanyOf(unit).makeDue(transaction);
        }
    }

    /** A pull begins anew: nothing is known of its totals any more. */
    static void forget(Handle transaction, String pull) {
        transaction.createUpdate("delete from nxt_sync.control_total where job = :pull").bind("pull", pull).execute();
        transaction.createUpdate("delete from nxt_sync.proof where pull = :pull").bind("pull", pull).execute();
    }

    /** Totals are not to be known of a pull in a company. */
    public void forget(Claim claim) throws SQLException {
        database.useTransaction(transaction -> {
            transaction.createUpdate("delete from nxt_sync.control_total where job = :pull and company = :company")
                    .bind("pull", claim.entry()).bind("company", claim.company()).execute();
            transaction.createUpdate("delete from nxt_sync.proof where pull = :pull and company = :company")
                    .bind("pull", claim.entry()).bind("company", claim.company()).execute();
            TableScans.forget(transaction, claim.entry(), claim.company(), TableScan.ScanKind.GROUPS);
            Claims.check(transaction, claim);
        });
    }

    /** Seconds since the totals of each of the given pulls were equal in each company; those that never were are missing. */
    public static Map<PulledCompany, Double> ages(Handle transaction, Collection<String> pulls) {
        return transaction.createQuery("""
                select pull, company,
                    greatest(0, extract(epoch from clock_timestamp() - proven_as_of))::float8 as age
                from nxt_sync.proof join nxt_sync.pull_state using (pull, company)
                where pull = any (:pulls) and proven_as_of is not null and state <> 'away'""")
                .bindArray("pulls", String.class, pulls).map((row, context) -> Map
                        .entry(new PulledCompany(row.getString("pull"), row.getInt("company")), row.getDouble("age")))
                .collectToMap(Map.Entry::getKey, Map.Entry::getValue);
    }

    /** How many groups of each pull are different, in companies that are there. */
    public static Map<String, Long> differences(Handle transaction) {
        return transaction.createQuery("""
                select job, count(*) as groups
                from nxt_sync.control_total join nxt_sync.pull_state using (company)
                where different and pull = job and state <> 'away' group by job""")
                .map((row, context) -> Map.entry(row.getString("job"), row.getLong("groups")))
                .collectToMap(Map.Entry::getKey, Map.Entry::getValue);
    }

    /** A group whose totals are different. */
    public record DifferentGroup(String job, int company, String grp, String there, String here, long groups) {}

    /** One of the given pulls for each company in which some are. */
    public static List<DifferentGroup> examples(Handle transaction, Collection<String> pulls) {
        return transaction.createQuery("""
                select distinct on (job, company) job, company, grp, there::text, here::text,
                    count(*) over (partition by job, company) as groups
                from nxt_sync.control_total join nxt_sync.pull_state using (company)
                where different and pull = job and state <> 'away' and job = any (:pulls)
                    and not exists (select from nxt_sync.pull_pause paused where paused.pull = job)
                order by job, company, grp limit 100""").bindArray("pulls", String.class, pulls)
                .map(ConstructorMapper.of(DifferentGroup.class)).list();
    }
}
