package dev.nxtsync.schedule;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.StatementContext;

import dev.nxtsync.database.Timestamps;
import dev.nxtsync.tenant.Scope;
import dev.nxtsync.tenant.Tenant;

/**
 * A unit of work, by what tells it from all others: its name, as {@code nxt_sync.job} keeps it.
 *
 * @param owner whose it is; empty where it is the connection's own
 * @param entry the pull of a load or reconciliation, or the push of a lane; empty where one unit serves all pulls of a
 *        company
 * @param lane which of a push's lanes; 0 for what has none
 */
public record WorkUnit(UnitKind kind, String connection, Optional<Tenant> owner, String entry, int lane) {
    /** What the table has as the scope of a unit that is nobody's. */
    private static final String CONNECTION = "connection";
    /** The SQL condition that a unit, called {@code known} there, is worked on or will be at once. */
    public static final String IS_UNDER_WAY = "(known.holder is not null or known.due_at <= clock_timestamp())";

    /** The unit that does this for a pull in a company, be it for that pull only or for all. */
    public static WorkUnit ofPull(UnitKind kind, String connection, Tenant tenant, String pull) {
        return new WorkUnit(kind, connection, Optional.of(tenant), kind.entry(pull), 0);
    }

    public static WorkUnit ofLane(String connection, Tenant tenant, String push, int lane) {
        return new WorkUnit(UnitKind.PUSH, connection, Optional.of(tenant), push, lane);
    }

    public static WorkUnit ofToken(String connection) {
        return new WorkUnit(UnitKind.TOKEN, connection, Optional.empty(), "", 0);
    }

    /** The table's scope. */
    public String scope() {
        return owner.map(tenant -> tenant.scope().text()).orElse(CONNECTION);
    }

    /** The table's company: the number of the owner; 0 if there is none. */
    public int company() {
        return owner.map(Tenant::number).orElse(0);
    }

    /** Sets {@code :kind}, {@code :connection}, {@code :scope}, {@code :company}, {@code :entry} and {@code :lane}. */
    <S extends SqlStatement<S>> S bind(S statement) {
        return statement.bindMethods(this).bind("kind", kind.text());
    }

    /** Of a row with the columns kind, connection, scope, company, pull and lane. */
    static WorkUnit of(ResultSet row, StatementContext context) throws SQLException {
        String scope = row.getString("scope");
        return new WorkUnit(UnitKind.of(row.getString("kind")), row.getString("connection"),
                scope.equals(CONNECTION)
                        ? Optional.empty()
                        : Optional.of(new Tenant(Scope.of(scope), row.getInt("company"))),
                row.getString("pull"), row.getInt("lane"));
    }

    /**
     * Declares units, in a transaction of the caller's. What is known already stays as it is.
     *
     * @param due these are due at once
     * @param idle these wait until somebody makes them due, or wakes them
     */
    public static void declare(Handle transaction, List<WorkUnit> due, List<WorkUnit> idle) {
        var insert = transaction.prepareBatch("""
                insert into nxt_sync.job (kind, connection, scope, company, pull, lane, due_at)
                values (:kind, :connection, :scope, :company, :entry, :lane,
                    case when :due then clock_timestamp() else :never end)
                on conflict on constraint job_unit do nothing""");
        due.forEach(each -> each.bind(insert).bind("due", true).bind("never", Timestamps.NEVER).add());
        idle.forEach(each -> each.bind(insert).bind("due", false).bind("never", Timestamps.NEVER).add());
        insert.execute();
    }

    /** Declares units that are due, or makes them due: but for those that somebody is at work on, in a transaction of the caller's. */
    public static void makeDue(Handle transaction, Collection<WorkUnit> units) {
        // in one order, so that two processes that do the same do not wait for each other
        transaction.createUpdate("""
                insert into nxt_sync.job (kind, connection, scope, company, pull, lane, due_at)
                select kind, connection, scope, company, pull, lane, clock_timestamp()
                from unnest(:kinds::text[], :connections::text[], :scopes::text[], :companies::integer[],
                        :entries::text[], :lanes::integer[])
                    as due (kind, connection, scope, company, pull, lane)
                where not exists (select from nxt_sync.job known
                                  where known.kind = due.kind and known.connection = due.connection
                                    and known.scope = due.scope and known.company = due.company
                                    and known.pull = due.pull and known.lane = due.lane and %s)
                order by kind, connection, scope, pull, company, lane
                on conflict on constraint job_unit do update set due_at = excluded.due_at""".formatted(IS_UNDER_WAY))
                .bindArray("kinds", String.class, units.stream().map(each -> each.kind().text()).toList())
                .bindArray("connections", String.class, units.stream().map(WorkUnit::connection).toList())
                .bindArray("scopes", String.class, units.stream().map(WorkUnit::scope).toList())
                .bindArray("companies", Integer.class, units.stream().map(WorkUnit::company).toList())
                .bindArray("entries", String.class, units.stream().map(WorkUnit::entry).toList())
                .bindArray("lanes", Integer.class, units.stream().map(WorkUnit::lane).toList()).execute();
    }

    /** As the log names it, such as {@code load of orders main company 5280001}. */
    @Override
    public String toString() {
        return kind + (entry.isEmpty() ? "" : " of " + entry + (kind == UnitKind.PUSH ? ", lane " + lane + "," : ""))
                + " " + connection + " " + scope() + " " + company();
    }
}
