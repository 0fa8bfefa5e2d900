package dev.nxtsync.support;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.flywaydb.core.Flyway;
import org.postgresql.ds.PGSimpleDataSource;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/** A database of its own in a real PostgreSQL, which all tests of a JVM share and which ends with it. */
public final class TestDatabase {
    private static final AtomicInteger NUMBER = new AtomicInteger();

    private static final KeptConnections KEPT = new KeptConnections();
    /** Defaults, and functions of PostgreSQL's own, which are never looked up again. */
    private static final Pattern ONLY_NEW_SESSIONS_KNOW = Pattern
            .compile("(?i)alter (database|role|system) |alter function pg_catalog");
    /** By server and name; guarded by itself. */
    private static final Map<String, TestDatabase> MODELS = new HashMap<>();

    private final EmbeddedPostgres server;
    private final String name;
    private final String how;
    /** It is made when it is used first. */
    private volatile boolean isThere;

    private static final class Server {
        static final EmbeddedPostgres POSTGRES = start("replica");
    }

    /** Another server, for what must not depend on being in the same one; others can subscribe to it. */
    private static final class OtherServer {
        static final EmbeddedPostgres POSTGRES = start("logical");
    }

    private static EmbeddedPostgres start(String walLevel) {
        try {
            var server = ServerDirectory.builder().setServerConfig("synchronous_commit", "on")
                    // which a machine that crashes would miss, and a killed server does not
                    .setServerConfig("fsync", "off").setServerConfig("full_page_writes", "off")
                    .setServerConfig("max_wal_size", "128MB")
                    // a hostile time zone, so that whoever relies on the session's is found out
                    .setServerConfig("timezone", "Asia/Kathmandu").setServerConfig("wal_level", walLevel)
                    .setServerConfig("wal_retrieve_retry_interval", "100ms").start();
            publishAll(server);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As where everything is replicated to a warehouse: PostgreSQL then refuses changes of rows that nothing identifies. */
    private static void publishAll(EmbeddedPostgres server) {
        try (Connection template = server.getDatabase("postgres", "template1").getConnection();
                Statement statement = template.createStatement()) {
            statement.execute("create publication everything for all tables");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private TestDatabase(EmbeddedPostgres server, String name, String how) {
        this.server = server;
        this.name = name;
        this.how = how;
    }

    /** One that is there. */
    TestDatabase(EmbeddedPostgres server, String name) {
        this(server, name, "");
        isThere = true;
    }

    public static TestDatabase create() {
        return create(Server.POSTGRES, "");
    }

    /** A database that was made with another encoding. */
    public static TestDatabase create(String encoding) {
        return create(Server.POSTGRES, " encoding '" + encoding + "' lc_collate 'C' lc_ctype 'C' template template0");
    }

    /** A database in another cluster than all others. */
    public static TestDatabase createElsewhere() {
        return create(OtherServer.POSTGRES, "");
    }

    /** A database that a daemon has migrated before, so that the one that is started next need not. */
    public static TestDatabase migrated() {
        var database = create();
        database.beginAs("migrated", made -> {
            made.execute("create schema nxt_sync");
            Flyway.configure().dataSource(made.url(), made.user(), "").defaultSchema("nxt_sync").table("schema_history")
                    .load().migrate();
        });
        database.isItsOutboxesHome();
        return database;
    }

    /** Else the outbox of a copy would be held until it is adopted. */
    public void isItsOutboxesHome() {
        execute("""
                update nxt_sync.outbox_home set (system_identifier, timeline, database_oid, outbox_oid)
                    = (select system_identifier, timeline, database_oid, outbox_oid from nxt_sync.outbox_here)""");
    }

    private static TestDatabase create(EmbeddedPostgres server, String how) {
        return new TestDatabase(server, "test" + NUMBER.incrementAndGet(), how);
    }

    /**
     * Begins with what is made once for all databases that begin so, of which they are copies. One that has been used already,
     * or was made in a way of its own, has it made anew.
     *
     * @param model what is made, in a name
     * @param made makes it
     */
    public void beginAs(String model, Consumer<TestDatabase> made) {
        if (isThere || !how.isEmpty()) {
            made.accept(this);
            return;
        }
        synchronized (MODELS) {
            var original = MODELS.computeIfAbsent(server.getPort() + model, none -> {
                var first = create(server, "");
                made.accept(first);
                return first;
            });
            try {
                // a database that is in use cannot be copied
                KEPT.end(original.url());
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            make(" template " + original.name);
        }
    }

    private synchronized void make(String how) {
        if (isThere) {
            return;
        }
        try (Connection admin = server.getPostgresDatabase().getConnection();
                Statement statement = admin.createStatement()) {
            // the other way writes each page into the WAL too
            statement.execute("create database " + name + how + " strategy file_copy");
            isThere = true;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public static void stopServer() throws IOException {
        Server.POSTGRES.close();
    }

    public int port() {
        return server.getPort();
    }

    public String url() {
        return url(port());
    }

    /** Its address by way of another port of this machine. */
    public String url(int port) {
        make(how);
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + name;
    }

    public String user() {
        return "postgres";
    }

    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url(), user(), "");
    }

    public void execute(String sql) {
        try {
            KEPT.execute(url(), user(), sql);
            if (ONLY_NEW_SESSIONS_KNOW.matcher(sql).find()) {
                KEPT.end(url());
            }
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Connections to it that are used again, as those of a pool. */
    public PGSimpleDataSource pool() {
        return KEPT.source(url(), user());
    }

    /** The only value of the only row. */
    public String value(String sql) {
        var rows = rows(sql);
        return rows.isEmpty() ? null : rows.get(0).values().iterator().next();
    }

    public long number(String sql) {
        var value = value(sql);
        return value == null ? 0 : Long.parseLong(value);
    }

    /** From now on this database has a function that raises in place of the one that says where the WAL stands. */
    public void refuseWalFunctions(String state) {
        execute("""
                alter function pg_catalog.pg_current_wal_insert_lsn() rename to of_the_server;
                create function pg_catalog.pg_current_wal_insert_lsn() returns pg_lsn language plpgsql as $$
                begin raise exception 'WAL control functions cannot be executed here' using errcode = '%s'; end $$"""
                .formatted(state));
    }

    public void allowWalFunctions() {
        execute("""
                drop function pg_catalog.pg_current_wal_insert_lsn();
                alter function pg_catalog.of_the_server() rename to pg_current_wal_insert_lsn""");
    }

    /** Has its server, with all that is in it, stand still until {@link Frozen#close}. */
    public Frozen freeze() {
        String directory = value("show data_directory");
        try {
            long postmaster = Long.parseLong(Files.readAllLines(Path.of(directory, "postmaster.pid")).get(0).strip());
            var frozen = new Frozen(ProcessHandle.of(postmaster).orElseThrow());
            frozen.signal("STOP");
            return frozen;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A server that stands still. */
    public record Frozen(ProcessHandle postmaster) implements AutoCloseable {
        @Override
        public void close() {
            signal("CONT");
        }

        /** First to the one that would make more. */
        private void signal(String name) {
            Stream.concat(Stream.of(postmaster), Stream.of(postmaster).flatMap(ProcessHandle::descendants))
                    .forEach(each -> {
                        try {
                            new ProcessBuilder("kill", "-" + name, Long.toString(each.pid())).start().waitFor();
                        } catch (IOException | InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    });
        }
    }

    /** 0 where the table is not there yet. */
    public long count(String table) {
        return value("select to_regclass('" + table + "')") == null ? 0 : number("select count(*) from " + table);
    }

    /** Rows as PostgreSQL's own text, by column. */
    public List<Map<String, String>> rows(String sql) {
        try {
            return KEPT.ask(url(), user(), connection -> read(connection, sql));
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Reads in one transaction, which comes to nothing; so a result may be fetched in parts. */
    public <T> T inTransaction(KeptConnections.Question<T> question) throws SQLException {
        return KEPT.ask(url(), user(), connection -> {
            connection.setAutoCommit(false);
            try {
                return question.ask(connection);
            } finally {
                if (!connection.isClosed()) {
                    connection.rollback();
                    connection.setAutoCommit(true);
                }
            }
        });
    }

    /** The same on a connection that the caller keeps. */
    public static List<Map<String, String>> rows(Connection connection, String sql) {
        try {
            return read(connection, sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private static List<Map<String, String>> read(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement(); ResultSet row = statement.executeQuery(sql)) {
            var all = new ArrayList<Map<String, String>>();
            while (row.next()) {
                var values = new LinkedHashMap<String, String>();
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    values.put(row.getMetaData().getColumnLabel(i), row.getString(i));
                }
                all.add(values);
            }
            return all;
        }
    }
}
