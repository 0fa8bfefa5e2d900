package dev.nxtsync.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.PreferQueryMode;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.pull.target.TableMigrator;
import dev.nxtsync.pull.target.TargetTable;

/** Whether a database can be used, without changing it and without the pool. */
public final class DatabaseCheck {
    private static final int OLDEST = 15;
    /** More than a pool has servers that are lent in turn, most likely. */
    private static final int TRANSACTIONS = 10;
    private static final String PREPARE_THRESHOLD = "prepareThreshold";
    /** In seconds, after which a person hears that nothing comes. */
    private static final int SLOWEST_ANSWER = 30;
    private static final String NO_SUCH_TABLE = "42P01";
    private static final String PROCESS = "select pg_catalog.pg_backend_pid()";

    private DatabaseCheck() {}

    /**
     * What was found.
     *
     * @param summary version and user; empty if the database could not be reached
     * @param notes what nobody need do anything about
     * @param problems each with what to do
     */
    public record Findings(String summary, List<String> notes, List<Problem> problems) {}

    public static Findings of(Settings settings) {
        var problems = new ArrayList<Problem>();
        var notes = new ArrayList<String>();
        try {
            String summary = database(settings).inTransaction(transaction -> {
                problems.clear();
                notes.clear();
                var about = transaction.getMetaData();
                age(about.getDatabaseMajorVersion(), about.getDatabaseProductVersion()).ifPresent(problems::add);
                for (String schema : List.of("nxt_sync", settings.target().schema())) {
                    rights(transaction, schema, problems);
                }
                Encoding.flaw(transaction).ifPresent(problems::add);
                strangers(transaction, problems);
                replicas(transaction, settings, notes);
                troubles(transaction, notes);
                return "PostgreSQL " + about.getDatabaseProductVersion() + ", as " + about.getUserName();
            });
            if (isPooled(settings)) {
                pooled(settings, notes, problems);
            }
            return new Findings(summary, notes, problems);
        } catch (SQLException e) {
            return new Findings("", List.of(), List.of(fault(e)));
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
            problems.add(new Problem(ErrorCode.DATABASE_POOLER, "A pooler stands between and pools by transaction, so "
                    + "that statements cannot be kept prepared. Take " + PREPARE_THRESHOLD
                    + " out of NXT_DATABASE_URL."));
        } else {
            notes.add("a pooler stands between, and pools by transaction, which is fine");
        }
    }

