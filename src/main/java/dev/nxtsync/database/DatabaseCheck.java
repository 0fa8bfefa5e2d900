package dev.nxtsync.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.PreferQueryMode;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

/** Whether a database can be used, without changing it and without the pool. */
public final class DatabaseCheck {
    private static final int OLDEST = 15;
    /** More than a pool has servers that are lent in turn, most likely. */
    private static final int TRANSACTIONS = 10;
    private static final String PREPARE_THRESHOLD = "prepareThreshold";
    /** In seconds, after which a person hears that nothing comes. */
    private static final int SLOWEST_ANSWER = 30;

    private DatabaseCheck() {}

    /**
     * What was found.
     *
     * @param summary version and user; empty if the database could not be reached
     * @param notes what nobody need do anything about
     * @param warnings what somebody should look at, though nothing is in the way
     * @param problems each with what to do
     */
    public record DatabaseFindings(String summary, List<String> notes, List<String> warnings, List<Problem> problems) {}

    /**
     * Looks at it.
     *
     * @param noting what features have to note about it, once it is known that it can be used
     * @param warning what they warn of then
     */
    public static DatabaseFindings ask(Settings settings, List<Database.Work<Optional<String>>> noting,
            List<Database.Work<Optional<String>>> warning) {
        var problems = new ArrayList<Problem>();
        var notes = new ArrayList<String>();
        var warnings = new ArrayList<String>();
        try {
            String summary = database(settings).inTransaction(transaction -> {
                problems.clear();
                notes.clear();
                warnings.clear();
                var about = transaction.getConnection().getMetaData();
                age(about.getDatabaseMajorVersion(), about.getDatabaseProductVersion()).ifPresent(problems::add);
                for (String schema : List.of("nxt_sync", settings.target().schema())) {
                    rights(transaction, schema, problems);
                }
                Encoding.flaw(transaction).ifPresent(problems::add);
                strangers(transaction, problems);
                for (var each : noting) {
                    each.run(transaction).ifPresent(notes::add);
                }
                for (var each : warning) {
                    each.run(transaction).ifPresent(warnings::add);
                }
                return "PostgreSQL " + about.getDatabaseProductVersion() + ", as " + about.getUserName();
            });
            if (isPooled(settings)) {
                pooled(settings, notes, problems);
            }
            return new DatabaseFindings(summary, notes, warnings, problems);
        } catch (SQLException e) {
            return new DatabaseFindings("", List.of(), List.of(), List.of(fault(e)));
        }
    }

    static Optional<Problem> age(int major, String version) {
        return major < OLDEST
                ? Optional.of(new Problem(ErrorCode.DATABASE_OLD,
                        "PostgreSQL " + version + " is too old; " + OLDEST + " or newer is needed."))
                : Optional.empty();
    }

    private static void pooled(Settings settings, List<String> notes, List<Problem> problems) {
        if (settings.database().url().contains(PREPARE_THRESHOLD)
                && !settings.database().url().contains(PREPARE_THRESHOLD + "=0")) {
            problems.add(new Problem(ErrorCode.DATABASE_POOLER, "A pooler pools by transaction, so "
                    + "statements cannot stay prepared. Take " + PREPARE_THRESHOLD + " out of NXT_DATABASE_URL."));
        } else {
            notes.add("a pooler pools by transaction, which is fine");
        }
    }

    /** Why it cannot be used, as a person is told who has just named it. */
    public static Problem fault(SQLException e) {
        var reason = DatabaseFault.of(e);
        return reason.errorCode() == ErrorCode.DATABASE_AWAY
                ? new Problem(reason.errorCode(), "It cannot be reached, or it refuses the login: " + reason.message())
                : reason;
    }

