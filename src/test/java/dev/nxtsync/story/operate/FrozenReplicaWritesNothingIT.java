package dev.nxtsync.story.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

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
    private static final List<String> TABLES = List.of("order", "product");
    private int round;

    @Test
    void twoReplicasShareTheWork() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("order", 3000)))) {
            var builder = Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")
                    .with("NXT_PULLS_ORDERS_EVERY", "2s").with("NXT_BUDGET_SHARE", 2);
            try (Daemon one = builder.start();
                    Daemon two = builder.without("NXT_HTTP_PORT").without("NXT_MANAGEMENT_PORT").start()) {
                await().atMost(Duration.ofSeconds(90)).until(() -> {
                    // else the first may have read all that there is before the second is there
                    changed(sandbox);
                    return reads(one) > 0 && reads(two) > 0 && database
                            .number("select count(*) from nxt_sync.pull_state where loaded_at is not null") == 3;
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

    @Test
    void aReplicaThatFreezesInMidPageAndWakesAfterItsWorkWasTakenOverWritesNothingMore() throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(1)
                .withRows(Map.of("order", 3000, "product", 3000)))) {
            var builder = Daemon.on(sandbox.url(), database);
            for (String table : TABLES) {
                String prefix = "NXT_PULLS_" + table.toUpperCase(Locale.ROOT) + "_";
                builder.with(prefix + "TABLE", table).with(prefix + "EVERY", "24h").with(prefix + "PAGE_SIZE", 1000);
            }
            database.execute("create function public.stop_here() returns trigger language plpgsql as "
                    + "$$ begin perform pg_advisory_xact_lock(42); return new; end $$");
            database.execute("create trigger stop before update of rows on nxt_sync.pull_state for each row "
                    + "when (new.pull = 'product' and new.rows > old.rows) execute function public.stop_here()");
            try (Daemon frozen = builder.start()) {
                freezeBothBeforeAnAnswerAndInsideATransaction(frozen, sandbox, database);
                var fences = fences(database);
                try (Daemon successor = builder.without("NXT_HTTP_PORT").without("NXT_MANAGEMENT_PORT").start()) {
                    await().atMost(Duration.ofSeconds(90)).until(() -> database
                            .number("select count(*) from nxt_sync.pull_state where loaded_at is not null") == 2);
                    var since = fences(database);
                    for (int i = 0; i < fences.size(); i++) {
                        assertThat(since.get(i)).isGreaterThan(fences.get(i));
                    }
                    for (String table : TABLES) {
                        assertThat(Mirror.differences(sandbox, database, COMPANIES[0], table)).isEmpty();
                    }
                    // from here on any write of the frozen one would show
                    database.execute("update nxt.\"order\" set information1 = 'written by the successor'; "
                            + "update nxt.product set description = 'written by the successor'");
                    String before = contents(database);
                    frozen.thaw();
                    await().atMost(Duration.ofSeconds(60))
                            .until(() -> frozen.metric("nxt_stale_writes_refused_total", "") == 2);
                    assertThat(frozen.output()).contains("was taken over while this process was silent");
                    assertThat(contents(database)).isEqualTo(before);
                    assertThat(successor.metric("nxt_stale_writes_refused_total", "")).isZero();
                }
            }
        }
    }

    /** One load waits for an answer; of the other PostgreSQL works on a statement of its page, which then ends. */
    private static void freezeBothBeforeAnAnswerAndInsideATransaction(Daemon frozen, Sandbox sandbox,
            TestDatabase database) throws SQLException {
        try (var blocker = database.connect(); var lock = blocker.createStatement()) {
            lock.execute("select pg_advisory_lock(42)");
            sandbox.holdRequestsWith("\"orderNo\":");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> sandbox.held() > 0 && database.number("select count(*) from pg_locks where database = "
                            + "(select oid from pg_database where datname = current_database()) and locktype = 'advisory' and not granted") > 0);
            frozen.freeze();
            sandbox.release();
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> database.number(
                "select count(*) from pg_stat_activity where datname = current_database() and state = 'idle in transaction'") == 0);
    }

    private static List<Long> fences(TestDatabase database) {
        return TABLES.stream()
                .map(table -> database
                        .number("select fence from nxt_sync.job where kind = 'load' and pull = '" + table + "'"))
                .toList();
    }

    private static String contents(TestDatabase database) {
        return database.value("select md5(string_agg(o::text, '' order by order_no)) from nxt.\"order\" o")
                + database.value("select md5(string_agg(p::text, '' order by product_no)) from nxt.product p")
                + database.value("select string_agg(p::text, '' order by pull) from nxt_sync.pull_state p");
    }

    private static double reads(Daemon daemon) {
        return daemon.metric("nxt_pull_rows_total", "kind=\"read\"");
    }
}
