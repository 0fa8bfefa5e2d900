package dev.nxtsync.database;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

import org.jdbi.v3.core.Handle;

/**
 * The search path that the role, the database or the session has of its own. Our transactions leave it, since whoever may
 * create in one of its schemas could have functions and operators found in place of PostgreSQL's, and run as us. Where a
 * target is written they go back to it, since triggers, checks and defaults of users rely on it: PostgreSQL's own names are
 * then found first, and temporary tables last. A statement that runs there names its functions with their schema, and
 * compares values of one type only.
 */
public final class OwnPath {
    /** For the beginning of a transaction; nothing in it depends on the path. */
    static final String LEAVE = "select pg_catalog.set_config('nxt_sync.search_path', pg_catalog.current_setting('search_path'), true); "
            + "set local search_path = pg_catalog, pg_temp";
    /** Where the path does not name PostgreSQL's schema, that is searched first anyway, and new tables go where they used to. */
    private static final String RETURN = """
            select set_config('search_path', concat_ws(', ', case when strpos(lower(own), 'pg_catalog') > 0 then 'pg_catalog' end,
                nullif(own, ''), 'pg_temp'), true)
            from current_setting('nxt_sync.search_path') own""";
    private static final String LEAVE_AGAIN = "set local search_path = pg_catalog, pg_temp";

    private OwnPath() {}

    /** Goes back to it, for the next statement or the commit, at which deferred triggers run. */
    public static void enter(Handle transaction) {
        transaction.execute(RETURN);
    }

    public static void leave(Handle transaction) {
        transaction.execute(LEAVE_AGAIN);
    }

    /** A statement that runs in it, in one round trip; its result is the second of three. */
    public static String around(String statement) {
        return RETURN + ";\n" + statement + ";\n" + LEAVE_AGAIN;
    }

    /** The rows of a query that was prepared as {@link #around} says. */
    public static ResultSet query(PreparedStatement statement) throws SQLException {
        statement.execute();
        statement.getMoreResults();
        return statement.getResultSet();
    }
}
