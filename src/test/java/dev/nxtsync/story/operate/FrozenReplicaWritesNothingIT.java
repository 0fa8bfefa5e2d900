package dev.nxtsync.story.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;

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
class FrozenReplicaWritesNothingIT {
    private static final int[] COMPANIES = {5_280_001, 5_280_002, 5_280_003};
    private int round;

    @Test
    void twoReplicasShareTheWork() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("order", 10_000)))) {
            var builder = Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")
                    .with("NXT_PULLS_ORDERS_EVERY", "2s")
                    .with("NXT_BUDGET_SHARE", 2);
            try (Daemon one = builder.start();
                    Daemon two = builder.without("NXT_HTTP_PORT").without("NXT_MANAGEMENT_PORT").start()) {
                await().atMost(Duration.ofSeconds(90)).until(() -> {
                    // else the first may have read all that there is before the second is there
                    changed(sandbox);
                    return reads(one) > 0 && reads(two) > 0 && database.number(
                            "select count(*) from nxt_sync.pull_state where loaded_at is not null") == 3;
                });
                await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                    for (int company : COMPANIES) {
                        assertThat(Mirror.differences(sandbox, database, company, "order")).isEmpty();
                    }
                });
                Size.figure("two replicas read %.0f and %.0f rows", reads(one), reads(two));
                assertThat(database.number("select count(*) from nxt_sync.replica")).isEqualTo(2);
                assertThat(one.metric("nxt_stale_writes_refused_total", "")
                        + two.metric("nxt_stale_writes_refused_total", "")).isZero();
            }
            assertThat(database.number("select count(*) from nxt_sync.replica")).isZero();
            assertThat(database.number("select count(*) from nxt_sync.job where holder is not null")).isZero();
        }
    }

    private void changed(Sandbox sandbox) {
        round++;
        for (int company : COMPANIES) {
            sandbox.put(company, "order", Map.of("orderNo", 1 + round, "information1", "changed " + round));
        }
    }

    /** Where the freeze strikes. */
    enum Where {
        WAITING_FOR_AN_ANSWER, INSIDE_A_TRANSACTION
    }

    @ParameterizedTest
    @EnumSource(Where.class)
    void aReplicaThatFreezesInMidPageAndWakesAfterItsWorkWasTakenOverWritesNothingMore(Where where) throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("order", 3000)))) {
            var builder = Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")
                    .with("NXT_PULLS_ORDERS_COMPANIES", "5280001").with("NXT_PULLS_ORDERS_EVERY", "24h")
                    .with("NXT_PULLS_ORDERS_PAGE_SIZE", 1000);
            try (Daemon frozen = builder.start()) {
                sandbox.holdRequestsWith("\"orderNo\":");
                await().atMost(Duration.ofSeconds(60)).until(() -> sandbox.held() > 0);
                String fence = database.value("select fence from nxt_sync.job where kind = 'load'");
                if (where == Where.INSIDE_A_TRANSACTION) {
                    freezeInsideATransaction(frozen, sandbox, database);
                } else {
                    frozen.freeze();
                    sandbox.release();
                }
                try (Daemon successor = builder.without("NXT_HTTP_PORT").without("NXT_MANAGEMENT_PORT").start()) {
                    await().atMost(Duration.ofSeconds(90)).until(
                            () -> database.number(
                                    "select count(*) from nxt_sync.pull_state where loaded_at is not null") == 1);
                    assertThat(database.number("select fence from nxt_sync.job where kind = 'load'"))
                            .isGreaterThan(Long.parseLong(fence));
                    assertThat(Mirror.differences(sandbox, database, 5_280_001, "order")).isEmpty();
                    // from here on any write of the frozen one would show
                    database.execute("update nxt.\"order\" set information1 = 'written by the successor'");
                    String before = contents(database);
                    frozen.thaw();
                    await().atMost(Duration.ofSeconds(60))
                            .until(() -> frozen.metric("nxt_stale_writes_refused_total", "") == 1);
                    assertThat(frozen.output()).contains("was taken over while this process was silent");
                    assertThat(contents(database)).isEqualTo(before);
                    assertThat(successor.metric("nxt_stale_writes_refused_total", "")).isZero();
                    Size.figure("replica frozen %s: %.0f write refused", where,
                            frozen.metric("nxt_stale_writes_refused_total", ""));
                }
            }
        }
    }

    /** Stops the process while PostgreSQL works on a statement of its page's transaction, then lets that statement end. */
    private static void freezeInsideATransaction(Daemon frozen, Sandbox sandbox, TestDatabase database)
            throws SQLException {
        database.execute("create function public.stop_here() returns trigger language plpgsql as "
                + "$$ begin perform pg_advisory_xact_lock(42); return new; end $$");
        database.execute(
                "create trigger stop before update on nxt_sync.pull_state for each row execute function public.stop_here()");
        try (var blocker = database.connect(); var lock = blocker.createStatement()) {
            lock.execute("select pg_advisory_lock(42)");
            sandbox.release();
            await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20))
                    .until(() -> database
                            .number("select count(*) from pg_locks where database = "
                                    + "(select oid from pg_database where datname = current_database()) and locktype = 'advisory' and not granted") > 0);
            frozen.freeze();
        }
        await().atMost(Duration.ofSeconds(30))
                .until(() -> database
                        .number("select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'") == 0);
    }

    private static String contents(TestDatabase database) {
        return database.value("select md5(string_agg(o::text, '' order by order_no)) from nxt.\"order\" o")
                + database.value("select p::text from nxt_sync.pull_state p");
    }

    private static double reads(Daemon daemon) {
        return daemon.metric("nxt_pull_rows_total", "kind=\"read\"");
    }
}
