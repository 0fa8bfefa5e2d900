package dev.nxtsync.database;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.jdbc.PgConnection;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;

class SessionTest {
    /** What a role can be given that changes what statements mean, or ends them; the driver itself sets two at the login. */
    private static final Map<String, String> HOSTILE = new TreeMap<>(
            Map.ofEntries(Map.entry("TimeZone", "Asia/Kathmandu"), Map.entry("DateStyle", "German, DMY"),
                    Map.entry("IntervalStyle", "iso_8601"), Map.entry("extra_float_digits", "-15"),
                    Map.entry("bytea_output", "escape"), Map.entry("array_nulls", "off"),
                    Map.entry("standard_conforming_strings", "off"), Map.entry("quote_all_identifiers", "on"),
                    Map.entry("transform_null_equals", "on"), Map.entry("row_security", "off"),
                    Map.entry("exit_on_error", "on"), Map.entry("client_min_messages", "error"),
                    Map.entry("statement_timeout", "5s"), Map.entry("lock_timeout", "1ms"),
                    Map.entry("transaction_timeout", "5s"), Map.entry("idle_in_transaction_session_timeout", "1s"),
                    Map.entry("session_replication_role", "replica"), Map.entry("search_path", "nowhere"),
                    Map.entry("synchronous_commit", "off"), Map.entry("default_transaction_read_only", "on"),
                    Map.entry("client_encoding", "LATIN1"), Map.entry("lc_numeric", "C"),
                    Map.entry("application_name", "another")));

    private final TestDatabase database = TestDatabase.create();
    private final String name = database.value("select current_database()");

