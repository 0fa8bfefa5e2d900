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

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Pushes;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/**
 * What is pushed becomes a record once, whatever is lost, late, refused or killed. Each test begins with an empty outbox and
 * without any order, and takes the replicas that the one before has left; in this order the fewest are started.
 */
@Tag("push")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PushIsOnceIT {
    private static final long SEED = Long.getLong("nxt.history", 20_261_124L);
    private static final String STOP_HERE = "create or replace function public.stop_here() returns trigger language plpgsql "
            + "as $$ begin perform pg_advisory_xact_lock(4242); return new; end $$";
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

    private static final List<Daemon> REPLICAS = new ArrayList<>();
    private static TestDatabase database;
    private static Sandbox sandbox;
    private static Daemon.Builder builder;

    @BeforeAll
    static void begin() {
        database = TestDatabase.migrated();
        sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withSeed(SEED).withStill(true)
                .withRows(Map.of("order", 0)).withTokenLifetime(Duration.ofMinutes(30))
                .withTimeLimit(Duration.ofSeconds(1)).withSlotHold(Duration.ofSeconds(10)));
        builder = Pushes.daemon(sandbox.url(), database).with("NXT_BUDGET_SHARE", 2);
    }

    @AfterAll
    static void end() {
        REPLICAS.forEach(Daemon::close);
        sandbox.close();
    }

    @BeforeEach
    void nothingIsLeft() {
        sandbox.faults(Map.of());
        sandbox.latest(Duration.ofSeconds(4));
        database.execute("delete from nxt_sync.outbox");
        sandbox.clear(Pushes.COMPANY, "order");
    }

    @Test
    @Order(1)
    void whateverIsLostLateRefusedOrKilledEachKeyExistsOnceAndEachGroupIsInOrder() throws Exception {
        // what is marked and not known is taken over from a frozen replica below
        var points = new ArrayDeque<>(Size.full()
                ? Arrays.asList(FailPoint.values())
                : List.of(FailPoint.CARRIED_OUT_AND_NOT_ANSWERED, FailPoint.FOUND));
        var from = Pushes.Begun.at(sandbox);
        int kills = 0;
        var random = new Random(SEED);
        running(1);
        sandbox.faults(FAULTS);
        try (var pushes = new Pushes(database, SEED, Size.of(250, 10_000), Size.of(20, 200), 0.03)) {
            pushes.begin();
            while (!pushes.isSettled()) {
                if (!points.isEmpty()) {
                    killAt(points.remove(), pushes);
                    kills++;
                } else if (pushes.open() > 0 && kills < Size.of(0, 22)) {
                    Pushes.pause(Duration.ofMillis(6000 + random.nextInt(13_000)));
                    REPLICAS.remove(0).kill();
                    kills++;
                } else {
                    await().atMost(Duration.ofMinutes(9)).until(pushes::isSettled);
                }
                running(1);
            }
            pushes.figures("pushes, " + kills + " kills, fail points left " + points, sandbox, from);
            assertThat(points).isEmpty();
            pushes.verify(sandbox);
        }
    }

    /** Holds a fail point open until the only replica has reached it, and kills that there. */
    private static void killAt(FailPoint point, Pushes pushes) throws Exception {
        database.execute(STOP_HERE);
        try (var blocker = database.connect(); var lock = blocker.createStatement()) {
            lock.execute("select pg_advisory_lock(4242)");
            int held = sandbox.held();
            point.arm(database, sandbox);
            await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20))
                    .until(() -> point.isReached(database, sandbox, held) || pushes.isSettled());
            REPLICAS.remove(0).kill();
            assertThat(point.isReached(database, sandbox, held)).as(point + " was reached").isTrue();
            // a commit that was sent goes on without its client
            lock.execute("select pg_advisory_unlock(4242)");
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> database.number(
                "select count(*) from pg_stat_activity where datname = current_database() and state in ('active', 'idle in transaction') and pid <> pg_backend_pid()") == 0);
        database.execute("drop function public.stop_here() cascade");
        sandbox.release();
    }

    @Test
    @Order(2)
    void aReplicaThatFreezesRightBeforeItSendsIsFoundOutWhenItWakesUpAndSendsAllTheSame() throws Exception {
        running(1);
        var frozen = REPLICAS.get(0);
        double refused = frozen.metric("nxt_stale_writes_refused_total", "");
        database.execute(STOP_HERE);
        FailPoint.MARKED_AND_NOT_KNOWN.arm(database, sandbox);
        try (var blocker = database.connect(); var lock = blocker.createStatement()) {
            lock.execute("select pg_advisory_lock(4242)");
            database.execute("select nxt_sync.push('orders', 'late', '{\"customerNo\": 1}')");
            await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(20))
                    .until(() -> FailPoint.MARKED_AND_NOT_KNOWN.isReached(database, sandbox, 0));
            frozen.freeze();
        }
        running(2);
        var successor = REPLICAS.get(1);
        await().atMost(Duration.ofSeconds(60)).until(() -> database
                .number("select count(*) from nxt_sync.outbox where state = 'done' and attempts = 2") == 1);
        assertThat(Pushes.duplicates(sandbox)).isEmpty();
        frozen.thaw();
        await().atMost(Duration.ofSeconds(60)).until(() -> database.number(
                "select count(*) from nxt_sync.outbox where state = 'done' and error like 'duplicate:%\"late\"%'") == 1);
        assertThat(Pushes.duplicates(sandbox)).containsExactly("late");
        assertThat(frozen.metric("nxt_stale_writes_refused_total", "")).isEqualTo(refused + 1);
        assertThat(successor.get("/q/health/well").body()).contains("dead-letters list");
        database.execute("drop function public.stop_here() cascade");
    }

    @Test
    @Order(3)
    void withTwoReplicasOfWhichEitherIsKilledEachKeyExistsOnce() throws Exception {
        var random = new Random(SEED + 1);
        var from = Pushes.Begun.at(sandbox);
        int rows = Size.of(250, 10_000);
        running(2);
        sandbox.faults(FAULTS);
        try (var pushes = new Pushes(database, SEED + 1, rows, Size.of(20, 200), 0.03)) {
            pushes.begin();
            int kills = 0;
            while (kills < Size.of(1, 16) && pushes.open() > 0) {
                if (Size.full()) {
                    Pushes.pause(Duration.ofMillis(4000 + random.nextInt(8000)));
                } else {
                    await().atMost(Duration.ofMinutes(1)).until(() -> pushes.open() < rows * 3 / 4);
                }
                REPLICAS.remove(random.nextInt(2)).kill();
                kills++;
                // also of the one that lives, which is then refused what it writes under its old claims
                running(2);
            }
            await().atMost(Duration.ofMinutes(7)).until(pushes::isSettled);
            pushes.figures("pushes by two replicas, " + kills + " kills", sandbox, from);
            pushes.verify(sandbox);
        }
    }

    @Test
    @Order(4)
    void whatAFrozenReplicaSendsWhenItWakesUpIsFoundAndReported() throws Exception {
        assumeTrue(Size.full(), "its one case is tested above");
        var random = new Random(SEED + 2);
        var from = Pushes.Begun.at(sandbox);
        running(2);
        sandbox.faults(Map.of("lost-answer", 0.02));
        try (var pushes = new Pushes(database, SEED + 2, 10_000, 200, 0.03)) {
            pushes.begin();
            double before = refused();
            int freezes = 6;
            for (int i = 0; i < freezes && pushes.open() > 0; i++) {
                Pushes.pause(Duration.ofMillis(2000 + random.nextInt(2000)));
                REPLICAS.get(0).freeze();
                // longer than its work is left to it, and than what it had sent is looked for
                Pushes.pause(Duration.ofSeconds(24));
                REPLICAS.get(0).thaw();
            }
            await().atMost(Duration.ofMinutes(7)).until(pushes::isSettled);
            pushes.figures("pushes by two replicas, one frozen " + freezes + " times, " + (long) (refused() - before)
                    + " writes refused, late sends found: " + Pushes.duplicates(sandbox), sandbox, from);
            assertThat(pushes.reported()).isEqualTo(Pushes.duplicates(sandbox));
            pushes.verifyAllButDuplicates(sandbox);
        }
    }

    private static double refused() {
        return REPLICAS.stream().mapToDouble(each -> each.metric("nxt_stale_writes_refused_total", "")).sum();
    }

    @Test
    @Order(5)
    void everyDuplicateThatAVeryLateServerMakesIsReportedWithItsKey() throws Exception {
        var from = Pushes.Begun.at(sandbox);
        running(1);
        var daemon = REPLICAS.get(0);
        sandbox.latest(Duration.ofMillis(9500));
        sandbox.faults(Map.of("late-finish", 0.2));
        try (var pushes = new Pushes(database, SEED + 3, Size.of(300, 5_000), Size.of(40, 200), 0)) {
            pushes.begin();
            await().atMost(Duration.ofMinutes(15)).until(pushes::isSettled);
            var made = Pushes.duplicates(sandbox);
            pushes.figures("pushes to a very late server, duplicates " + made.size(), sandbox, from);
            assertThat(made).as("the server was late").isNotEmpty();
            assertThat(pushes.reported()).containsAll(made);
            // one that was found before it was settled has been discarded by the people
            database.rows("select key from nxt_sync.outbox where state = 'done' and error like 'duplicate:%'")
                    .forEach(row -> {
                        assertThat(daemon.get("/q/health/well").body()).contains("dead letters");
                        assertThat(daemon.output())
                                .contains("duplicate: there are 2 records with the key \"" + row.get("key") + "\"");
                    });
        }
    }

    /** So many replicas, each started anew if it lacks; what one held that is gone is taken over at once. */
    private static void running(int count) {
        while (REPLICAS.size() > count) {
            REPLICAS.remove(0).close();
        }
        while (REPLICAS.size() < count) {
            Pushes.silence(database);
            REPLICAS.add(builder.without("NXT_HTTP_PORT").without("NXT_MANAGEMENT_PORT").start());
            REPLICAS.get(REPLICAS.size() - 1).awaitReady();
        }
    }
}
