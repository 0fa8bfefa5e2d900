package dev.nxtsync.story.operate;

import static dev.nxtsync.story.Pulls.loaded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/** The scripts in sql, as they are, in a server of their own. */
@Tag("operate")
class LeastRightsIT {
    private static final int COMPANY = 5_280_001;

    @Test
    void theScriptsGiveEachRoleWhatItNeedsAndNoMore() throws Exception {
        var database = TestDatabase.createElsewhere();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(1)
                .withRows(Map.of("associate", 100, "order", 10)))) {
            database.execute("create schema nxt");
            run(database, "daemon");
            var builder = Daemon.on(sandbox.url(), database).with("NXT_DATABASE_USER", "nxt_sync")
                    .with("NXT_PULLS_PEOPLE_TABLE", "associate").with("NXT_PUSHES_SALES_TABLE", "order")
                    .with("NXT_PUSHES_SALES_COMPANY", COMPANY).with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReference");
            builder.run(0, "check");
            try (var daemon = builder.command().start()) {
                loaded(daemon, database, 1);
                run(database, "reader");
                database.execute("create role reader login in role nxt_reader");
                refused(database, "reader", "select nxt_sync.push('sales', 'r', '{}')");
                run(database, "pusher");
                database.execute("create role pusher login in role nxt_pusher");
                builder.run(0, "verify", "people");
                as(database, "reader", "select count(*) from nxt.associate");
                as(database, "reader", "select * from nxt_sync.freshness");
                refused(database, "reader", "delete from nxt.associate");
                as(database, "pusher", "select nxt_sync.push('sales', 'a', '{\"customerNo\": 1}')");
                as(database, "pusher", "select state from nxt_sync.outbox");
                refused(database, "pusher", "update nxt_sync.outbox set state = 'discarded'");
                refused(database, "pusher", "select count(*) from nxt.associate");
                refused(database, "nxt_sync", "create schema elsewhere");
                await().atMost(Duration.ofSeconds(30)).until(
                        () -> "done".equals(database.value("select state from nxt_sync.outbox where key = 'a'")));
                assertThat(daemon.get("/q/health/well").status()).isEqualTo(200);
            }
        }
    }

    private static void run(TestDatabase database, String script) throws Exception {
        database.execute(Files.readString(Path.of("sql", script + ".sql")));
    }

    private static void as(TestDatabase database, String role, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(database.url(), role, "");
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void refused(TestDatabase database, String role, String sql) {
        assertThatThrownBy(() -> as(database, role, sql)).as(role + ": " + sql).isInstanceOf(SQLException.class)
                .hasMessageContaining("permission denied");
    }
}
