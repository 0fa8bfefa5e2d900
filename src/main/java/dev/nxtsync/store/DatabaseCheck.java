package dev.nxtsync.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

import org.postgresql.ds.PGSimpleDataSource;

import dev.nxtsync.config.Settings;

/** Whether a database can be used, without changing it and without the pool. */
public final class DatabaseCheck {
    private static final int OLDEST = 15;
    private static final String NO_SUCH_TABLE = "42P01";

    private DatabaseCheck() {}

    /**
     * What was found.
     *
     * @param summary version and user; empty if the database could not be reached
     * @param problems each with what to do
     */
    public record Findings(String summary, List<String> problems) {}

    public static Findings of(Settings settings) {
        var problems = new ArrayList<String>();
        try (Connection connection = dataSource(settings.database()).getConnection()) {
            var about = connection.getMetaData();
            if (about.getDatabaseMajorVersion() < OLDEST) {
                problems.add("PostgreSQL " + about.getDatabaseProductVersion() + " is too old; " + OLDEST
                        + " or newer is needed.");
            }
            for (String schema : List.of("nxt_sync", settings.target().schema())) {
                rights(connection, schema, problems);
            }
            return new Findings("PostgreSQL " + about.getDatabaseProductVersion() + ", as " + about.getUserName(),
                    problems);
        } catch (SQLException e) {
            return new Findings("", List.of("It cannot be reached or refuses the login: " + e.getMessage()
                    + " Check NXT_DATABASE_URL, NXT_DATABASE_USER, NXT_DATABASE_PASSWORD and the network."));
        }
    }

    /** The last valid webhook of a table and company (or customer). */
    public record LastEvent(String table, int company, String event, Instant at) {
        @Override
        public String toString() {
            return "the last " + event + " in " + company + " came at " + at.truncatedTo(ChronoUnit.SECONDS);
        }
    }

    /**
     * What came last of each table and company, the newest first; nothing where the daemon has never run.
     *
     * @throws SQLException if the database cannot be used
     */
    public static List<LastEvent> lastEvents(Settings settings) throws SQLException {
        var events = new ArrayList<LastEvent>();
        try (Connection connection = dataSource(settings.database()).getConnection();
                var select = connection.prepareStatement("""
                        select table_name, company, last_event, last_at from nxt_sync.webhook_event
                        order by last_at desc limit 1000""");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                events.add(new LastEvent(row.getString(1), row.getInt(2), row.getString(3),
                        PullStates.instant(row, 4).orElseThrow()));
            }
            return events;
        } catch (SQLException e) {
            if (NO_SUCH_TABLE.equals(e.getSQLState())) {
                return List.of();
            }
            throw e;
        }
    }

    private static PGSimpleDataSource dataSource(Settings.Database database) {
        var dataSource = new PGSimpleDataSource();
        dataSource.setURL(database.url());
        dataSource.setLoginTimeout(10);
        dataSource.setConnectTimeout(10);
        database.user().ifPresent(dataSource::setUser);
        database.password().ifPresent(password -> dataSource.setPassword(password.reveal()));
        return dataSource;
    }

    private static void rights(Connection connection, String schema, List<String> problems) throws SQLException {
        try (var select = connection.prepareStatement(
                """
                        select exists (select from pg_namespace where nspname = ?),
                               has_database_privilege(current_database(), 'CREATE'),
                               coalesce((select has_schema_privilege(oid, 'CREATE, USAGE') from pg_namespace where nspname = ?), false),
                               current_user, current_database()""")) {
            select.setString(1, schema);
            select.setString(2, schema);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                boolean exists = row.getBoolean(1);
                if (!exists && !row.getBoolean(2)) {
                    problems.add("There is no schema " + schema + ", and " + row.getString(4)
                            + " may not make it. As its owner run: "
                            + "create schema " + SqlName.quoted(schema) + " authorization "
                            + SqlName.quoted(row.getString(4)) + ";");
                } else if (exists && !row.getBoolean(3)) {
                    problems.add(row.getString(4) + " may not create tables in the schema " + schema
                            + ". As its owner run: grant create, "
                            + "usage on schema " + SqlName.quoted(schema) + " to " + SqlName.quoted(row.getString(4))
                            + ";");
                }
            }
        }
    }
}