    @Test
    void whatWeRelyOnHoldsWhateverTheRoleTheDatabaseOrTheAddressSaysAndOnlyForTheTransaction() throws Exception {
        database.execute("alter database " + name + " set default_transaction_isolation = serializable");
        hostile("database " + name);
        var store = new Database(source());
        var found = new TreeMap<String, String>();
        store.durably(transaction -> {
            for (String each : HOSTILE.keySet()) {
                found.put(each, setting(transaction.getConnection(), each).replace("\"", ""));
            }
            found.put("transaction_isolation", setting(transaction.getConnection(), "transaction_isolation"));
            found.put("transaction_read_only", setting(transaction.getConnection(), "transaction_read_only"));
            return transaction.execute("create table public.written ()");
        });
        Session.RELIED_ON.forEach(each -> assertThat(found).containsEntry(each.name(), each.value()));
        assertThat(found).containsEntry("transaction_timeout", "0").containsEntry("session_replication_role", "origin")
                .containsEntry("idle_in_transaction_session_timeout", "10s").containsEntry("synchronous_commit", "on")
                .containsEntry("search_path", "pg_catalog, pg_temp").containsEntry("client_encoding", "UTF8")
                .containsEntry("transaction_isolation", "read committed").containsEntry("transaction_read_only", "off");
        try (var connection = source().getConnection()) {
            connection.setAutoCommit(false);
            Session.begin(connection, true);
            connection.commit();
            for (String each : new String[]{"statement_timeout", "search_path", "synchronous_commit", "array_nulls",
                    "session_replication_role"}) {
                assertThat(setting(connection, each)).as(each).isEqualTo(HOSTILE.get(each));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"serializable", "repeatable read", "read uncommitted"})
    void aTransactionOfOthersBeginsAsOursDo(String isolation) throws Exception {
        database.execute("alter database " + name + " set default_transaction_isolation = '" + isolation + "'");
        hostile("database " + name);
        try (var connection = RelyingSource.of(source()).getConnection()) {
            connection.setAutoCommit(false);
            for (int i = 0; i < 2; i++) {
                assertThat(setting(connection, "statement_timeout")).isEqualTo("0");
                assertThat(setting(connection, "transaction_isolation")).isEqualTo("read committed");
                assertThat(setting(connection, "search_path")).isEqualTo("nowhere");
                connection.createStatement().execute("create table if not exists public.others ()");
                connection.commit();
            }
            connection.setAutoCommit(true);
            assertThat(setting(connection, "statement_timeout")).isEqualTo("5s");
        }
    }

    @Test
    void whereNobodyMayWriteItIsSaidAtOnceAndLeftSo() {
        var source = ScheduleFixture.source(database);
        // neither of the role nor of the database, as where an administrator has set it for the server
        source.setOptions("-c default_transaction_read_only=on");
        var store = new Database(source);
        var fault = catchThrowableOfType(SQLException.class, store::clock);
        assertThat(fault.getSQLState()).isEqualTo("25006");
        assertThat(DatabaseFault.of(fault).errorCode()).isEqualTo(ErrorCode.DATABASE_READ_ONLY);
        assertThat(DatabaseFault.isAway(fault)).isTrue();
        assertThat(DatabaseFault.of(fault).message()).contains("accepts no writes now")
                .contains("targetServerType=primary").contains("default_transaction_read_only");
    }

    /** What became of a connection that answered so, and of the work. */
    @ParameterizedTest
    @CsvSource({"08000, closed, DATABASE_AWAY", "08003, closed, DATABASE_AWAY", "08006, closed, DATABASE_AWAY",
            "08P01, closed, DATABASE_AWAY", "25006, closed, DATABASE_READ_ONLY", "57P01, closed, DATABASE_AWAY",
            "57P02, closed, DATABASE_AWAY", "57P03, closed, DATABASE_AWAY", "57P05, closed, DATABASE_AWAY",
            "25P03, closed, DATABASE_AWAY", "57014, returned, DATABASE_ERROR", "25001, returned, DATABASE_ERROR",
            "40001, returned, DATABASE_ERROR", "42501, returned, DATABASE_RIGHTS", "53100, returned, DATABASE_ERROR",
            "55P03, returned, DATABASE_LOCKED", "23505, returned, DATABASE_ERROR", "XX000, returned, DATABASE_ERROR"})
    void aConnectionThatIsOfNoUseAnyMoreIsClosedAndTheNextTransactionHasAnother(String state, String becomes,
            String code) throws Exception {
        try (var pool = new Keeping(ScheduleFixture.source(database))) {
            var store = new Database(pool);
            String first = process(store);
            assertThat(process(store)).as("it is kept").isEqualTo(first);
            var fault = catchThrowableOfType(SQLException.class, () -> store.inTransaction(transaction -> transaction
                    .execute("do $$ begin raise exception using errcode = '" + state + "', message = 'so'; end $$")));
            assertThat(fault.getSQLState()).isEqualTo(state);
            assertThat(DatabaseFault.of(fault).errorCode().name()).isEqualTo(code);
            assertThat(pool.isClosed()).isEqualTo(becomes.equals("closed"));
            assertThat(process(store).equals(first)).as("the same connection").isEqualTo(becomes.equals("returned"));
        }
    }

    @Test
    void aConnectionThatWasLostWhileItWasIdleCostsNoWork() throws Exception {
        try (var pool = new Keeping(ScheduleFixture.source(database))) {
            var store = new Database(pool);
            String first = process(store);
            database.execute("select pg_terminate_backend(" + first + ", 10000)");
            assertThat(process(store)).isNotEqualTo(first);
        }
    }

    @Test
    void aConnectionThatWasLostBeforeThePoolLentItAtAllCostsNoWork() throws Exception {
        var ages = new ConnectionAges();
        var nowhere = new Settings.DatabaseSettings("", Optional.empty(), Optional.empty());
        try (var pool = new Keeping(ScheduleFixture.source(database))) {
            var made = pool.getConnection();
            ages.onConnectionCreate(made);
            int first = made.unwrap(PgConnection.class).getBackendPID();
            database.execute("select pg_terminate_backend(" + first + ", 10000)");
            assertThat(process(new Database(pool, ages, nowhere))).isNotEqualTo(String.valueOf(first));
        }
    }

    @Test
    void theFirstConnectionIsMadeAtOnceIfSomebodyHasNamedADatabase() {
        var asked = new ConcurrentLinkedQueue<String>();
        for (String url : List.of("", "nonsense", database.url())) {
            var source = new PGSimpleDataSource() {
                private static final long serialVersionUID = 1L;

                @Override
                public Connection getConnection() throws SQLException {
                    asked.add(url);
                    return ScheduleFixture.source(database).getConnection();
                }
            };
            assertThat(new Database(source, new ConnectionAges(),
                    new Settings.DatabaseSettings(url, Optional.empty(), Optional.empty()))).isNotNull();
        }
        await().until(() -> !asked.isEmpty());
        assertThat(asked).containsOnly(database.url());
    }

    /** As Flyway does at the start of a daemon, beside whom a pool has had time to lose some. */
    @Test
    void othersAreLentNoConnectionThatWasLost() throws Exception {
        try (var pool = new Keeping(ScheduleFixture.source(database))) {
            int first = pool.getConnection().unwrap(PgConnection.class).getBackendPID();
            database.execute("select pg_terminate_backend(" + first + ", 10000)");
            try (var lent = RelyingSource.of(pool).getConnection()) {
                assertThat(setting(lent, "statement_timeout")).isNotNull();
            }
        }
    }

    private static String process(Database store) throws SQLException {
        return store.inTransaction(
                transaction -> transaction.createQuery("select pg_backend_pid()").mapTo(String.class).one());
    }

    private void hostile(String what) {
        database.execute(HOSTILE.entrySet().stream()
                .map(each -> "alter " + what + " set " + each.getKey() + " = "
                        + (each.getValue().contains(", ") ? each.getValue() : "'" + each.getValue() + "'"))
                .collect(joining("; ")));
    }

    private PGSimpleDataSource source() {
        var source = ScheduleFixture.source(database);
        source.setOptions("-c IntervalStyle=sql_standard -c lock_timeout=7");
        return source;
    }

    private static String setting(Connection connection, String name) throws SQLException {
        try (var row = connection.createStatement().executeQuery("select pg_catalog.current_setting('" + name + "')")) {
            row.next();
            return row.getString(1);
        }
    }
}
