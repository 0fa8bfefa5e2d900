package dev.nxtsync.story.operate;

import static dev.nxtsync.story.Pulls.loaded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Hooks;
import dev.nxtsync.story.Pushes;
import dev.nxtsync.story.Senders;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/** A daemon that is told to stop begins nothing new and finishes what is under way. */
@Tag("operate")
@Execution(ExecutionMode.CONCURRENT)
class StopsGracefullyIT {
    private static final int STOPPED = 143;
    private static final int COMPANY = 5_280_001;
    private static final int STOPS = Size.of(2, 50);

    private final Random random = new Random(20_261_125);
    private final TestDatabase database = TestDatabase.migrated();

    @Test
    void aPullThatIsStoppedReadsNoPageTwiceAndMissesNone() throws Exception {
        int pageSize = 100;
        int rows = STOPS * 20 * pageSize;
        try (var sandbox = sandbox(Map.of("order", rows))) {
            var builder = Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")
                    .with("NXT_PULLS_ORDERS_COMPANIES", COMPANY).with("NXT_PULLS_ORDERS_PAGE_SIZE", pageSize)
                    .with("NXT_PULLS_ORDERS_PAGE_SIZE_MAX", pageSize)
                    .with("NXT_BUDGET_REQUESTS_PER_MINUTE", 600);
            for (int i = 0; i < STOPS; i++) {
                var moment = new Moment(sandbox, "load_order", i);
                try (var daemon = builder.start()) {
                    moment.stop(daemon);
                }
            }
            try (var daemon = builder.start()) {
                loaded(daemon, database, 1);
            }
            assertThat(Mirror.differences(sandbox, database, COMPANY, "order")).isEmpty();
            assertThat(database.number("select sum(rows_read) from nxt_sync.run where kind = 'load'")).isEqualTo(rows);
            assertThat(database.number("select sum(failures) from nxt_sync.job")).isZero();
            Size.figure("a pull was stopped %d times: %d rows in %d requests, each read once", STOPS, rows,
                    sandbox.counter("requests_load_order"));
        }
    }

    @Test
    void aPushThatIsStoppedSendsEachRowOnceAndIsInDoubtOfNone() throws Exception {
        int rows = STOPS * 40;
        try (var sandbox = sandbox(Map.of("order", 10))) {
            var builder = pushes(sandbox).with("NXT_BUDGET_REQUESTS_PER_MINUTE", 600);
            try (var daemon = builder.start()) {
                Pushes.migrated(database);
                push(1, 1);
                await().atMost(Duration.ofMinutes(1)).until(() -> settled() == 1);
                assertThat(daemon.isRunning()).isTrue();
            }
            for (int i = 0; i < STOPS; i++) {
                var moment = new Moment(sandbox, "push_create_order", i);
                try (var daemon = builder.start()) {
                    push(2 + i * 40, 1 + (i + 1) * 40);
                    moment.stop(daemon);
                }
                assertThat(
                        database.number("select count(*) from nxt_sync.outbox where state in ('sending', 'in_doubt')"))
                        .isZero();
            }
            try (var daemon = builder.start()) {
                await().atMost(Duration.ofMinutes(2)).until(() -> settled() == rows + 1);
                assertThat(daemon.isRunning()).isTrue();
            }
            assertThat(sandbox.count(COMPANY, "order", "yourReference").entrySet().stream()
                    .filter(each -> each.getKey().startsWith("key")).toList())
                    .hasSize(rows + 1).allMatch(each -> each.getValue() == 1);
            assertThat(database.number("select count(*) from nxt_sync.outbox where attempts <> 1 or repeated"))
                    .isZero();
            Size.figure("a push was stopped %d times: %d rows in %d requests, each sent once", STOPS, rows,
                    sandbox.counter("requests_push_create_order"));
        }
    }

    @Test
    void ofABurstOfWebhooksEveryEventThatWasAcceptedArrivesWhenTheDaemonIsStoppedInTheMiddle() throws Exception {
        int events = STOPS * 400;
        try (var sandbox = new Sandbox(Hooks.options(events))) {
            int port = Daemon.freePort();
            var builder = Hooks.daemon(sandbox, database).with("NXT_HTTP_PORT", port);
            try (var daemon = builder.start()) {
                loaded(daemon, database, 1);
            }
            List<byte[]> bodies = Hooks.burst(sandbox, events);
            var senders = new ArrayList<Senders>();
            try {
                for (int i = 0; i < STOPS; i++) {
                    var moment = new Moment(sandbox, "fetch", i);
                    senders.add(new Senders(port, bodies.subList(i * 400, (i + 1) * 400), 400));
                    try (var daemon = builder.start()) {
                        moment.stop(daemon);
                    }
                }
                try (var daemon = builder.start()) {
                    await().atMost(Duration.ofMinutes(4)).until(() -> senders.stream().allMatch(Senders::areDone));
                    assertThat(senders).allMatch(each -> each.accepted.get() == 400 && each.strange.isEmpty());
                    Hooks.arrives(sandbox, database, COMPANY, "order", Duration.ofMinutes(3));
                    await().atMost(Duration.ofMinutes(1)).until(() -> Hooks.inbox(database).isEmpty());
                    assertThat(daemon.isRunning()).isTrue();
                }
            } finally {
                senders.forEach(Senders::close);
            }
            Size.figure(
                    "%d stops in bursts of webhooks: %d events accepted, %d times turned away, %d without an answer",
                    STOPS, events, senders.stream().mapToInt(each -> each.turnedAway.get()).sum(),
                    senders.stream().mapToInt(each -> each.withoutAnswer.get()).sum());
        }
    }

