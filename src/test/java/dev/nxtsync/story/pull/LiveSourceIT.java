package dev.nxtsync.story.pull;

import static dev.nxtsync.story.Pulls.loaded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/**
 * Histories of a source that fifty writers change at the same time, while everything that can go wrong does, and the daemon is
 * killed. What each writer does follows from the history's seed; {@code -Dnxt.history=N} plays one again.
 */
@Tag("pull")
class LiveSourceIT {
    private static final int COMPANY = 5_280_001;
    private static final int WRITERS = 50;
    private static final Map<String, Double> OF_WRITES = Map.of("late-commit", 0.05, "phantom-row", 0.03, "clock-back",
            0.03, "equal-stamps", 0.3, "duplicate-webhook", 0.1, "reorder-webhook", 0.3);
    private static final Map<String, Double> OF_READS = Map.of("lagging-read", 0.05, "throttle", 0.01, "busy", 0.02,
            "html-401", 0.01, "5xx", 0.02, "cut-body", 0.02, "lost-answer", 0.01, "slow", 0.01, "poison-row", 0.02);

    @Test
    void afterTheWritersStopOneReconciliationMakesSourceAndTargetEqual() throws Exception {
        Integer only = Integer.getInteger("nxt.history");
        int histories = Size.of(3, 100);
        int kills = 0;
        long changes = 0;
        long setAside = 0;
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                .withTimeLimit(Duration.ofMillis(700)).withSlotHold(Duration.ofSeconds(2)).withRate(100_000)
                .withTokenLifetime(Duration.ofMinutes(30)).withRows(Map.of("associate", 200, "orderLine", 300))
                .withFaults(Map.of("poison-row", OF_READS.get("poison-row"))))) {
            int port = Daemon.freePort();
            var builder = daemon(sandbox, database).with("NXT_HTTP_PORT", port).with("NXT_WEBHOOK_KEYS", "key");
            Daemon daemon = builder.start();
            try {
                loaded(daemon, database, 2);
                for (int seed = only == null ? 1 : only; seed <= (only == null ? histories : only); seed++) {
                    var random = new Random(seed);
                    var faults = new HashMap<>(OF_WRITES);
                    faults.putAll(OF_READS);
                    sandbox.faults(faults);
                    // every other history with webhooks
                    sandbox.webhook(seed % 2 == 0 ? "http://127.0.0.1:" + port + "/webhooks/visma-connect" : "", "key");
                    Duration length = Duration.ofMillis(700 + random.nextInt(1200));
                    boolean kill = random.nextInt(Size.of(2, 3)) == 0;
                    var writing = new Writers(sandbox, seed);
                    writing.begin();
                    if (kill) {
                        long at = System.nanoTime() + random.nextInt((int) length.toMillis()) * 1_000_000L;
                        await().pollInterval(Duration.ofMillis(5)).until(() -> System.nanoTime() >= at);
                        daemon.kill();
                        kills++;
                        // as if the 16 s had passed
                        database.execute("update nxt_sync.replica set beat_at = beat_at - interval '16 s'");
                        daemon = builder.start();
                    }
                    await().pollInterval(Duration.ofMillis(10)).during(length).until(() -> true);
                    changes += writing.end();
                    // open transactions come to their end, and nobody reads the past any more
                    sandbox.faults(Map.of("poison-row", OF_READS.get("poison-row"), "busy", 0.02, "cut-body", 0.02));
                    await().atMost(Duration.ofSeconds(60)).until(() -> sandbox.pendingCommits() == 0);
                    reconcile(daemon, database);
                    for (String table : List.of("associate", "orderLine")) {
                        var aside = database.rows(
                                "select key::text as key from nxt_sync.row_fault where job = '" + job(table) + "'");
                        var differences = Mirror.differences(sandbox, database, COMPANY, table, keys(aside));
                        assertThat(differences).as("%s after history %d", table, seed).isEmpty();
                        setAside += aside.size();
                    }
                    assertThat(database.number("select count(*) from nxt_sync.control_total where different"))
                            .as("a false alarm in history %d", seed).isZero();
                }
            } finally {
                daemon.close();
            }
            Size.figure(
                    "%d histories: %d changes by %d writers at a time, %d kills, %d requests, %d rows set aside at their ends, "
                            + "%d questions for totals",
                    histories, changes, WRITERS, kills, sandbox.counter("requests"), setAside,
                    database.number("select coalesce(sum(requests), 0) from nxt_sync.run where kind = 'proof'"));
            assertThat(sandbox.counter("peak_live")).isLessThanOrEqualTo(4);
            assertThat(sandbox.counter("peak_in_progress")).isLessThanOrEqualTo(40);
        }
    }

    /** Waits for a reconciliation of each table that begins now. */
    private static void reconcile(Daemon daemon, TestDatabase database) {
        database.execute("delete from nxt_sync.pass where kind = 'reconciliation'; "
                + "update nxt_sync.job set due_at = now(), retry_at = null, fence = nextval('nxt_sync.fence'), holder = null "
                + "where kind = 'reconciliation'");
        var begun = database.value("select clock_timestamp()");
        await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20)).until(() -> {
            assertThat(daemon.isRunning()).as(daemon.output()).isTrue();
            return database.number(
                    "select count(distinct job) from nxt_sync.run where kind = 'reconciliation' and outcome = 'ok' "
                            + "and ended_at > '" + begun + "'") == 2
                    && database.number("select count(*) from nxt_sync.pass where kind <> 'groups'") == 0;
        });
    }

    private static Daemon.Builder daemon(Sandbox sandbox, TestDatabase database) {
        var builder = Daemon.on(sandbox.url(), database).with("NXT_API_TIME_LIMIT", "700ms")
                .with("NXT_API_SLOT_HOLD", "2s").with("NXT_BUDGET_REQUESTS_PER_MINUTE", 600)
                .with("NXT_BUDGET_SHARE", 1);
        for (String table : List.of("associate", "orderLine")) {
            String prefix = "NXT_PULLS_" + job(table).toUpperCase(java.util.Locale.ROOT) + "_";
            builder.with(prefix + "TABLE", table).with(prefix + "COMPANIES", COMPANY).with(prefix + "EVERY", "500ms")
                    .with(prefix + "OVERLAP", "1400ms").with(prefix + "PAGE_SIZE", 60)
                    .with(prefix + "PAGE_SIZE_MAX", 240).with(prefix + "RECONCILE", "24h").with(prefix + "PROVE", "1s")
                    .with(prefix + "MAX_DELETE_SHARE", 1)
                    .with(prefix + "DELETES", table.equals("associate") ? "mark" : "remove");
        }
        return builder;
    }

    private static String job(String table) {
        return table.equals("associate") ? "people" : "lines";
    }

    private static List<List<String>> keys(List<Map<String, String>> aside) {
        return aside.stream().map(row -> List.of(row.get("key").replaceAll("[^0-9,]", "").split(","))).toList();
    }

    /** Inserts, updates, deletes, and inserts of keys that were deleted. */
    private static final class Writers {
        private final Sandbox sandbox;
        private final int seed;
        private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(WRITERS);
        private final LongAdder changes = new LongAdder();

        Writers(Sandbox sandbox, int seed) {
            this.sandbox = sandbox;
            this.seed = seed;
        }

        void begin() {
            for (int i = 0; i < WRITERS; i++) {
                var random = new Random(seed * 1000L + i);
                threads.execute(() -> change(random));
            }
        }

        long end() throws InterruptedException {
            threads.shutdownNow();
            assertThat(threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
            return changes.sum();
        }

        private void change(Random random) {
            boolean people = random.nextBoolean();
            Map<String, Object> key = people
                    ? Map.of("associateNo", 1 + random.nextInt(300))
                    : Map.of("orderNo", 1 + random.nextInt(80), "lineNo", 1 + random.nextInt(5));
            String table = people ? "associate" : "orderLine";
            if (random.nextInt(8) == 0) {
                sandbox.delete(COMPANY, table, key);
            } else {
                var values = new HashMap<>(key);
                values.put(people ? "name" : "description", "value " + random.nextInt(1_000_000));
                sandbox.put(COMPANY, table, values);
            }
            changes.increment();
            try {
                var unused = threads.schedule(() -> change(random), 5L + random.nextInt(60), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                // the history has ended
            }
        }
    }
}