    private static Problem fault(SQLException e) {
        var reason = DatabaseFault.of(e);
        return reason.trouble() == ErrorCode.DATABASE_AWAY
                ? new Problem(reason.trouble(), "It cannot be reached or refuses the login: " + reason.message())
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
                ofFirst.add(number(first, PROCESS));
                ofFirst.add(number(first, PROCESS));
                ofSecond.add(number(second, PROCESS));
            }
        }
        return ofFirst.size() > 1 || ofSecond.size() > 1 || ofFirst.equals(ofSecond);
    }

    private static String number(Connection connection, String sql) throws SQLException {
        try (var select = connection.prepareStatement(sql); ResultSet row = select.executeQuery()) {
            return row.next() ? row.getString(1) : "";
        }
    }

    private static boolean exists(Connection connection, String table) throws SQLException {
        return number(connection, "select to_regclass('" + table + "') is not null").equals("t");
    }

    /** Our own tables that belong to somebody else, which could not be migrated. */
    private static void strangers(Connection connection, List<Problem> problems) throws SQLException {
        try (var select = connection.prepareStatement("""
                select quote_ident(current_user), string_agg(distinct relowner::regrole::text, ', ')
                from pg_class
                where relnamespace = to_regnamespace('nxt_sync') and relkind in ('r', 'S', 'v')
                  and not pg_has_role(relowner, 'USAGE')
                having count(*) > 0"""); ResultSet row = select.executeQuery()) {
            if (row.next()) {
                problems.add(new Problem(ErrorCode.DATABASE_RIGHTS,
                        "The tables in nxt_sync belong to " + row.getString(2)
                                + ", and " + row.getString(1)
                                + " cannot migrate them. As that owner run: reassign owned by "
                                + row.getString(2) + " to " + row.getString(1) + "; or use that user."));
            }
        }
    }

    private static void replicas(Connection connection, Settings settings, List<String> notes) throws SQLException {
        if (exists(connection, "nxt_sync.replica")) {
            String alive = number(connection,
                    "select count(*) from nxt_sync.replica where beat_at between clock_timestamp() - interval '16 s' and clock_timestamp() + interval '16 s'");
            int share = settings.budget().share();
            if (!alive.equals("0")) {
                notes.add(alive + (alive.equals("1") ? " daemon is" : " daemons are") + " at work on it"
                        + (Integer.parseInt(alive) > share
                                ? "; NXT_BUDGET_SHARE is " + share + ", and should be their number"
                                : ""));
            }
        }
    }

    private static void troubles(Connection connection, List<String> notes) throws SQLException {
        if (exists(connection, "nxt_sync.trouble")) {
            String open = number(connection, "select count(*) from nxt_sync.trouble where gone_at is null");
            if (!open.equals("0")) {
                notes.add("the daemons have met " + open + (open.equals("1") ? " trouble" : " troubles")
                        + "; the command status says which");
            }
        }
    }

    /** What is wrong with the target tables of pulls that are there already, by pull. */
    public static Map<String, Problem> targets(Settings settings, Map<String, TargetTable> targets) {
        var problems = new TreeMap<String, Problem>();
        if (targets.isEmpty()) {
            return problems;
        }
        try {
            database(settings).inTransaction(transaction -> {
                for (var each : targets.entrySet()) {
                    var flaws = TableMigrator.flaws(transaction, each.getValue());
                    if (!flaws.isEmpty()) {
                        problems.put(each.getKey(), new Problem(ErrorCode.TARGET_UNUSABLE,
                                "Its target cannot be used: " + String.join("; ", flaws) + "."));
                    }
                    owner(transaction, each.getValue()).ifPresent(problem -> problems.put(each.getKey(), problem));
                }
                return true;
            });
        } catch (SQLException e) {
            problems.put("all pulls", fault(e));
        }
        return problems;
    }

    private static Optional<Problem> owner(Connection connection, TargetTable table) throws SQLException {
        try (var select = connection.prepareStatement("""
                select relowner::regrole::text, quote_ident(current_user)
                from pg_class join pg_namespace on pg_namespace.oid = relnamespace
                where nspname = ? and relname = ? and not pg_has_role(relowner, 'USAGE')""")) {
            select.setString(1, table.schema());
            select.setString(2, table.name());
            try (ResultSet row = select.executeQuery()) {
                return row.next()
                        ? Optional.of(new Problem(ErrorCode.DATABASE_RIGHTS, "The table " + table + " belongs to "
                                + row.getString(1) + ", so that " + row.getString(2)
                                + " cannot add columns to it. As its owner run: alter table " + table.quotedName()
                                + " owner to " + row.getString(2) + ";"))
                        : Optional.empty();
            }
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
        try {
            return database(settings).inTransaction(DatabaseCheck::lastEvents);
        } catch (SQLException e) {
            if (NO_SUCH_TABLE.equals(e.getSQLState())) {
                return List.of();
            }
            throw e;
        }
    }

    private static List<LastEvent> lastEvents(Connection transaction) throws SQLException {
        try (var select = transaction.prepareStatement("""
                select table_name, company, last_event, last_at from nxt_sync.webhook_event
                order by last_at desc limit 1000"""); ResultSet row = select.executeQuery()) {
            var events = new ArrayList<LastEvent>();
            while (row.next()) {
                events.add(new LastEvent(row.getString(1), row.getInt(2), row.getString(3),
                        PullStates.instant(row, 4).orElseThrow()));
            }
            return events;
        }
    }

    private static Database database(Settings settings) {
        return new Database(dataSource(settings.database()));
    }

    private static PGSimpleDataSource dataSource(Settings.Database database) {
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

    private static void rights(Connection connection, String schema, List<Problem> problems) throws SQLException {
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
                    problems.add(new Problem(ErrorCode.DATABASE_RIGHTS,
                            "There is no schema " + schema + ", and " + row.getString(4)
                                    + " may not make it. As its owner run: "
                                    + "create schema " + SqlName.quoted(schema) + " authorization "
                                    + SqlName.quoted(row.getString(4)) + ";"));
                } else if (exists && !row.getBoolean(3)) {
                    problems.add(new Problem(ErrorCode.DATABASE_RIGHTS,
                            row.getString(4) + " may not create tables in the schema " + schema
                                    + ". As its owner run: grant create, "
                                    + "usage on schema " + SqlName.quoted(schema) + " to "
                                    + SqlName.quoted(row.getString(4))
                                    + ";"));
                }
            }
        }
    }
}