    @Test
    void aPushWhoseAnswerDoesNotComeIsCutOffWithinTheGracePeriodAndLookedForAtTheNextStart() throws Exception {
        // at the API's limit of 59 s patience ends after 64 s; here it is shorter, so that the test is
        Duration limit = Size.of(Duration.ofSeconds(12), Duration.ofSeconds(59));
        try (var sandbox = sandbox(Map.of("order", 10))) {
            var builder = pushes(sandbox).with("NXT_API_TIME_LIMIT", limit.toSeconds() + "s")
                    .with("NXT_API_SLOT_HOLD", "30s");
            try (var daemon = builder.start()) {
                Pushes.migrated(database);
                sandbox.holdAnswersTo("push_create_order");
                push(1, 1);
                await().atMost(Duration.ofMinutes(1)).until(() -> sandbox.held() > 0);
                long from = System.nanoTime();
                daemon.terminate();
                assertThat(daemon.exitCode()).isEqualTo(STOPPED);
                Size.figure("a push without an answer was cut off after %.1f s", (System.nanoTime() - from) / 1e9);
                assertThat(daemon.output()).contains("waits for an answer that has not come, and is cut off")
                        .doesNotContain("ERROR");
            }
            assertThat(database.number("select count(*) from nxt_sync.outbox where state in ('sending', 'in_doubt')"))
                    .isEqualTo(1);
            sandbox.release();
            try (var daemon = builder.start()) {
                await().atMost(Duration.ofMinutes(3)).until(() -> settled() == 1);
                assertThat(daemon.isRunning()).isTrue();
            }
            assertThat(sandbox.count(COMPANY, "order", "yourReference")).containsEntry("key1", 1);
            assertThat(database.number("select attempts from nxt_sync.outbox")).isEqualTo(1);
        }
    }

    @Test
    void aCommandThatIsStoppedSaysNoNonsenseAndLeavesItsUnitToWhoeverComesNext() throws Exception {
        try (var sandbox = sandbox(Map.of("associate", 50))) {
            var builder = Daemon.on(sandbox.url(), database).with("NXT_PULLS_PEOPLE_TABLE", "associate")
                    .with("NXT_PULLS_PEOPLE_COMPANIES", COMPANY);
            try (var daemon = builder.start()) {
                loaded(daemon, database, 1);
            }
            sandbox.holdAnswersTo("load_associate");
            try (var command = builder.command("pull", "people", "--full").start()) {
                await().atMost(Duration.ofMinutes(1)).until(() -> sandbox.held() > 0);
                command.terminate();
                assertThat(command.exitCode()).isEqualTo(STOPPED);
                assertThat(command.output()).doesNotContain("PROBLEM", "ERROR", "xception");
            }
            assertThat(database.count("nxt_sync.replica")).isZero();
            sandbox.release();
            assertThat(builder.run(0, "pull", "people", "--full")).contains("load, 50 rows read");
        }
    }

    /** When a daemon is told to stop: while it waits for an answer, or soon after it has begun to ask. */
    private final class Moment {
        private final Sandbox sandbox;
        private final String requests;
        private final boolean waits;
        private final long before;
        private final int heldBefore;

        Moment(Sandbox sandbox, String operation, int number) {
            this.sandbox = sandbox;
            this.requests = "requests_" + operation;
            this.waits = number % 2 == 0;
            this.before = sandbox.counter(requests);
            this.heldBefore = sandbox.held();
            if (waits) {
                sandbox.holdAnswersTo(operation);
            }
        }

        void stop(Daemon daemon) throws InterruptedException {
            await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(2))
                    .until(() -> waits ? sandbox.held() > heldBefore : sandbox.counter(requests) > before);
            if (!waits) {
                Pushes.pause(Duration.ofMillis(random.nextInt(200)));
            }
            daemon.terminate();
            if (waits) {
                await().atMost(Duration.ofSeconds(10))
                        .until(() -> daemon.output().contains("Stopping: nothing new is begun"));
                sandbox.release();
            }
            assertThat(daemon.exitCode()).isEqualTo(STOPPED);
            // an event may have come before the database was looked for
            String end = daemon.output().substring(daemon.output().indexOf("Stopping"));
            assertThat(end).contains("stopped in").doesNotContain("ERROR", "WARN", "xception");
        }
    }

    private void push(int from, int to) {
        var calls = new StringBuilder("select 1");
        for (int i = from; i <= to; i++) {
            calls.append(", nxt_sync.push('orders', 'key").append(i).append("', '{\"customerNo\": 1}')");
        }
        database.execute(calls.toString());
    }

    private long settled() {
        return database.number("select count(*) from nxt_sync.outbox where state = 'done'");
    }

    private Daemon.Builder pushes(Sandbox sandbox) {
        return Daemon.on(sandbox.url(), database).with("NXT_PUSHES_ORDERS_TABLE", "order")
                .with("NXT_PUSHES_ORDERS_COMPANY", COMPANY).with("NXT_PUSHES_ORDERS_KEY_COLUMN", "yourReference");
    }

    private static Sandbox sandbox(Map<String, Integer> rows) {
        return new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withRows(rows)
                .withTokenLifetime(Duration.ofHours(1)));
    }
}
