package dev.nxtsync.story.operate;

import static dev.nxtsync.story.Pulls.loaded;
import static dev.nxtsync.story.Pulls.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Pushes;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Detour;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/** What goes away and comes back: the same process goes on, and the log of it is short. */
@Tag("operate")
@Execution(ExecutionMode.CONCURRENT)
class OutagesHealIT {
    private static final int[] COMPANIES = {5_280_001, 5_280_002, 5_280_003, 5_280_004, 5_280_005};
    /** However long it lasts: lines that an operator reads in a minute. */
    private static final int SHORT = 12;

    @Test
    void aSecretThatWasWrongADatabaseThatWasAwayForAMinuteAndAnApiThatWasAwayForAnHour() throws Exception {
        var database = TestDatabase.migrated();
        Path secret = Files.writeString(Files.createTempFile("secret", ""), "wrong");
        try (var sandbox = sandbox(); var store = new Detour(database.port()); var api = new Detour(sandbox.port())) {
            store.open();
            api.open();
            try (var daemon = daemon(sandbox, database).with("NXT_DATABASE_URL", database.url(store.port()))
                    .with("NXT_API_URL", "http://127.0.0.1:" + api.port()).without("NXT_CLIENT_SECRET")
                    .with("NXT_CLIENT_SECRET_FILE", secret).start()) {
                await().atMost(Duration.ofSeconds(30)).until(() -> daemon.get("/q/health/well").status() == 503);
                long before = lines(daemon);
                Pushes.pause(Duration.ofSeconds(Size.of(6, 120)));
                Files.writeString(secret, "demo+secret%/:1");
                heals("secret", daemon, sandbox, database, before);
                loaded(daemon, database, 2 * COMPANIES.length);
                assertThat(database.number("select count(*) from nxt_sync.freshness")).isEqualTo(10);

                before = lines(daemon);
                store.shut();
                await().atMost(Duration.ofMinutes(1)).until(() -> daemon.get("/q/health/ready").status() == 503);
                assertThat(daemon.get("/q/health/live").status()).isEqualTo(200);
                change(sandbox, "while the database was away");
                Pushes.pause(Duration.ofSeconds(Size.of(6, 60)));
                store.open();
                heals("database", daemon, sandbox, database, before);

                before = lines(daemon);
                api.shut();
                await().atMost(Duration.ofMinutes(1)).until(() -> daemon.get("/q/health/well").status() == 503);
                assertThat(daemon.get("/q/health/ready").status()).isEqualTo(200);
                change(sandbox, "while the API was away");
                // the longest wait is then reached several times, as in an hour
                Pushes.pause(Duration.ofSeconds(Size.of(6, 240)));
                api.open();
                heals("API", daemon, sandbox, database, before);
            }
        } finally {
            Files.delete(secret);
        }
    }

    private static void heals(String what, Daemon daemon, Sandbox sandbox, TestDatabase database, long before) {
        long from = System.nanoTime();
        await().atMost(Duration.ofSeconds(Size.of(90, 420))).pollInterval(Duration.ofMillis(500)).until(() -> {
            assertThat(daemon.isRunning()).as(daemon.output()).isTrue();
            return daemon.get("/q/health/well").status() == 200 && isEqual(sandbox, database);
        });
        long told = lines(daemon) - before;
        Size.figure("%s: healed %.0f s after its return, with %d warnings and errors in the log", what,
                (System.nanoTime() - from) / 1e9, told);
        assertThat(told).as(daemon.output()).isLessThanOrEqualTo(SHORT);
    }

    private static boolean isEqual(Sandbox sandbox, TestDatabase database) {
        for (int company : COMPANIES) {
            for (String table : new String[]{"associate", "product"}) {
                if (database.count("nxt." + table) == 0
                        || !Mirror.differences(sandbox, database, company, table).isEmpty()) {
                    return false;
                }
            }
        }
        return true;
    }

    private static void change(Sandbox sandbox, String when) {
        for (int company : COMPANIES) {
            sandbox.put(company, "associate", values("associateNo", 1, "name", when));
        }
    }

    /** Warnings and errors, and anything else that is no plain message. */
    private static long lines(Daemon daemon) {
        return daemon.output().lines().filter(line -> !line.contains(" INFO ")).count();
    }

    private static Sandbox sandbox() {
        return new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(COMPANIES.length)
                .withTokenLifetime(Duration.ofMinutes(1)).withRows(Map.of("associate", 200, "product", 100)));
    }

    private static Daemon.Builder daemon(Sandbox sandbox, TestDatabase database) {
        return Daemon.on(sandbox.url(), database).with("NXT_PULLS_PEOPLE_TABLE", "associate")
                .with("NXT_PULLS_PEOPLE_EVERY", "2s").with("NXT_PULLS_GOODS_TABLE", "product")
                .with("NXT_PULLS_GOODS_EVERY", "2s");
    }
}
