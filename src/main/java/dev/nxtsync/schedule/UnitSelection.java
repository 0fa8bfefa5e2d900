package dev.nxtsync.schedule;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;

import dev.nxtsync.database.ResultRow;
import dev.nxtsync.tenant.Scope;

/**
 * Units of work by what they are about, and what others may do to them: in a transaction of the caller's, so that it is done
 * together with the change that is the reason for it. Immutable.
 */
public final class UnitSelection {
    private final String condition;
    private final List<Value> values;

    private UnitSelection(String condition, List<Value> values) {
        this.condition = condition;
        this.values = values;
    }

    /** What has a name in the condition. */
    @FunctionalInterface
    private interface Value {
        void bind(SqlStatement<?> statement);
    }

    /** All that there are. */
    public static UnitSelection all() {
        return new UnitSelection("true", List.of());
    }

    public static UnitSelection ofKinds(Collection<UnitKind> kinds) {
        return all().and("kind = any (:kinds)",
                statement -> statement.bindArray("kinds", String.class, kinds.stream().map(UnitKind::text).toList()));
    }

    /**
     * The units of some kinds that work for a pull or push, on all connections.
     *
     * @param entry the pull or push
     */
    public static UnitSelection of(String entry, UnitKind... kinds) {
        return all().and("(kind, pull) in (select * from unnest(:kinds::text[], :entries::text[]))",
                statement -> statement.bindArray("kinds", String.class, Stream.of(kinds).map(UnitKind::text).toList())
                        .bindArray("entries", String.class, Stream.of(kinds).map(kind -> kind.entry(entry)).toList()));
    }

    /** @param units as {@link Claim#unit} has them */
    public static UnitSelection numbered(Collection<Long> units) {
        return all().and("id = any (:ids)", statement -> statement.bindArray("ids", Long.class, units));
    }

    public UnitSelection on(String connection) {
        return and("connection = :connection", statement -> statement.bind("connection", connection));
    }

    /** @param scope whether {@code company} is the number of a company or of a customer */
    public UnitSelection inScope(Scope scope) {
        return and("scope = :scope", statement -> statement.bind("scope", scope.text()));
    }

    public UnitSelection inCompanies(Collection<Integer> companies) {
        return and("company = any (:companies)",
                statement -> statement.bindArray("companies", Integer.class, companies));
    }

    /** Those in the same company as one of them. */
    public UnitSelection inCompanyOf(Claim unit) {
        return on(unit.connection()).inScope(unit.tenant().scope()).inCompanies(List.of(unit.company()));
    }

    /** Those that wait after a failure. */
    public UnitSelection inBackOff() {
        return and("retry_at is not null");
    }

    private UnitSelection and(String another, Value... bound) {
        return new UnitSelection(condition + " and " + another,
                Stream.concat(values.stream(), Stream.of(bound)).toList());
    }

    /** Has them look what they can do; one that waits after a failure does so when it is tried again. */
    public void wake(Handle transaction) throws SQLException {
        update(transaction, "wanted = wanted + 1");
    }

    /** Has them look what they can do, also where they wait after a failure. */
    public void wakeAtOnce(Handle transaction) throws SQLException {
        update(transaction, "wanted = wanted + 1, retry_at = null");
    }

    /** After a failure they wait no longer, if there is something to do. */
    public void endBackOff(Handle transaction) throws SQLException {
        inBackOff().update(transaction, "retry_at = null");
    }

    /** They are due now. */
    public void makeDue(Handle transaction) throws SQLException {
        update(transaction, "due_at = least(due_at, clock_timestamp())");
    }

    /** They are due at a time, or sooner if they were before. */
    public void makeDue(Handle transaction, Instant time) throws SQLException {
        update(transaction, "due_at = least(due_at, :time)", statement -> statement.bind("time", time));
    }

    /**
     * Those that are due at one time are due at another. What was put elsewhere meanwhile stays there.
     *
     * @return how many there were
     */
    public int reschedule(Handle transaction, Instant from, Instant to) throws SQLException {
        return and("due_at = :from and due_at <> :to").update(transaction, "due_at = :to",
                statement -> statement.bind("from", from).bind("to", to));
    }

    /**
     * Takes them away from whoever is at work on them: what that has not yet written is refused. Also from whoever is just
     * claiming one: that is waited for, and a claim that comes later sees what this transaction has written.
     */
    public void revoke(Handle transaction) throws SQLException {
        update(transaction, Claims.REVOKED);
    }

    /** They begin anew, as if nothing had failed: what whoever is at work on them has not yet written is refused. */
    public void beginAnew(Handle transaction) throws SQLException {
        update(transaction, Claims.REVOKED + ", retry_at = null, failures = 0");
    }

    private int update(Handle transaction, String assignments, Value... assigned) {
        return bound(transaction.createUpdate("update nxt_sync.job set " + assignments + " where " + condition),
                assigned).execute();
    }

    /** Those that are due, by company and lane. */
    public List<WorkUnit> due(Handle transaction) {
        return bound(transaction.createQuery("""
                select kind, connection, scope, company, pull, lane from nxt_sync.job
                where due_at <= clock_timestamp() and %s order by company, lane""".formatted(condition)))
                .map(ResultRow.mapped(WorkUnit::read)).list();
    }

    private <S extends SqlStatement<S>> S bound(S statement, Value... assigned) {
        Stream.concat(Stream.of(assigned), values.stream()).forEach(each -> each.bind(statement));
        return statement;
    }
}
