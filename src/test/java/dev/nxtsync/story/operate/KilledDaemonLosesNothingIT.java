package dev.nxtsync.story.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Pulls;
import dev.nxtsync.story.Pushes;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

@Tag("operate")
@Execution(ExecutionMode.CONCURRENT)
class KilledDaemonLosesNothingIT {
    private static final int COMPANY = 5_280_001;
    private static final String WAITING = "select count(*) from pg_locks where database = (select oid from pg_database "
            + "where datname = current_database()) and locktype = 'advisory' and not granted";

    private final TestDatabase database = TestDatabase.migrated();

    /** One daemon after the other goes on with the same load, and is killed. */
    @Test
    void afterKillsAtEveryMomentOfAPageAndAtRandomOnesTheTargetEqualsTheSource() throws Exception {
        int kills = Size.of(2, 20);
        int rows = Size.of(12_000, 200_000);
        int pageSize = Size.of(250, 1000);
        var random = new Random(20_261_124);
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                .withRows(Map.of("order", rows)).withTokenLifetime(Duration.ofMinutes(1)))) {
            // or the calls that the dead ones lost take all slots
            var builder = orders(sandbox, database, pageSize).with("NXT_API_SLOT_HOLD", "1m");
            for (Moment moment : Moment.values()) {
                killAt(moment, builder, sandbox);
            }
            for (int i = 0; i < kills; i++) {
                long before = sandbox.counter("requests");
                long done = progress();
                try (Daemon daemon = builder.start()) {
                    // what the one before held is taken over after 16 s
                    await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(50))
                            .until(() -> progress() > done);
                    Pushes.pause(Duration.ofMillis(random.nextInt(300)));
                    daemon.kill();
                }
                Size.figure("kill %d: %d requests in this life, %d rows kept, %d lost calls", i + 1,
                        sandbox.counter("requests") - before, progress(),
                        database.number("select coalesce(sum(calls), 0) from nxt_sync.lost_call"));
                assertThat(progress()).isGreaterThan(done);
            }
            long before = sandbox.counter("requests");
            try (Daemon daemon = builder.start()) {
                await().atMost(Duration.ofMinutes(10)).until(() -> database
                        .number("select count(*) from nxt_sync.pull_state where loaded_at is not null") == 1);
                assertThat(daemon.isRunning()).isTrue();
            }
            Size.figure("last life: %d requests", sandbox.counter("requests") - before);
            assertThat(Mirror.differences(sandbox, database, COMPANY, "order")).isEmpty();
            // each kill repeats at most what three readers read and what waits for its commit, and each life asks for schema
            // and companies
            assertThat(sandbox.counter("requests"))
                    .isLessThanOrEqualTo(rows / pageSize + 12L * (Moment.values().length + kills + 1));
        }
    }

    /** Of six tables of one company, whose first pages are one document; two have more rows than its part of them. */
    @Test
    void afterKillsWhileOneRunLoadsManyTablesAllAreLoadedAndTheLostCallsAreThoseOfOneRunEach() throws Exception {
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                .withRows(Map.of("associate", 5, "order", 5, "generalLedgerAccount", 50))
                .withTokenLifetime(Duration.ofMinutes(1)))) {
            var builder = Daemon.on(sandbox.url(), database);
            var tables = List.of("associate", "order", "generalLedgerAccount");
            for (int i = 0; i < 6; i++) {
                String pull = "NXT_PULLS_P" + i;
                builder.with(pull + "_TABLE", tables.get(i % 3)).with(pull + "_TARGET", "t" + i)
                        .with(pull + "_COMPANIES", COMPANY).with(pull + "_EVERY", "24h").with(pull + "_PAGE_SIZE", 60);
            }
            killAt(Moment.BEFORE_THE_CLAIM_COMMITS, builder, sandbox);
            killAt(Moment.AFTER_THE_CLAIM, builder, sandbox);
            killAt(Moment.BEFORE_THE_PAGE_COMMITS, builder, sandbox);
            // with some pages written, and others not
            killAt(Moment.BEFORE_THE_PAGE_COMMITS.trigger.replace("execute", "when (new.pull = 'p3') execute"), "",
                    () -> true, builder, sandbox);
            assertThat(database.count("nxt.t3")).isZero();
            assertThat(database.number("select count(*) from nxt_sync.pull_state where loaded_at is not null"))
                    .isBetween(1L, 4L);
            try (Daemon daemon = builder.start()) {
                Pulls.loaded(daemon, database, 6);
            }
            for (int i = 0; i < 6; i++) {
                assertThat(Mirror.differencesIn("nxt.t" + i, sandbox, database, COMPANY, tables.get(i % 3), List.of()))
                        .as("t" + i).isEmpty();
            }
            assertThat(database.number("select coalesce(sum(calls), 0) from nxt_sync.lost_call")).isBetween(2L, 2L * 4);
            assertThat(sandbox.counter("requests_first_pages")).as("one for each life").isLessThanOrEqualTo(5);
        }
    }

    /** Moments of a page's life, each held open from outside while the daemon is killed; in the order of the lives. */
    enum Moment {
        AFTER_THE_PAGE_COMMITTED("", "\"orderNo\":"), BEFORE_THE_PAGE_COMMITS(
                "create constraint trigger stop after update of rows on nxt_sync.pull_state deferrable initially deferred "
                        + "for each row execute function public.stop_here()",
                ""), AFTER_THE_CLAIM("", "\"owner\":"), BEFORE_THE_CLAIM_COMMITS(
                        "create constraint trigger stop after update of fence on nxt_sync.job deferrable initially deferred "
                                + "for each row execute function public.stop_here()",
                        "");

        final String trigger;
        /** What stands in the requests that are held. */
        final String held;

        Moment(String trigger, String held) {
            this.trigger = trigger;
            this.held = held;
        }
    }

    private void killAt(Moment moment, Daemon.Builder builder, Sandbox sandbox) throws Exception {
        killAt(moment.trigger, moment.held, () -> moment != Moment.AFTER_THE_PAGE_COMMITTED || progress() > 0, builder,
                sandbox);
    }

    private void killAt(String trigger, String request, BooleanSupplier isThere, Daemon.Builder builder,
            Sandbox sandbox) throws Exception {
        database.execute("create function public.stop_here() returns trigger language plpgsql as "
                + "$$ begin perform pg_advisory_xact_lock(42); return null; end $$");
        try (var blocker = database.connect(); var lock = blocker.createStatement()) {
            int held = sandbox.held();
            lock.execute("select pg_advisory_lock(42)");
            if (request.isEmpty()) {
                database.execute(trigger);
            } else {
                sandbox.holdRequestsWith(request);
            }
            try (Daemon killed = builder.start()) {
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> request.isEmpty()
                                ? database.number(WAITING) > 0
                                : sandbox.held() > held && isThere.getAsBoolean());
                killed.kill();
            }
            // what waits inside PostgreSQL is the dead daemon's, and commits or not as the connection's end has it
            database.execute(WAITING.replace("count(*)", "pg_terminate_backend(pid)"));
            lock.execute("select pg_advisory_unlock(42)");
        }
        // as if the 16 s had passed
        database.execute("update nxt_sync.replica set beat_at = beat_at - interval '16 s'");
        database.execute("drop function public.stop_here() cascade");
        sandbox.release();
    }

    private static Daemon.Builder orders(Sandbox sandbox, TestDatabase database, int pageSize) {
        return Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")
                .with("NXT_PULLS_ORDERS_COMPANIES", COMPANY).with("NXT_PULLS_ORDERS_PAGE_SIZE", pageSize)
                .with("NXT_PULLS_ORDERS_EVERY", "24h")
                .with("NXT_PULLS_ORDERS_COLUMNS", "orderDate,orderAmountDomestic,information1,orderType");
    }

    private long progress() {
        return database.number("select coalesce(sum(rows), 0) from nxt_sync.pull_state");
    }
}
