package dev.nxtsync.story.packaging;

import static dev.nxtsync.story.Pulls.loaded;
import static dev.nxtsync.story.Pulls.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;

import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

@Tag("packaging")
class FurtherMigrationIT {
    private static final int COMPANY = 5_280_001;

    @Test
    void aDaemonRunsOnADatabaseThatALaterVersionHasMigrated() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(1)
                .withRows(Map.of("associate", 100, "order", 10)))) {
            var builder = Daemon.on(sandbox.url(), database).with("NXT_PULLS_PEOPLE_TABLE", "associate")
                    .with("NXT_PULLS_PEOPLE_EVERY", "1s").with("NXT_PUSHES_SALES_TABLE", "order")
                    .with("NXT_PUSHES_SALES_COMPANY", COMPANY).with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReference");
            // as a later version would: a table, and columns of tables that this one knows
            database.execute("""
                    create table nxt_sync.of_a_later_version (id int);
                    alter table nxt_sync.job add column priority int not null default 0;
                    alter table nxt_sync.pull_state add column later text;
                    alter table nxt_sync.outbox add column later text default 'x';
                    insert into nxt_sync.schema_history
                    select installed_rank + 1, '999', 'of a later version', type, 'V999__of_a_later_version.sql', 42,
                           installed_by, now(), 1, true
                    from nxt_sync.schema_history order by installed_rank desc limit 1""");
            try (var daemon = builder.start()) {
                loaded(daemon, database, 1);
                sandbox.put(COMPANY, "associate", values("associateNo", 5, "name", "changed"));
                database.execute("select nxt_sync.push('sales', 'a', '{\"customerNo\": 1}')");
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> Mirror.differences(sandbox, database, COMPANY, "associate").isEmpty()
                                && "done".equals(database.value("select state from nxt_sync.outbox where key = 'a'")));
                assertThat(daemon.get("/q/health/well").status()).as(daemon.output()).isEqualTo(200);
            }
        }
    }

    @Test
    void aDaemonThatCannotUpgradeForALockSaysSoAndUpgradesOnceItIsGoneWhileUsersPush() throws Exception {
        var database = TestDatabase.create();
        database.execute("create schema nxt_sync");
        Flyway.configure().dataSource(database.url(), database.user(), "").defaultSchema("nxt_sync")
                .table("schema_history").locations("filesystem:src/main/resources/db/migration").target("6").load()
                .migrate();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(1));
                Connection dump = database.connect();
                Statement reading = dump.createStatement()) {
            dump.setAutoCommit(false);
            reading.execute("select from nxt_sync.outbox");
            try (var daemon = Daemon.on(sandbox.url(), database).start()) {
                await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                    database.execute("set statement_timeout = '10s'; select nxt_sync.push('sales', 'key', '{}', 1)");
                    assertThat(daemon.output()).contains("lock timeout").contains("Another transaction");
                    assertThat(daemon.get("/q/health/ready").body()).contains("database_locked");
                });
                dump.rollback();
                await().atMost(Duration.ofSeconds(60)).until(() -> daemon.get("/q/health/ready").status() == 200);
                assertThat(database.count("nxt_sync.push_grant")).isZero();
            }
        }
    }
}
