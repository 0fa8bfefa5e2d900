package dev.nxtsync.story.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.PGConnection;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Pushes;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/**
 * An outbox that was put back from a backup. The backup is made and put back as pg_dump and pg_restore do it, which the
 * embedded PostgreSQL comes without: the rows of one snapshot, copied into a schema that is made anew.
 */
@Tag("push")
@Execution(ExecutionMode.CONCURRENT)
class RestoredOutboxIT {
    private static final int ROWS = Size.of(150, 3000);

    enum Where {
        THE_SAME_CLUSTER, ANOTHER_CLUSTER
    }

    /** By what a copy is told from the original, a unit test says for each. */
    static List<Where> places() {
        return Size.of(List.of(Where.THE_SAME_CLUSTER), List.of(Where.values()));
    }

    @ParameterizedTest
    @MethodSource("places")
    void aBackupOfMidRunThatIsPutBackSendsNothingUntilItIsAdoptedAndThenNothingTwice(Where where) throws Exception {
        var original = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                .withRows(Map.of("order", 0)).withTokenLifetime(Duration.ofMinutes(30))
                .withTimeLimit(Duration.ofSeconds(1)).withSlotHold(Duration.ofSeconds(10))
                .withLatest(Duration.ofSeconds(4)).withFaults(Map.of("late-finish", 0.1, "lost-answer", 0.1)));
                var pushes = new Pushes(original, 7, ROWS, 20, 0)) {
            Map<String, byte[]> backup;
            try (var first = Pushes.daemon(sandbox.url(), original).start()) {
                Pushes.migrated(original);
                pushes.begin();
                await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(5)).until(
                        () -> original.number("select count(*) from nxt_sync.outbox where state = 'done'") > ROWS / 4);
                backup = backup(original);
                await().atMost(Duration.ofMinutes(5)).until(pushes::isSettled);
                assertThat(first.isRunning()).isTrue();
            }
            int records = sandbox.rows(Pushes.COMPANY, "order").size();
            var copy = where == Where.THE_SAME_CLUSTER ? TestDatabase.create() : TestDatabase.createElsewhere();
            putBack(backup, copy);
            long unfinished = copy.number("select count(*) from nxt_sync.outbox where state <> 'done'");
            assertThat(unfinished).as("in mid-run").isPositive();
            try (var beside = Pushes.daemon(sandbox.url(), copy).start()) {
                await().atMost(Duration.ofSeconds(40))
                        .until(() -> beside.output().contains("run: java -jar quarkus-run.jar adopt"));
                await().atMost(Duration.ofSeconds(40)).until(() -> beside.get("/q/health/well").status() == 503);
                assertThat(beside.get("/q/health/well").body()).contains("outbox (outbox_held)")
                        .contains("restored, copied or failed over");
                assertThat(beside.get("/q/health/ready").status()).isEqualTo(200);
                Pushes.pause(Duration.ofSeconds(7));
                assertThat(sandbox.rows(Pushes.COMPANY, "order")).as("nothing is sent before").hasSize(records);
                assertThat(copy.number("select count(*) from nxt_sync.outbox where state <> 'done'"))
                        .isEqualTo(unfinished);
                try (var adopt = Pushes.daemon(sandbox.url(), copy).command("adopt").start()) {
                    assertThat(adopt.exitCode()).as(adopt.output()).isZero();
                    assertThat(adopt.output()).contains("unfinished rows are looked for");
                }
                // one that the original never had is sent, once the others have been looked for
                copy.execute("select nxt_sync.push('orders', 'after', '{\"customerNo\": 1}', grp => 'g1')");
                await().atMost(Duration.ofMinutes(3)).until(() -> copy.number(
                        "select count(*) from nxt_sync.outbox where state <> 'done' or next_at is not null") == 0);
            }
            assertThat(Pushes.duplicates(sandbox)).isEmpty();
            assertThat(sandbox.rows(Pushes.COMPANY, "order")).as("only the new one came").hasSize(records + 1);
            Size.figure("restored in %s: %d of %d rows were unfinished, none was created twice", where, unfinished,
                    ROWS);
        }
    }

    private static Map<String, byte[]> backup(TestDatabase database) throws Exception {
        var backup = new LinkedHashMap<String, byte[]>();
        try (Connection connection = database.connect(); var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("set transaction isolation level repeatable read");
            for (String table : List.of("outbox", "outbox_home", "push_setting", "push_state", "job", "replica")) {
                var out = new ByteArrayOutputStream();
                connection.unwrap(PGConnection.class).getCopyAPI()
                        .copyOut("copy nxt_sync." + table + columns(connection, table) + " to stdout", out);
                backup.put(table, out.toByteArray());
            }
        }
        return backup;
    }

    private static void putBack(Map<String, byte[]> backup, TestDatabase database) throws Exception {
        database.execute("create schema nxt_sync");
        Flyway.configure().dataSource(database.url(), database.user(), "").defaultSchema("nxt_sync")
                .table("schema_history").load().migrate();
        try (Connection connection = database.connect(); var statement = connection.createStatement()) {
            statement.execute("truncate nxt_sync.outbox_home");
            for (var table : backup.entrySet()) {
                connection.unwrap(PGConnection.class).getCopyAPI().copyIn(
                        "copy nxt_sync." + table.getKey() + columns(connection, table.getKey()) + " from stdin",
                        new ByteArrayInputStream(table.getValue()));
            }
            statement.execute("select setval('nxt_sync.outbox_id', (select max(id) from nxt_sync.outbox))");
        }
    }

    private static String columns(Connection connection, String table) throws SQLException {
        try (var select = connection.prepareStatement(
                """
                        select '(' || string_agg(column_name, ', ' order by ordinal_position) || ')' from information_schema.columns
                        where table_schema = 'nxt_sync' and table_name = ? and is_generated = 'NEVER' and is_identity = 'NO'""")) {
            select.setString(1, table);
            try (var row = select.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }
}
