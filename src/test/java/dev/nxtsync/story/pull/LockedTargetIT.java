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

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/** A user holds one target for long, as an index does that is built. */
@Tag("pull")
class LockedTargetIT {
    private static final int COMPANY = 5_280_001;
    /** Far more than there are threads for runs. */
    private static final int COMPANIES = 32;
    private static final Duration A_MINUTE = Duration.ofSeconds(60);

    private final TestDatabase database = TestDatabase.migrated();

    @Test
    void whoHoldsOneTargetHoldsUpNothingElseWhetherAtAStartOrLater() throws SQLException {
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(COMPANIES)
                .withRows(Map.of("associate", 2)))) {
            Connection process = takenByAnotherProcess();
            try (var daemon = daemon(sandbox).start()) {
                aTargetThatAnotherProcessChangesKeepsNoProcessFromStartingAndNoOtherPullFromBeingLoaded(daemon,
                        process);
                oneLockedTargetDoesNotTakeTheThreadsFromAllCompanies(sandbox, daemon);
            } finally {
                process.close();
            }
            theOtherPullsGoOnWhileTheProcessItselfChangesATargetForLong(sandbox);
        }
    }

    private Connection takenByAnotherProcess() throws SQLException {
        Connection process = database.connect();
        process.setAutoCommit(false);
        try (var lock = process.createStatement()) {
            lock.execute("select pg_advisory_xact_lock(hashtext('nxt_sync target \"nxt\".\"held\"'))");
        }
        return process;
    }

    private void aTargetThatAnotherProcessChangesKeepsNoProcessFromStartingAndNoOtherPullFromBeingLoaded(Daemon daemon,
            Connection process) throws SQLException {
        await().atMost(A_MINUTE).untilAsserted(() -> {
            assertThat(daemon.get("/q/health/ready").status()).isEqualTo(200);
            assertThat(database.count("nxt_sync.pull_state")).isPositive();
            assertThat(database
                    .number("select count(*) from nxt_sync.pull_state where pull = 'other' and loaded_at is not null"))
                    .isEqualTo(COMPANIES);
            assertThat(daemon.get("/q/health/well").body()).containsPattern("pull held[^(]*\\(target_unusable\\)")
                    .contains("Another process is changing it").doesNotContain("connection main");
        });
        process.rollback();
        loaded(daemon, database, 2 * COMPANIES);
        await().atMost(A_MINUTE).until(() -> daemon.get("/q/health/well").status() == 200);
    }

    private void oneLockedTargetDoesNotTakeTheThreadsFromAllCompanies(Sandbox sandbox, Daemon daemon)
            throws SQLException {
        try (Connection user = database.connect(); var statement = user.createStatement()) {
            user.setAutoCommit(false);
            statement.execute("lock table nxt.held in share mode");
            for (int i = 0; i < COMPANIES; i++) {
                sandbox.put(COMPANY + i, "associate", values("associateNo", 1, "name", "changed"));
            }
            // if each waited for the lock four times, the last would be written after half a minute
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(named("changed", "other")).isEqualTo(COMPANIES));
            assertThat(database.number("select count(*) from nxt_sync.freshness where job = 'other' and state <> 'ok'"))
                    .isZero();
            await().atMost(A_MINUTE).until(() -> daemon.get("/q/health/well").body().contains("pull held"));
        }
        await().atMost(A_MINUTE).untilAsserted(() -> assertThat(named("changed", "held")).isEqualTo(COMPANIES));
        await().atMost(A_MINUTE).until(() -> daemon.get("/q/health/well").status() == 200);
    }

    private void theOtherPullsGoOnWhileTheProcessItselfChangesATargetForLong(Sandbox sandbox) throws SQLException {
        try (Connection user = database.connect(); var lock = user.createStatement()) {
            user.setAutoCommit(false);
            lock.execute("select pg_advisory_xact_lock(42)");
            database.execute(
                    "alter table nxt.held drop column name; create function public.slow() returns event_trigger "
                            + "language plpgsql set lock_timeout = 0 as $$ begin perform pg_advisory_xact_lock_shared(42); end $$; "
                            + "create event trigger slow on ddl_command_start when tag in ('ALTER TABLE') "
                            + "execute function public.slow()");
            try (var daemon = daemon(sandbox).start()) {
                await().atMost(A_MINUTE).until(() -> database.number("select count(*) from pg_locks where database = "
                        + "(select oid from pg_database where datname = current_database()) and locktype = 'advisory' and objid = 42 and not granted") == 1);
                sandbox.put(COMPANY, "associate", values("associateNo", 1, "name", "later"));
                await().atMost(A_MINUTE).untilAsserted(() -> assertThat(named("later", "other")).isEqualTo(1));
                user.rollback();
                await().atMost(A_MINUTE).untilAsserted(() -> assertThat(named("later", "held")).isEqualTo(1));
                assertThat(daemon.output()).doesNotContain("cannot be planned");
            }
        }
    }

    private long named(String name, String target) {
        return database.number("select count(*) from nxt." + target + " where name = '" + name + "'");
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
