package dev.nxtsync.story.operate;

import static dev.nxtsync.story.Pulls.loaded;
import static dev.nxtsync.story.Pulls.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Detour;
import dev.nxtsync.support.Pair;
import dev.nxtsync.support.TestDatabase;

/** What others have made of the database, the role and the host, none of which the daemon relies on. */
@Tag("operate")
class HostileDatabaseIT {
    private static final int COMPANY = 5_280_001;
    private static final Duration SOON = Duration.ofSeconds(30);

    @Test
    void neitherTheDefaultsOfTheRoleNorTheZoneOfTheHostChangeAnything() throws Exception {
        var database = TestDatabase.create();
        String name = database.value("select current_database()");
        String role = "hostile_" + name;
        database.execute("create role " + role + " login; grant create on database " + name + " to " + role);
        database.execute(Map
                .of("idle_session_timeout", "'1s'", "statement_timeout", "'5s'", "lock_timeout", "'1ms'",
                        "idle_in_transaction_session_timeout", "'3s'", "search_path", "nowhere",
                        "default_transaction_read_only", "on", "default_transaction_isolation", "serializable",
                        "datestyle", "'German'", "intervalstyle", "sql_standard")
                .entrySet().stream()
                .map(each -> "alter role " + role + " set " + each.getKey() + " = " + each.getValue())
                .reduce((a, b) -> a + "; " + b).orElseThrow());
        database.execute("alter role " + role + " set bytea_output = 'escape'; alter role " + role
                + " set standard_conforming_strings = off; alter role " + role
                + " set extra_float_digits = -15; alter role " + role + " set array_nulls = off; alter role " + role
                + " set transform_null_equals = on; alter role " + role + " set synchronous_commit = off; alter role "
                + role + " set client_min_messages = 'debug5'");
        try (var sandbox = sandbox()) {
            var builder = daemon(sandbox, database).with("NXT_DATABASE_USER", role).with("TZ", "IST")
                    .with("NXT_PUSHES_SALES_TABLE", "order").with("NXT_PUSHES_SALES_COMPANY", COMPANY)
                    .with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReference")
                    // more than are used at once, so that some are lost before they are lent for the first time
                    .with("QUARKUS_DATASOURCE_JDBC_INITIAL_SIZE", 20);
            assertThat(builder.run(0, "check")).contains("All is well.");
            try (var daemon = builder.command().start()) {
                daemon.awaitReady();
                loaded(daemon, database, 1);
                database.execute("select nxt_sync.push('sales', 'a1', '{\"customerNo\": 1}')");
                await().atMost(SOON).until(() -> "done".equals(database.value("select state from nxt_sync.outbox")));
                sandbox.put(COMPANY, "associate", values("associateNo", 5, "name", "changed"));
                await().atMost(SOON).until(() -> Mirror.differences(sandbox, database, COMPANY, "associate").isEmpty());
                // sessions end beneath the pool, each second
                await().during(Duration.ofSeconds(6)).atMost(SOON)
                        .until(() -> daemon.get("/q/health/ready").status() == 200);
                assertThat(daemon.output()).doesNotContain("cannot be used").doesNotContain("ERROR")
                        .doesNotContain("WARN");
            }
        }
    }

    @Test
    void afterAFailOverItGoesOnWithTheNodeThatTakesWritesThoughTheOtherStillAnswers(@TempDir Path directory)
            throws Exception {
        try (var pair = new Pair(directory); var relay = new Detour(pair.first().port()); var sandbox = sandbox()) {
            relay.open();
            try (var daemon = daemon(sandbox, pair.first()).with("NXT_DATABASE_URL", pair.first().url(relay.port()))
                    .start()) {
                loaded(daemon, pair.first(), 1);
                pair.failOver();
                assertThat(daemon.get("/q/health/live").status()).isEqualTo(200);
                relay.leadTo(pair.second().port());
                sandbox.put(COMPANY, "associate", values("associateNo", 5, "name", "changed"));
                // also if what it had loaded was lost, which it looks for once in a minute
                await().atMost(Duration.ofSeconds(90))
                        .until(() -> Mirror.differences(sandbox, pair.second(), COMPANY, "associate").isEmpty());
                await().atMost(SOON).until(() -> daemon.get("/q/health/ready").status() == 200);
                assertThat(pair.first().value("select name from nxt.associate where associate_no = 5"))
                        .as("what the old one has").isNotEqualTo("changed");
            }
        }
    }

    @Test
    void aDatabaseThatIsNotUtf8IsNamedAndOnlyTheRowsThatItCannotHoldAreSetAside() throws Exception {
        var database = TestDatabase.create("LATIN1");
        try (var sandbox = sandbox()) {
            sandbox.clear(COMPANY, "associate");
            sandbox.put(COMPANY, "associate", values("associateNo", 5, "name", "5 €"));
            sandbox.put(COMPANY, "associate", values("associateNo", 6, "name", "Ærø"));
            var builder = daemon(sandbox, database).with("NXT_PUSHES_SALES_TABLE", "order")
                    .with("NXT_PUSHES_SALES_COMPANY", COMPANY).with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReference");
            try (var daemon = builder.start()) {
                daemon.awaitReady();
                loaded(daemon, database, 1);
                assertThat(database.number("select count(*) from nxt.associate")).isEqualTo(1);
                assertThat(database.rows("select reason from nxt_sync.row_fault")).extracting(row -> row.get("reason"))
                        .singleElement().asString().contains("U+20AC").contains("LATIN1");
                await().atMost(SOON).until(() -> daemon.get("/q/health/well").body().contains("database_encoding"));
                database.execute("select nxt_sync.push('sales', 'Ærø', '{\"customerNo\": 1}')");
                await().atMost(SOON).until(() -> "done".equals(database.value("select state from nxt_sync.outbox")));
                sandbox.put(COMPANY, "associate", values("associateNo", 5, "name", "5 kr"));
                await().atMost(SOON).until(() -> Mirror.differences(sandbox, database, COMPANY, "associate").isEmpty());
                assertThat(database.number("select count(*) from nxt_sync.row_fault")).isZero();
            }
        }
    }

    private static Sandbox sandbox() {
        return new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(1)
                .withRows(Map.of("associate", 200)));
    }

    private static Daemon.Builder daemon(Sandbox sandbox, TestDatabase database) {
        return Daemon.on(sandbox.url(), database).with("NXT_PULLS_PEOPLE_TABLE", "associate")
                .with("NXT_PULLS_PEOPLE_EVERY", "2s");
    }
}
