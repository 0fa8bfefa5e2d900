package dev.nxtsync.story.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Pushes;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/** What is pushed becomes a record once, whatever is lost, late, refused or killed. */
@Tag("push")
@Execution(ExecutionMode.CONCURRENT)
class PushIsOnceIT {
    private static final long SEED = Long.getLong("nxt.history", 20_261_124L);
    private static final Map<String, Double> FAULTS = Map.of("lost-answer", 0.05, "late-finish", 0.02, "throttle",
            0.002);

    /** Moments of a row's life, each held open from outside while the daemon is killed. */
    enum FailPoint {
        MARKING("before", "new.state = 'sending'"), MARKED_AND_NOT_KNOWN("deferred",
                "new.state = 'sending'"), SENT_AND_NOT_CARRIED_OUT("request",
                        "push_create_order"), CARRIED_OUT_AND_NOT_ANSWERED("answer", "push_create_order"), SETTLING(
                                "before", "old.state = 'sending' and new.state = 'done'"), SETTLED_AND_NOT_KNOWN(
                                        "deferred", "old.state = 'sending' and new.state = 'done'"), REFUSED("before",
                                                "old.state = 'sending' and new.state = 'in_doubt'"), LOOKING("request",
                                                        "look_order"), FOUND("before",
                                                                "old.state = 'in_doubt' and new.state = 'done'"), NOT_FOUND_AND_SENT_AGAIN(
                                                                        "deferred",
                                                                        "old.state = 'in_doubt' and new.state = 'waiting'"), DYING(
                                                                                "deferred", "new.state = 'dead'");

        private final String way;
        private final String condition;

        FailPoint(String way, String condition) {
            this.way = way;
            this.condition = condition;
        }

        void arm(TestDatabase database, Sandbox sandbox) {
            switch (way) {
                case "request" -> sandbox.holdRequestsWith(condition);
                case "answer" -> sandbox.holdAnswersTo(condition);
                default -> database.execute((way.equals("before")
                        ? "create trigger stop before update on nxt_sync.outbox"
                        : "create constraint trigger stop after update on nxt_sync.outbox deferrable initially deferred")
                        + " for each row when (" + condition + ") execute function public.stop_here()");
            }
        }

        boolean isReached(TestDatabase database, Sandbox sandbox, int heldBefore) {
            return List.of("request", "answer").contains(way)
                    ? sandbox.held() > heldBefore
                    : database.number("select count(*) from pg_locks where database = "
                            + "(select oid from pg_database where datname = current_database()) and locktype = 'advisory' and not granted "
                            + "and objid = 4242") > 0;
        }
    }