    /** Whether a session has now one process at the server and now another, or two sessions have the same. */
    private static boolean isPooled(Settings settings) throws SQLException {
        // without prepared statements, about which the sessions would stumble
        var simple = dataSource(settings.database());
        simple.setPreferQueryMode(PreferQueryMode.SIMPLE);
        var ofFirst = new HashSet<String>();
        var ofSecond = new HashSet<String>();
        try (Connection first = simple.getConnection(); Connection second = simple.getConnection()) {
            for (int i = 0; i < TRANSACTIONS; i++) {
                // twice, so that servers that are lent in turn do not meet the same session each time
                ofFirst.add(process(first));
                ofFirst.add(process(first));
                ofSecond.add(process(second));
            }
        }
        return ofFirst.size() > 1 || ofSecond.size() > 1 || ofFirst.equals(ofSecond);
    }

    private static String process(Connection connection) throws SQLException {
        try (var select = connection.prepareStatement("select pg_catalog.pg_backend_pid()");
                ResultSet row = select.executeQuery()) {
            return row.next() ? row.getString(1) : "";
        }
    }

    /** Our own tables that belong to somebody else, which could not be migrated. */
    private static void strangers(Handle connection, List<Problem> problems) {
        connection.createQuery("""
                select quote_ident(current_user) as own, string_agg(distinct relowner::regrole::text, ', ') as owners
                from pg_class
                where relnamespace = to_regnamespace('nxt_sync') and relkind in ('r', 'S', 'v')
                  and not pg_has_role(relowner, 'USAGE')
                having count(*) > 0""")
                .map((row, context) -> new Problem(ErrorCode.DATABASE_RIGHTS,
                        "The tables in nxt_sync belong to " + row.getString("owners") + ", and " + row.getString("own")
                                + " cannot migrate them. As the owner run: reassign owned by " + row.getString("owners")
                                + " to " + row.getString("own") + "; or use that user."))
                .forEach(problems::add);
    }

    /** The database, without the pool. */
    public static Database database(Settings settings) {
        return new Database(dataSource(settings.database()));
    }

    private static PGSimpleDataSource dataSource(Settings.DatabaseSettings database) {
        var dataSource = new PGSimpleDataSource();
        dataSource.setURL(database.url());
        if (!database.url().contains(PREPARE_THRESHOLD)) {
            dataSource.setPrepareThreshold(0);
        }
        dataSource.setTcpKeepAlive(true);
        dataSource.setLoginTimeout(10);
        dataSource.setConnectTimeout(10);
        dataSource.setSocketTimeout(SLOWEST_ANSWER);
        database.user().ifPresent(dataSource::setUser);
        database.password().ifPresent(password -> dataSource.setPassword(password.reveal()));
        return dataSource;
    }

    private static void rights(Handle connection, String schema, List<Problem> problems) {
        var rights = connection.createQuery("""
                select exists (select from pg_namespace where nspname = :schema) as there,
                       has_database_privilege(current_database(), 'CREATE') as creates,
                       coalesce((select has_schema_privilege(oid, 'CREATE, USAGE') from pg_namespace
                           where nspname = :schema), false) as uses,
                       current_user as own""").bind("schema", schema).map(ConstructorMapper.of(SchemaRights.class))
                .one();
        if (!rights.there() && !rights.creates()) {
            problems.add(new Problem(ErrorCode.DATABASE_RIGHTS,
                    "There is no schema " + schema + ", and " + rights.own()
                            + " may not create it. As the owner of the database run: create schema "
                            + SqlName.quoted(schema) + " authorization " + SqlName.quoted(rights.own()) + ";"));
        } else if (rights.there() && !rights.uses()) {
            problems.add(new Problem(ErrorCode.DATABASE_RIGHTS,
                    rights.own() + " may not create tables in the schema " + schema
                            + ". As its owner run: grant create, usage on schema " + SqlName.quoted(schema) + " to "
                            + SqlName.quoted(rights.own()) + ";"));
        }
    }

    /** @param there whether there is such a schema */
    private record SchemaRights(boolean there, boolean creates, boolean uses, String own) {}
}
