package dev.nxtsync.story.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

@Tag("operate")
@Execution(ExecutionMode.CONCURRENT)
class KilledDaemonLosesNothingIT {
    private static final int COMPANY = 5_280_001;

    @Test
    void afterKillsAtRandomMomentsTheTargetEqualsTheSource() throws Exception {
        int kills = Size.of(2, 20);
        int rows = Size.of(20_000, 200_000);
        int pageSize = Size.of(250, 1000);
        var random = new Random(20_261_124);
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("order", rows))
                        .withTokenLifetime(Duration.ofMinutes(1)))) {
            var builder = orders(sandbox, database, pageSize);
            for (int i = 0; i < kills; i++) {
                long before = sandbox.counter("requests");
                long done = progress(database);
                try (Daemon daemon = builder.start()) {
                    // what the one before held is taken over after 16 s
                    await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(10))
                            .until(() -> progress(database) > done);
                    long wait = System.nanoTime() + Duration.ofMillis(random.nextInt(300)).toNanos();
                    await().pollInterval(Duration.ofMillis(1)).until(() -> System.nanoTime() > wait);
                    daemon.kill();
                }
                Size.figure("kill %d: %d requests in this life, %d rows kept", i + 1,
                        sandbox.counter("requests") - before, progress(database));
                assertThat(progress(database)).isGreaterThan(done);
            }
            long before = sandbox.counter("requests");
            try (Daemon daemon = builder.start()) {
                completed(database);
                assertThat(daemon.isRunning()).isTrue();
            }
            Size.figure("last life: %d requests", sandbox.counter("requests") - before);
            assertThat(Mirror.differences(sandbox, database, COMPANY, "order")).isEmpty();
            // each kill repeats at most the page under way, and each life asks for schema and companies
            assertThat(sandbox.counter("requests")).isLessThanOrEqualTo(rows / pageSize + 5L * (kills + 1));
        }
    }

    /** Moments of a page's life, each held open from outside while the daemon is killed. */
    enum Moment {
        BEFORE_THE_CLAIM_COMMITS(
                "create constraint trigger stop after update of fence on nxt_sync.job deferrable initially deferred "
                        + "for each row execute function pg_temp_stop()"), AFTER_THE_CLAIM(""), BEFORE_THE_PAGE_COMMITS(
                                "create constraint trigger stop after update of rows on nxt_sync.pull_state deferrable initially deferred "
                                        + "for each row execute function pg_temp_stop()"), AFTER_THE_PAGE_COMMITTED("");

        final String trigger;

        Moment(String trigger) {
            this.trigger = trigger.replace("pg_temp_stop", "public.stop_here");
        }
    }

    @ParameterizedTest
    @EnumSource(Moment.class)
    void aKillAtThisMomentLosesNothing(Moment moment) throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("order", 3000)))) {
            var builder = orders(sandbox, database, 1000);
            database.execute("create function public.stop_here() returns trigger language plpgsql as "
                    + "$$ begin perform pg_advisory_xact_lock(42); return null; end $$");
            try (var blocker = database.connect(); var lock = blocker.createStatement()) {
                lock.execute("select pg_advisory_lock(42)");
                if (!moment.trigger.isEmpty()) {
                    database.execute(moment.trigger);
                }
                if (moment == Moment.AFTER_THE_CLAIM || moment == Moment.AFTER_THE_PAGE_COMMITTED) {
                    sandbox.holdRequestsWith(moment == Moment.AFTER_THE_CLAIM ? "\"owner\":" : "\"orderNo\":");
                }
                try (Daemon killed = builder.start()) {
                    await().atMost(Duration.ofSeconds(60)).until(() -> reached(database, sandbox, moment));
                    killed.kill();
                }
                if (!moment.trigger.isEmpty()) {
                    // what waits inside PostgreSQL is the dead daemon's, and commits or not as the connection's end has it
                    database.execute(
                            "select pg_terminate_backend(pid) from pg_locks where database = "
                                    + "(select oid from pg_database where datname = current_database()) and locktype = 'advisory' and not granted");
                }
                lock.execute("select pg_advisory_unlock(42)");
            }
            // as if the 16 s had passed
            database.execute("update nxt_sync.replica set beat_at = beat_at - interval '16 s'");
            database.execute("drop function public.stop_here() cascade");
            sandbox.release();
            try (Daemon last = builder.start()) {
                completed(database);
                assertThat(last.isRunning()).isTrue();
            }
            assertThat(Mirror.differences(sandbox, database, COMPANY, "order")).isEmpty();
        }
    }

    private static boolean reached(TestDatabase database, Sandbox sandbox, Moment moment) {
        return switch (moment) {
            case BEFORE_THE_CLAIM_COMMITS, BEFORE_THE_PAGE_COMMITS -> database
                    .number("select count(*) from pg_locks where database = "
                            + "(select oid from pg_database where datname = current_database()) and locktype = 'advisory' and not granted") > 0;
            case AFTER_THE_CLAIM -> sandbox.held() > 0;
            case AFTER_THE_PAGE_COMMITTED -> sandbox.held() > 0 && progress(database) == 1000;
        };
    }

    private static Daemon.Builder orders(Sandbox sandbox, TestDatabase database, int pageSize) {
        return Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")
                .with("NXT_PULLS_ORDERS_COMPANIES", COMPANY)
                .with("NXT_PULLS_ORDERS_PAGE_SIZE", pageSize).with("NXT_PULLS_ORDERS_EVERY", "24h")
                .with("NXT_PULLS_ORDERS_COLUMNS", "orderDate,orderAmountDomestic,information1,orderType");
    }

    private static long progress(TestDatabase database) {
        return database.count("nxt_sync.pull_state") == 0
                ? 0
                : database.number("select sum(rows) from nxt_sync.pull_state");
    }

    private static void completed(TestDatabase database) {
        await().atMost(Duration.ofMinutes(10)).until(() -> database.count("nxt_sync.pull_state") > 0
                && database.number("select count(*) from nxt_sync.pull_state where loaded_at is null") == 0);
    }
}
