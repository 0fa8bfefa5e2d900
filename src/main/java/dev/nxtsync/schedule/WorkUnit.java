package dev.nxtsync.schedule;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import org.jdbi.v3.core.Handle;

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

    /**
     * Sets six parameters, in the order of {@link #read}.
     *
     * @param first the number of the first
     */
    void bind(PreparedStatement statement, int first) throws SQLException {
        statement.setString(first, kind.text());
        bindOwner(statement, first + 1);
        statement.setString(first + 4, entry);
        statement.setInt(first + 5, lane);
    }

    /** Sets three parameters: connection, scope and company. */
    public void bindOwner(PreparedStatement statement, int first) throws SQLException {
        statement.setString(first, connection);
        statement.setString(first + 1, scope());
        statement.setInt(first + 2, company());
    }

    /**
     * Reads the columns kind, connection, scope, company, pull and lane.
     *
     * @param first the number of the first
     */
    static WorkUnit read(ResultSet row, int first) throws SQLException {
        String scope = row.getString(first + 2);
        return new WorkUnit(UnitKind.of(row.getString(first)), row.getString(first + 1),
                scope.equals(CONNECTION)
                        ? Optional.empty()
                        : Optional.of(new Tenant(Scope.of(scope), row.getInt(first + 3))),
                row.getString(first + 4), row.getInt(first + 5));
    }

    /**
     * Declares units, in a transaction of the caller's. What is known already stays as it is.
     *
     * @param due these are due at once
     * @param idle these wait until somebody makes them due, or wakes them
     */
    public static void declare(Handle transaction, List<WorkUnit> due, List<WorkUnit> idle) throws SQLException {
        try (var insert = transaction.getConnection().prepareStatement("""
                insert into nxt_sync.job (kind, connection, scope, company, pull, lane, due_at)
                values (?, ?, ?, ?, ?, ?, case when ? then clock_timestamp() else ? end)
                on conflict on constraint job_unit do nothing""")) {
            for (WorkUnit each : due) {
                add(insert, each, true);
            }
            for (WorkUnit each : idle) {
                add(insert, each, false);
            }
            insert.executeBatch();
        }
    }

    private static void add(PreparedStatement insert, WorkUnit unit, boolean isDue) throws SQLException {
        unit.bind(insert, 1);
        insert.setBoolean(7, isDue);
        insert.setObject(8, Timestamps.timestamp(Timestamps.NEVER));
        insert.addBatch();
    }

    /** Declares units that are due, or makes them due: but for those that somebody is at work on, in a transaction of the caller's. */
    public static void makeDue(Handle transaction, Collection<WorkUnit> units) throws SQLException {
        // in one order, so that two processes that do the same do not wait for each other
        try (var insert = transaction.getConnection().prepareStatement(
                """
                        insert into nxt_sync.job (kind, connection, scope, company, pull, lane, due_at)
                        select kind, connection, scope, company, pull, lane, clock_timestamp()
                        from unnest(?::text[], ?::text[], ?::text[], ?::integer[], ?::text[], ?::integer[])
                            as due (kind, connection, scope, company, pull, lane)
                        where not exists (select from nxt_sync.job known
                                          where known.kind = due.kind and known.connection = due.connection and known.scope = due.scope
                                            and known.company = due.company and known.pull = due.pull and known.lane = due.lane
                                            and %s)
                        order by kind, connection, scope, pull, company, lane
                        on conflict on constraint job_unit do update set due_at = excluded.due_at"""
                        .formatted(IS_UNDER_WAY))) {
            column(insert, 1, "text", units, unit -> unit.kind().text());
            column(insert, 2, "text", units, WorkUnit::connection);
            column(insert, 3, "text", units, WorkUnit::scope);
            column(insert, 4, "integer", units, WorkUnit::company);
            column(insert, 5, "text", units, WorkUnit::entry);
            column(insert, 6, "integer", units, WorkUnit::lane);
            insert.executeUpdate();
        }
    }

    private static void column(PreparedStatement statement, int parameter, String type, Collection<WorkUnit> units,
            Function<WorkUnit, Object> value) throws SQLException {
        statement.setArray(parameter,
                statement.getConnection().createArrayOf(type, units.stream().map(value).toArray()));
    }

    /** As the log names it, such as {@code load of orders main company 5280001}. */
    @Override
    public String toString() {
        return kind + (entry.isEmpty() ? "" : " of " + entry + (kind == UnitKind.PUSH ? ", lane " + lane + "," : ""))
                + " " + connection + " " + scope() + " " + company();
    }
}
