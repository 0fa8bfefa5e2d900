package dev.nxtsync.schedule;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;

import dev.nxtsync.tenant.Scope;
import dev.nxtsync.tenant.Tenant;

/**
 * The name of a unit of work, as {@code nxt_sync.job} keeps it: no two units have the same.
 *
 * @param owner whose it is; empty where it is the connection's own
 * @param entry the pull of a load or reconciliation, or the push of a lane; empty where one unit serves all pulls of a
 *        company
 * @param lane which of a push's lanes; 0 for what has none
 */
public record UnitName(UnitKind kind, String connection, Optional<Tenant> owner, String entry, int lane) {
    /** What the table has as the scope of a unit that is nobody's. */
    private static final String CONNECTION = "connection";

    /** The unit that does this for a pull in a company, be it for that pull only or for all. */
    public static UnitName ofPull(UnitKind kind, String connection, Tenant tenant, String pull) {
        return new UnitName(kind, connection, Optional.of(tenant), kind.servesAllPulls() ? "" : pull, 0);
    }

    public static UnitName ofLane(String connection, Tenant tenant, String push, int lane) {
        return new UnitName(UnitKind.PUSH, connection, Optional.of(tenant), push, lane);
    }

    public static UnitName ofToken(String connection) {
        return new UnitName(UnitKind.TOKEN, connection, Optional.empty(), "", 0);
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
    public void bind(PreparedStatement statement, int first) throws SQLException {
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
    static UnitName read(ResultSet row, int first) throws SQLException {
        String scope = row.getString(first + 2);
        return new UnitName(UnitKind.of(row.getString(first)), row.getString(first + 1),
                scope.equals(CONNECTION)
                        ? Optional.empty()
                        : Optional.of(new Tenant(Scope.of(scope), row.getInt(first + 3))),
                row.getString(first + 4), row.getInt(first + 5));
    }

    /** As the log names it, such as {@code load of orders main company 5280001}. */
    @Override
    public String toString() {
        return kind + (entry.isEmpty() ? "" : " of " + entry + (kind == UnitKind.PUSH ? ", lane " + lane + "," : ""))
                + " " + connection + " " + scope() + " " + company();
    }
}
