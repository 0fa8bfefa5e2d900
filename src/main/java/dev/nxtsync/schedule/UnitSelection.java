package dev.nxtsync.schedule;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

import dev.nxtsync.tenant.Scope;

/**
 * Units of work by what they are about, and what others may do to them: in a transaction of the caller's, so that it is done
 * together with the change that is the reason for it. Immutable.
 */
public final class UnitSelection {
    /** Whoever is at work on a unit may have read what was before, and says when it is due next by that: it looks again. */
    private static final String AND_AGAIN = ", wanted = wanted + case when holder is null then 0 else 1 end";

    private final String condition;
    /** Its parameters; of an array, the array. */
    private final Map<String, Object> values;

    private UnitSelection(String condition, Map<String, Object> values) {
        this.condition = condition;
        this.values = values;
    }

    /** All that there are. */
    public static UnitSelection all() {
        return new UnitSelection("true", Map.of());
    }

    public static UnitSelection ofKinds(Collection<UnitKind> kinds) {
        return all().and("kind = any (:kinds)", Map.of("kinds", texts(kinds.stream().map(UnitKind::text))));
    }

    /**
     * The units of some kinds that work for a pull or push, on all connections.
     *
     * @param entry the pull or push
     */
    public static UnitSelection of(String entry, UnitKind... kinds) {
        return all().and("(kind, pull) in (select * from unnest(:kinds::text[], :entries::text[]))",
                Map.of("kinds", texts(Stream.of(kinds).map(UnitKind::text)), "entries",
                        texts(Stream.of(kinds).map(kind -> kind.entry(entry)))));
    }

    /** @param units as {@link Claim#unit} has them */
    public static UnitSelection numbered(Collection<Long> units) {
        return all().and("id = any (:units)", Map.of("units", units.toArray(Long[]::new)));
    }

    public UnitSelection on(String connection) {
        return and("connection = :connection", Map.of("connection", connection));
    }

    /** @param scope whether {@code company} is the number of a company or of a customer */
    public UnitSelection inScope(Scope scope) {
        return and("scope = :scope", Map.of("scope", scope.text()));
    }

    public UnitSelection inCompanies(Collection<Integer> companies) {
        return and("company = any (:companies)", Map.of("companies", companies.toArray(Integer[]::new)));
    }

    /** Those in the same company as one of them. */
    public UnitSelection inCompanyOf(Claim unit) {
        return on(unit.connection()).inScope(unit.tenant().scope()).inCompanies(List.of(unit.company()));
    }

    /** Those that wait after a failure. */
    public UnitSelection inBackOff() {
        return and("retry_at is not null", Map.of());
    }

    /** @throws IllegalStateException if one of the parameters has a value already */
    private UnitSelection and(String another, Map<String, Object> bound) {
        return new UnitSelection(condition + " and " + another,
                Stream.of(values, bound).flatMap(each -> each.entrySet().stream())
                        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    private static String[] texts(Stream<String> texts) {
        return texts.toArray(String[]::new);
    }

    /** Has them look what they can do; one that waits after a failure does so when it is tried again. */
    public void wake(Handle transaction) {
        update(transaction, "wanted = wanted + 1");
    }

    /** Has them look what they can do, also where they wait after a failure. */
    public void wakeAtOnce(Handle transaction) {
        update(transaction, "wanted = wanted + 1, retry_at = null");
    }

    /** After a failure they wait no longer, if there is something to do. */
    public void endBackOff(Handle transaction) {
        inBackOff().update(transaction, "retry_at = null");
    }

    /** They are due now. */
    public void makeDue(Handle transaction) {
        update(transaction, "due_at = least(due_at, clock_timestamp())" + AND_AGAIN);
    }

    /** They are due at a time, or sooner if they were before. */
    public void makeDue(Handle transaction, Instant time) {
        bound(transaction, "due_at = least(due_at, :time)" + AND_AGAIN).bind("time", time).execute();
    }

    /**
     * Those that are due at one time are due at another. What was put elsewhere meanwhile stays there.
     *
     * @return how many there were
     */
    public int reschedule(Handle transaction, Instant from, Instant to) {
        return and("due_at = :from and due_at <> :to", Map.of("from", from, "to", to)).update(transaction,
                "due_at = :to");
    }

    /**
     * Takes them away from whoever is at work on them: what that has not yet written is refused. Also from whoever is just
     * claiming one: that is waited for, and a claim that comes later sees what this transaction has written.
     */
    public void revoke(Handle transaction) {
        update(transaction, Claims.REVOKED);
    }

    /** They begin anew, as if nothing had failed: what whoever is at work on them has not yet written is refused. */
    public void beginAnew(Handle transaction) {
        update(transaction, Claims.REVOKED + ", retry_at = null, failures = 0");
    }

    private int update(Handle transaction, String assignments) {
        return bound(transaction, assignments).execute();
    }

    private Update bound(Handle transaction, String assignments) {
        return transaction.createUpdate("update nxt_sync.job set " + assignments + " where " + condition)
                .bindMap(values);
    }

    /** Those that are due, by company and lane. */
    public List<WorkUnit> due(Handle transaction) {
        return transaction.createQuery("""
                select kind, connection, scope, company, pull, lane from nxt_sync.job
                where due_at <= clock_timestamp() and %s order by company, lane""".formatted(condition)).bindMap(values)
                .map(WorkUnit::of).list();
    }
}
