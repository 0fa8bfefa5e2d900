package dev.nxtsync.story.operate;

import static dev.nxtsync.story.Pulls.loaded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
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
    private static final int PAGE_SIZE = 100;
    private static final int BURST = 400;
    /** At the API's limit of 59 s patience ends after 64 s; here it is shorter, so that the test is. */
    private static final Duration LIMIT = Size.of(Duration.ofSeconds(12), Duration.ofSeconds(59));

    private final Random random = new Random(20_261_125);
    private final TestDatabase database = TestDatabase.migrated();
    /** The same for all, so that senders of events find the next. */
    private final int port = Daemon.freePort();

    /** One daemon after the other goes on with the same work. */
    @Test
    void whateverIsUnderWayIsFinishedWhenADaemonIsStoppedAndNothingIsDoneTwice() throws Exception {
        int rows = STOPS * 20 * PAGE_SIZE;
        try (var sandbox = new Sandbox(Hooks.options(rows))) {
            var builder = Hooks.daemon(sandbox, database).with("NXT_HTTP_PORT", port)
                    .with("NXT_PULLS_ORDERS_PAGE_SIZE", PAGE_SIZE).with("NXT_PULLS_ORDERS_PAGE_SIZE_MAX", PAGE_SIZE)
                    .with("NXT_BUDGET_REQUESTS_PER_MINUTE", 600).with("NXT_PUSHES_ORDERS_TABLE", "order")
                    .with("NXT_PUSHES_ORDERS_COMPANY", COMPANY).with("NXT_PUSHES_ORDERS_KEY_COLUMN", "yourReference")
                    .with("NXT_API_TIME_LIMIT", LIMIT.toSeconds() + "s").with("NXT_API_SLOT_HOLD", "30s");
            for (int i = 0; i < STOPS; i++) {
                var moment = new Moment(sandbox, "load_order", i);
                try (var daemon = builder.start()) {
                    moment.stop(daemon);
                }
            }
            var senders = new ArrayList<Senders>();
            try {
                stopInBurstsOfWebhooks(builder, sandbox, rows, senders);
                stopWhilePushing(builder, sandbox, senders);
            } finally {
                senders.forEach(Senders::close);
            }
            cutOffWithoutAnAnswer(builder, sandbox);
            stopACommand(builder, sandbox);
        }
    }

    /** The first of these daemons ends the load, of which no page was read twice. */
    private void stopInBurstsOfWebhooks(Daemon.Builder builder, Sandbox sandbox, int rows, List<Senders> senders)
            throws InterruptedException {
        List<byte[]> bodies = List.of();
        for (int i = 0; i < STOPS; i++) {
            try (var daemon = builder.start()) {
                if (i == 0) {
                    loaded(daemon, database, 1);
                    assertThat(Mirror.differences(sandbox, database, COMPANY, "order")).isEmpty();
                    assertThat(database.number("select sum(rows_read) from nxt_sync.run where kind = 'load'"))
                            .isEqualTo(rows);
                    assertThat(database.number("select sum(failures) from nxt_sync.job")).isZero();
                    Size.figure("a pull was stopped %d times: %d rows in %d requests, each read once", STOPS, rows,
                            sandbox.counter("requests_load_order"));
                    bodies = Hooks.burst(sandbox, STOPS * BURST);
                }
                var moment = new Moment(sandbox, "fetch", i);
                senders.add(new Senders(port, bodies.subList(i * BURST, (i + 1) * BURST), BURST));
                moment.stop(daemon);
            }
        }
    }

    /** The first of these daemons takes the last of the events. */
    private void stopWhilePushing(Daemon.Builder builder, Sandbox sandbox, List<Senders> senders)
            throws InterruptedException {
        for (int i = 0; i < STOPS; i++) {
            try (var daemon = builder.start()) {
                if (i == 0) {
                    await().atMost(Duration.ofMinutes(4)).until(() -> senders.stream().allMatch(Senders::areDone));
                    assertThat(senders).allMatch(each -> each.accepted.get() == BURST && each.strange.isEmpty());
                    Hooks.arrives(sandbox, database, COMPANY, "order", Duration.ofMinutes(3));
                    await().atMost(Duration.ofMinutes(1)).until(() -> Hooks.inbox(database).isEmpty());
                    Size.figure(
                            "%d stops in bursts of webhooks: %d events accepted, %d times turned away, %d without "
                                    + "an answer",
                            STOPS, STOPS * BURST, senders.stream().mapToInt(each -> each.turnedAway.get()).sum(),
                            senders.stream().mapToInt(each -> each.withoutAnswer.get()).sum());
                }
                var moment = new Moment(sandbox, "push_create_order", i);
                push(1 + i * 40, (i + 1) * 40);
                moment.stop(daemon);
            }
            assertThat(inTheAir()).isZero();
        }
    }

    /**
     * The first of these daemons sends what is left to send, each row once. Then an answer does not come: it is cut off within
     * the grace period, and the row is looked for at the next start.
     */
    private void cutOffWithoutAnAnswer(Daemon.Builder builder, Sandbox sandbox) throws InterruptedException {
        int rows = STOPS * 40;
        try (var daemon = builder.start()) {
            await().atMost(Duration.ofMinutes(2)).until(() -> settled() == rows);
            assertThat(sandbox.count(COMPANY, "order", "yourReference").entrySet().stream()
                    .filter(each -> each.getKey().startsWith("key")).toList()).hasSize(rows)
                    .allMatch(each -> each.getValue() == 1);
            assertThat(database.number("select count(*) from nxt_sync.outbox where attempts <> 1 or repeated"))
                    .isZero();
            Size.figure("a push was stopped %d times: %d rows in %d requests, each sent once", STOPS, rows,
                    sandbox.counter("requests_push_create_order"));
            int held = sandbox.held();
            sandbox.holdAnswersTo("push_create_order");
            push(rows + 1, rows + 1);
            await().atMost(Duration.ofMinutes(1)).until(() -> sandbox.held() > held);
            long from = System.nanoTime();
            daemon.terminate();
            assertThat(daemon.exitCode()).isEqualTo(STOPPED);
            Size.figure("a push without an answer was cut off after %.1f s", (System.nanoTime() - from) / 1e9);
            assertThat(daemon.output()).contains("waits for an answer that has not arrived").doesNotContain("ERROR");
        }
        assertThat(inTheAir()).isEqualTo(1);
        sandbox.release();
        try (var daemon = builder.start()) {
            await().atMost(Duration.ofMinutes(3)).until(() -> settled() == rows + 1);
            assertThat(daemon.isRunning()).isTrue();
        }
        assertThat(sandbox.count(COMPANY, "order", "yourReference")).containsEntry("key" + (rows + 1), 1);
        assertThat(database.number("select count(*) from nxt_sync.outbox where attempts <> 1")).isZero();
    }

    /** It says no nonsense, and leaves its unit to whoever comes next. */
    private void stopACommand(Daemon.Builder builder, Sandbox sandbox) throws InterruptedException {
        int held = sandbox.held();
        sandbox.holdAnswersTo("load_order");
        try (var command = builder.command("pull", "orders", "--full").start()) {
            await().atMost(Duration.ofMinutes(1)).until(() -> sandbox.held() > held);
            command.terminate();
            assertThat(command.exitCode()).isEqualTo(STOPPED);
            assertThat(command.output()).doesNotContain("PROBLEM", "ERROR", "xception");
        }
        assertThat(database.count("nxt_sync.replica")).isZero();
        sandbox.release();
        assertThat(builder.run(0, "pull", "orders", "--full"))
                .contains("load, " + sandbox.rows(COMPANY, "order").size() + " rows read");
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
            // an event may have come before the database was looked for, or too late to be kept; it is sent again
            String end = daemon.output().substring(daemon.output().indexOf("Stopping"))
                    .replaceAll("(?m)^.* WARN .* was refused with 503: .*$", "");
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

    private long inTheAir() {
        return database.number("select count(*) from nxt_sync.outbox where state in ('sending', 'in_doubt')");
    }
}
