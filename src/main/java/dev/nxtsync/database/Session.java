package dev.nxtsync.database;

import static java.util.stream.Collectors.joining;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * What our transactions rely on, whatever the host, the role, the database or the address has made of a session: each says it
 * again at its beginning, in one round trip. Nothing is set for longer, since a pooler lends sessions to others as well, and
 * nothing at the login, since poolers refuse most of that. How much memory a statement takes, how it is planned and where
 * tables lie is the administrator's to say.
 */
public final class Session {
    /** For a lock, behind which whoever wants the same table queues. */
    public static final String LOCK_PATIENCE = "2s";
    /** A statement is bounded by how long its answer is waited for, and by the locks that it waits for. */
    static final List<Setting> RELIED_ON = List.of(new Setting("TimeZone", "UTC"), new Setting("DateStyle", "ISO, MDY"),
            new Setting("IntervalStyle", "postgres"), new Setting("extra_float_digits", "1"),
            new Setting("bytea_output", "hex"), new Setting("array_nulls", "on"),
            new Setting("standard_conforming_strings", "on"), new Setting("quote_all_identifiers", "off"),
            new Setting("transform_null_equals", "off"), new Setting("row_security", "on"),
            new Setting("exit_on_error", "off"), new Setting("client_min_messages", "warning"),
            new Setting("statement_timeout", "0"), new Setting("lock_timeout", LOCK_PATIENCE));

    private static final String ISOLATION = "set transaction isolation level read committed";
    private static final String READ_WRITE = ", read write";
    private static final String SETTINGS = "; select pg_catalog.current_setting('transaction_read_only'), "
            + RELIED_ON.stream().map(Setting::set).collect(joining(", "))
            // newer than the oldest server, and for superusers only
            + setIf("transaction_timeout", "0",
                    "current_setting('transaction_timeout', true) operator(pg_catalog.<>) '0'")
            + setIf("session_replication_role", "origin",
                    "current_setting('session_replication_role') operator(pg_catalog.<>) 'origin' and "
                            + "pg_catalog.current_setting('is_superuser') operator(pg_catalog.=) 'on'");
    private static final String OURS = ", " + new Setting("idle_in_transaction_session_timeout", "10s").set();
    /** What is committed is on disk, also where the database or the role gives that up. */
    private static final String DURABLE = setIf("synchronous_commit", "on",
            "current_setting('synchronous_commit') operator(pg_catalog.=) 'off'");
    /** Whether transactions only read since the role or the database says so, rather than the server. */
    private static final String OF_THE_ROLE = """
            set local search_path = pg_catalog, pg_temp;
            select exists (select from pg_settings where name = 'default_transaction_read_only'
                and source in ('database', 'user', 'database user')) and not pg_is_in_recovery()""";

    private Session() {}

    /** A parameter of the server, and what we rely on. */
    record Setting(String name, String value) {
        private String set() {
            return "pg_catalog.set_config('" + name + "', '" + value + "', true)";
        }
    }

    private static String setIf(String name, String value, String condition) {
        return ", case when pg_catalog." + condition + " then " + new Setting(name, value).set() + " end";
    }

    /**
     * Begins one of our transactions, which finds names as {@link OwnPath} says.
     *
     * @param durable whether what it commits is on disk once it has
     * @throws SQLException with {@link SqlState#READ_ONLY} where nothing can be written
     */
    static void begin(Connection connection, boolean durable) throws SQLException {
        // the path first: what follows finds PostgreSQL's names in it
        begin(connection, "; " + OwnPath.LEAVE + SETTINGS + OURS + (durable ? DURABLE : ""));
    }

    /** The same for what others do with a connection, who may let it be idle, and find names by a path of their own. */
    static void beginForOthers(Connection connection) throws SQLException {
        begin(connection, SETTINGS);
    }

    private static void begin(Connection connection, String settings) throws SQLException {
        if (isTrue(connection, ISOLATION + settings)) {
            connection.rollback();
            boolean ofTheRole = isTrue(connection, OF_THE_ROLE);
            connection.rollback();
            if (!ofTheRole || isTrue(connection, ISOLATION + READ_WRITE + settings)) {
                throw new SQLException("This server of PostgreSQL accepts no writes now.", SqlState.READ_ONLY);
            }
        }
    }

    /** What the last of some statements says in its first column. */
    private static boolean isTrue(Connection connection, String statements) throws SQLException {
        // prepared, since the driver keeps what it has taken apart only of such
        try (PreparedStatement statement = connection.prepareStatement(statements)) {
            String said = "";
            for (boolean rows = statement.execute(); rows
                    || statement.getUpdateCount() >= 0; rows = statement.getMoreResults()) {
                if (rows) {
                    try (ResultSet row = statement.getResultSet()) {
                        row.next();
                        said = row.getString(1);
                    }
                }
            }
            return Set.of("t", "on").contains(said);
        }
    }
}
