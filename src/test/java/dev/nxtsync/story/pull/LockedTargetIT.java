package dev.nxtsync.story.pull;

import static dev.nxtsync.story.Pulls.loaded;
import static dev.nxtsync.story.Pulls.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/** A user holds one target for long, as an index does that is built. */
@Tag("pull")
@Execution(ExecutionMode.CONCURRENT)
class LockedTargetIT {
    private static final int COMPANY = 5_280_001;
    /** Far more than there are threads for runs. */
    private static final int COMPANIES = 32;
    private static final Duration A_MINUTE = Duration.ofSeconds(60);

    private final TestDatabase database = TestDatabase.migrated();

    @Test
    void oneLockedTargetDoesNotTakeTheThreadsFromAllCompanies() throws SQLException {
        try (var sandbox = sandbox(COMPANIES); var daemon = daemon(sandbox).start()) {
            loaded(daemon, database, 2 * COMPANIES);
            try (Connection user = database.connect(); var statement = user.createStatement()) {
                user.setAutoCommit(false);
                statement.execute("lock table nxt.held in share mode");
                for (int i = 0; i < COMPANIES; i++) {
                    sandbox.put(COMPANY + i, "associate", values("associateNo", 1, "name", "changed"));
                }
                // if each waited for the lock four times, the last would be written after half a minute
                await().atMost(Duration.ofSeconds(20))
                        .untilAsserted(() -> assertThat(changed("other")).isEqualTo(COMPANIES));
                assertThat(
                        database.number(
                                "select count(*) from nxt_sync.freshness where job = 'other' and state <> 'ok'"))
                        .isZero();
                await().atMost(A_MINUTE).until(() -> daemon.get("/q/health/well").body().contains("pull held"));
            }
            await().atMost(A_MINUTE).untilAsserted(() -> assertThat(changed("held")).isEqualTo(COMPANIES));
            await().atMost(A_MINUTE).until(() -> daemon.get("/q/health/well").status() == 200);
        }
    }

    @Test
    void aTargetThatAnotherProcessChangesKeepsNoProcessFromStartingAndNoOtherPullFromBeingLoaded() throws SQLException {
        try (var sandbox = sandbox(1); Connection process = database.connect(); var lock = process.createStatement()) {
            process.setAutoCommit(false);
            lock.execute("select pg_advisory_xact_lock(hashtext('nxt_sync target \"nxt\".\"held\"'))");
            try (var daemon = daemon(sandbox).start()) {
                await().atMost(A_MINUTE).untilAsserted(() -> {
                    assertThat(daemon.get("/q/health/ready").status()).isEqualTo(200);
                    assertThat(database.count("nxt.other")).isEqualTo(2);
                    assertThat(daemon.get("/q/health/well").body()).contains("pull held (target_unusable)")
                            .contains("Somebody else is at work on it").doesNotContain("connection main");
                });
                process.rollback();
                await().atMost(A_MINUTE).untilAsserted(() -> {
                    assertThat(database.count("nxt.held")).isEqualTo(2);
                    assertThat(daemon.get("/q/health/well").status()).isEqualTo(200);
                });
            }
        }
    }

    @Test
    void theOtherPullsGoOnWhileTheProcessItselfChangesATargetForLong() throws SQLException {
        try (var sandbox = sandbox(1); Connection user = database.connect(); var lock = user.createStatement()) {
            try (var daemon = daemon(sandbox).start()) {
                loaded(daemon, database, 2);
            }
            user.setAutoCommit(false);
            lock.execute("select pg_advisory_xact_lock(42)");
            database.execute(
                    "alter table nxt.held drop column name; create function public.slow() returns event_trigger "
                            + "language plpgsql set lock_timeout = 0 as $$ begin perform pg_advisory_xact_lock_shared(42); end $$; "
                            + "create event trigger slow on ddl_command_start when tag in ('ALTER TABLE') "
                            + "execute function public.slow()");
            try (var daemon = daemon(sandbox).start()) {
                await().atMost(A_MINUTE).until(() -> database.number(
                        "select count(*) from pg_locks where database = "
                                + "(select oid from pg_database where datname = current_database()) and locktype = 'advisory' and objid = 42 and not granted") == 1);
                sandbox.put(COMPANY, "associate", values("associateNo", 1, "name", "changed"));
                await().atMost(A_MINUTE).untilAsserted(() -> assertThat(changed("other")).isEqualTo(1));
                user.rollback();
                await().atMost(A_MINUTE).untilAsserted(() -> assertThat(changed("held")).isEqualTo(1));
                assertThat(daemon.output()).doesNotContain("cannot be planned");
            }
        }
    }

    private long changed(String target) {
        return database.number("select count(*) from nxt." + target + " where name = 'changed'");
    }

    private static Sandbox sandbox(int companies) {
        return new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(companies)
                .withRows(Map.of("associate", 2)));
    }

    private Daemon.Builder daemon(Sandbox sandbox) {
        var builder = Daemon.on(sandbox.url(), database);
        for (String name : new String[]{"HELD", "OTHER"}) {
            builder.with("NXT_PULLS_" + name + "_TABLE", "associate").with("NXT_PULLS_" + name + "_EVERY", "5s")
                    .with("NXT_PULLS_" + name + "_TARGET", name.toLowerCase(java.util.Locale.ROOT));
        }
        return builder;
    }
}