    @Test
    void whateverIsLostLateRefusedOrKilledEachKeyExistsOnceAndEachGroupIsInOrder() throws Exception {
        int rows = Size.of(400, 10_000);
        var points = new ArrayDeque<>(Size.full()
                ? Arrays.asList(FailPoint.values())
                : List.of(FailPoint.MARKED_AND_NOT_KNOWN, FailPoint.CARRIED_OUT_AND_NOT_ANSWERED, FailPoint.FOUND));
        long from = System.nanoTime();
        int kills = 0;
        var random = new Random(SEED);
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox(FAULTS);
                var pushes = new Pushes(database, SEED, rows, Size.of(20, 200), 0.03)) {
            var builder = Pushes.daemon(sandbox.url(), database);
            try (var first = builder.start()) {
                Pushes.migrated(database);
                pushes.begin();
                kills += killAt(points, first, database, sandbox, pushes);
            }
            while (!pushes.isSettled()) {
                Pushes.silence(database);
                try (var daemon = builder.start()) {
                    if (!points.isEmpty()) {
                        kills += killAt(points, daemon, database, sandbox, pushes);
                    } else if (pushes.open() > 0 && kills < Size.of(4, 22)) {
                        Pushes.pause(Duration.ofMillis(6000 + random.nextInt(13_000)));
                        daemon.kill();
                        kills++;
                    } else {
                        await().atMost(Duration.ofMinutes(4)).until(pushes::isSettled);
                    }
                }
            }
            pushes.figures("pushes, " + kills + " kills, fail points left " + points, sandbox, from);
            assertThat(points).isEmpty();
            pushes.verify(sandbox);
        }
    }

    /** Holds the first fail point that is left open until it is reached, and kills there. */
    private static int killAt(ArrayDeque<FailPoint> points, Daemon daemon, TestDatabase database, Sandbox sandbox,
            Pushes pushes) throws Exception {
        FailPoint point = points.remove();
        database.execute("create or replace function public.stop_here() returns trigger language plpgsql as "
                + "$$ begin perform pg_advisory_xact_lock(4242); return new; end $$");
        try (var blocker = database.connect(); var lock = blocker.createStatement()) {
            lock.execute("select pg_advisory_lock(4242)");
            int held = sandbox.held();
            point.arm(database, sandbox);
            await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20))
                    .until(() -> point.isReached(database, sandbox, held) || pushes.isSettled());
            daemon.kill();
            assertThat(point.isReached(database, sandbox, held)).as(point + " was reached").isTrue();
            // a commit that was sent goes on without its client
            lock.execute("select pg_advisory_unlock(4242)");
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> database.number(
                "select count(*) from pg_stat_activity where datname = current_database() and state in ('active', 'idle in transaction') and pid <> pg_backend_pid()") == 0);
        database.execute("drop function public.stop_here() cascade");
        sandbox.release();
        return 1;
    }

    @Test
    void withTwoReplicasOfWhichEitherIsKilledEachKeyExistsOnce() throws Exception {
        var random = new Random(SEED + 1);
        long from = System.nanoTime();
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox(FAULTS);
                var pushes = new Pushes(database, SEED + 1, Size.of(300, 10_000), Size.of(20, 200), 0.03)) {
            var builder = Pushes.daemon(sandbox.url(), database).with("NXT_BUDGET_SHARE", 2);
            var replicas = new ArrayList<Daemon>();
            try {
                replicas.add(start(builder));
                Pushes.migrated(database);
                replicas.add(start(builder));
                pushes.begin();
                int kills = Size.of(2, 16);
                for (int i = 0; i < kills && pushes.open() > 0; i++) {
                    Pushes.pause(Duration.ofMillis(4000 + random.nextInt(8000)));
                    replicas.remove(random.nextInt(2)).kill();
                    // also of the one that lives, which is then refused what it writes under its old claims
                    Pushes.silence(database);
                    replicas.add(start(builder));
                }
                await().atMost(Duration.ofMinutes(7)).until(pushes::isSettled);
                pushes.figures("pushes by two replicas, " + kills + " kills", sandbox, from);
                pushes.verify(sandbox);
            } finally {
                replicas.forEach(Daemon::close);
            }
        }
    }

    @Test
    void aReplicaThatFreezesRightBeforeItSendsIsFoundOutWhenItWakesUpAndSendsAllTheSame() throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox(Map.of())) {
            var builder = Pushes.daemon(sandbox.url(), database);
            try (var frozen = start(builder)) {
                Pushes.migrated(database);
                database.execute("create function public.stop_here() returns trigger language plpgsql as "
                        + "$$ begin perform pg_advisory_xact_lock(4242); return new; end $$");
                FailPoint.MARKED_AND_NOT_KNOWN.arm(database, sandbox);
                try (var blocker = database.connect(); var lock = blocker.createStatement()) {
                    lock.execute("select pg_advisory_lock(4242)");
                    database.execute("select nxt_sync.push('orders', 'late', '{\"customerNo\": 1}')");
                    await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20))
                            .until(() -> FailPoint.MARKED_AND_NOT_KNOWN.isReached(database, sandbox, 0));
                    frozen.freeze();
                }
                try (var successor = start(builder)) {
                    await().atMost(Duration.ofSeconds(60)).until(() -> database
                            .number("select count(*) from nxt_sync.outbox where state = 'done' and attempts = 2") == 1);
                    assertThat(Pushes.duplicates(sandbox)).isEmpty();
                    frozen.thaw();
                    await().atMost(Duration.ofSeconds(60)).until(() -> database.number(
                            "select count(*) from nxt_sync.outbox where state = 'done' and error like 'duplicate:%\"late\"%'") == 1);
                    assertThat(Pushes.duplicates(sandbox)).containsExactly("late");
                    assertThat(frozen.metric("nxt_stale_writes_refused_total", "")).isEqualTo(1);
                    assertThat(successor.get("/q/health/well").body()).contains("dead-letters list");
                }
            }
        }
    }

    @Test
    void whatAFrozenReplicaSendsWhenItWakesUpIsFoundAndReported() throws Exception {
        assumeTrue(Size.full(), "its one case is tested above");
        var random = new Random(SEED + 2);
        long from = System.nanoTime();
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox(Map.of("lost-answer", 0.02));
                var pushes = new Pushes(database, SEED + 2, 10_000, 200, 0.03)) {
            var builder = Pushes.daemon(sandbox.url(), database).with("NXT_BUDGET_SHARE", 2);
            try (var frozen = start(builder)) {
                Pushes.migrated(database);
                try (var other = start(builder)) {
                    pushes.begin();
                    int freezes = 6;
                    double refused = 0;
                    for (int i = 0; i < freezes && pushes.open() > 0; i++) {
                        Pushes.pause(Duration.ofMillis(2000 + random.nextInt(2000)));
                        frozen.freeze();
                        // longer than its work is left to it, and than what it had sent is looked for
                        Pushes.pause(Duration.ofSeconds(24));
                        frozen.thaw();
                    }
                    await().atMost(Duration.ofMinutes(7)).until(pushes::isSettled);
                    refused += frozen.metric("nxt_stale_writes_refused_total", "")
                            + other.metric("nxt_stale_writes_refused_total", "");
                    pushes.figures("pushes by two replicas, one frozen " + freezes + " times, " + (long) refused
                            + " writes refused, late sends found: " + Pushes.duplicates(sandbox), sandbox, from);
                    assertThat(pushes.reported()).isEqualTo(Pushes.duplicates(sandbox));
                    pushes.verifyAllButDuplicates(sandbox);
                }
            }
        }
    }

    @Test
    void everyDuplicateThatAVeryLateServerMakesIsReportedWithItsKey() throws Exception {
        long from = System.nanoTime();
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(
                options(Map.of("late-finish", 0.2)).withLatest(Duration.ofMillis(9500)));
                var pushes = new Pushes(database, SEED + 3, Size.of(400, 5_000), Size.of(40, 200), 0)) {
            try (var daemon = start(Pushes.daemon(sandbox.url(), database))) {
                Pushes.migrated(database);
                pushes.begin();
                await().atMost(Duration.ofMinutes(8)).until(pushes::isSettled);
                var made = Pushes.duplicates(sandbox);
                pushes.figures("pushes to a very late server, duplicates " + made.size(), sandbox, from);
                assertThat(made).as("the server was late").isNotEmpty();
                assertThat(pushes.reported()).containsAll(made);
                // one that was found before it was settled has been discarded by the people
                database.rows("select key from nxt_sync.outbox where state = 'done' and error like 'duplicate:%'")
                        .forEach(row -> {
                            assertThat(daemon.get("/q/health/well").body()).contains("dead letters");
                            assertThat(daemon.output())
                                    .contains("duplicate: 2 records are there with the key \"" + row.get("key") + "\"");
                        });
            }
        }
    }

    private static Sandbox sandbox(Map<String, Double> faults) {
        return new Sandbox(options(faults).withLatest(Duration.ofSeconds(4)));
    }

    private static SandboxOptions options(Map<String, Double> faults) {
        return SandboxOptions.defaults().withPort(0).withSeed(SEED).withStill(true).withRows(Map.of("order", 0))
                .withTokenLifetime(Duration.ofMinutes(30)).withTimeLimit(Duration.ofSeconds(1))
                .withSlotHold(Duration.ofSeconds(10)).withFaults(faults);
    }

    private static Daemon start(Daemon.Builder builder) {
        return builder.without("NXT_HTTP_PORT").without("NXT_MANAGEMENT_PORT").start();
    }
}
