package dev.nxtsync.schedule;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

import dev.nxtsync.database.Timestamps;

/**
 * A unit of work, by what tells it from all others.
 *
 * @param scope {@code company} or {@code customer}: what {@code company} is the number of; {@code connection} where it is of
 *        none
 * @param entry the pull or push that it is of; empty where one unit serves all of a company
 * @param lane which of a push's lanes; 0 for what has none
 */
public record WorkUnit(String kind, String connection, String scope, int company, String entry, int lane) {

    /**
     * Declares units, in a transaction of the caller's. What is known already stays as it is.
     *
     * @param due these are due at once
     * @param idle these wait until somebody makes them due, or wakes them
     */
    public static void declare(Connection transaction, List<WorkUnit> due, List<WorkUnit> idle) throws SQLException {
        try (var insert = transaction.prepareStatement("""
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
        insert.setString(1, unit.kind());
        insert.setString(2, unit.connection());
        insert.setString(3, unit.scope());
        insert.setInt(4, unit.company());
        insert.setString(5, unit.entry());
        insert.setInt(6, unit.lane());
        insert.setBoolean(7, isDue);
        insert.setObject(8, Timestamps.timestamp(Timestamps.NEVER));
        insert.addBatch();
    }

    /** Declares units that are due, or makes them due: but for those that somebody is at work on, in a transaction of the caller's. */
    public static void makeDue(Connection transaction, Collection<WorkUnit> units) throws SQLException {
        // in one order, so that two processes that do the same do not wait for each other
        try (var insert = transaction.prepareStatement(
                """
                        insert into nxt_sync.job (kind, connection, scope, company, pull, lane, due_at)
                        select kind, connection, scope, company, pull, lane, clock_timestamp()
                        from unnest(?::text[], ?::text[], ?::text[], ?::integer[], ?::text[], ?::integer[])
                            as due (kind, connection, scope, company, pull, lane)
                        where not exists (select from nxt_sync.job known
                                          where known.kind = due.kind and known.connection = due.connection and known.scope = due.scope
                                            and known.company = due.company and known.pull = due.pull and known.lane = due.lane
                                            and (known.holder is not null or known.due_at <= clock_timestamp()))
                        order by kind, connection, scope, pull, company, lane
                        on conflict on constraint job_unit do update set due_at = excluded.due_at""")) {
            column(insert, 1, "text", units, WorkUnit::kind);
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
}
