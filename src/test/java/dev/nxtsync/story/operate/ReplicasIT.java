package dev.nxtsync.story.operate;

import static dev.nxtsync.story.Pulls.loaded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Pushes;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/** Three replicas that share two hundred jobs and a push, while they are killed and frozen, one after the other. */
@Tag("operate")
class ReplicasIT {
    private static final int FIRST = 5_280_001;
    private static final int COMPANIES = Size.of(8, 40);
    private static final List<String> TABLES = List.of("associate", "product", "orderLine", "generalLedgerAccount",
            "generalLedgerTransaction");
    private static final Duration INTERVAL = Duration.ofSeconds(10);

    @Test
    void everyJobStartsAgainInTimeNothingStaleIsWrittenAndEachKeyIsPushedOnce() throws Exception {
        var database = TestDatabase.migrated();
        var random = new Random(7);
        var options = SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(COMPANIES).withRate(100_000)
                .withTimeLimit(Duration.ofSeconds(2)).withTokenLifetime(Duration.ofMinutes(30))
                .withRows(Map.of("associate", 100, "product", 100, "orderLine", 100, "generalLedgerAccount", 50,
                        "generalLedgerTransaction", 100, "order", 10));
        try (var sandbox = new Sandbox(options)) {
            var replicas = new ArrayList<Replica>();
            try {
                for (int i = 0; i < 3; i++) {
                    replicas.add(Replica.start(sandbox, database));
                }
                await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
                    assertThat(database.count("nxt_sync.pull_state")).isEqualTo(jobs());
                    assertThat(database
                            .rows("""
                                    select p.pull, p.company, p.state, p.reason, j.holder, j.claimed_at, j.due_at, j.retry_at, j.failures,
                                           j.wanted, j.served, now() from nxt_sync.pull_state p join nxt_sync.job j
                                    on j.kind = 'load' and j.pull = p.pull and j.company = p.company
                                    where p.loaded_at is null"""))
                            .as("not loaded").isEmpty();
                });
                audit(database);
                sandbox.faults(Map.of("slow", 0.9));
                var gaps = new Gaps(database);
                try (var people = new Changes(sandbox, database, Size.of(60, 2_000))) {
                    int strikes = strike(sandbox, database, replicas, random);
                    people.stop();
                    Size.figure(
                            "%d jobs, 3 replicas: %d kills and freezes, at most %.0f s from start to start, rows at most "
                                    + "%.0f s old, %d stale writes refused, %d changes, %d requests",
                            jobs(), strikes, gaps.stop(), gaps.oldest(), refused(database), people.changes.get(),
                            sandbox.counter("requests"));
                }
                assertThat(gaps.stop()).as("seconds from a job's start to its next")
                        .isLessThanOrEqualTo(INTERVAL.plusSeconds(30).toMillis() / 1000.0);
                // the next strike may meet whoever has taken a job over
                assertThat(gaps.oldest()).as("seconds since a job has read all")
                        .isLessThanOrEqualTo(INTERVAL.plusSeconds(60).toMillis() / 1000.0);
                assertThat(refused(database)).as("stale writes that the database refused").isPositive();
                assertThat(database.number("select count(*) from public.unfenced"))
                        .as("commits to target tables without a valid claim").isZero();
                sandbox.faults(Map.of());
                equal(sandbox, database);
            } finally {
                replicas.forEach(replica -> replica.daemon().close());
            }
        }
    }

    @Test
    void everyJobStartsInTimeAlsoWhereALoadHasJustUsedItsShareOfTheBudget() throws Exception {
        var database = TestDatabase.migrated();
        int companies = Size.of(18, 40);
        int jobs = companies * TABLES.size();
        // for each company as much as in full size
        int limit = companies * 15;
        // of which most companies have a hundredth
        var options = SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(companies).withRate(100_000)
                .withTokenLifetime(Duration.ofMinutes(30)).withRows(Map.of("order", 3000, "associate", 20, "product",
                        20, "orderLine", 20, "generalLedgerAccount", 20, "generalLedgerTransaction", 20));
        var replicas = new ArrayList<Daemon>();
        try (var sandbox = new Sandbox(options)) {
            try (var first = replica(sandbox, database).with("NXT_BUDGET_SHARE", 1).start()) {
                loaded(first, database, jobs);
            }
            fallDue(database, "now() + interval '1 h'");
            var replica = replica(sandbox, database).with("NXT_BUDGET_REQUESTS_PER_MINUTE", limit)
                    .with("NXT_PULLS_ORDERS_TABLE", "order").with("NXT_PULLS_ORDERS_EVERY", "24h")
                    .with("NXT_PULLS_ORDERS_PAGE_SIZE", 1).with("NXT_PULLS_ORDERS_PAGE_SIZE_MAX", 1);
            for (int i = 0; i < 3; i++) {
                replicas.add(replica.without("NXT_HTTP_PORT").without("NXT_MANAGEMENT_PORT").start());
            }
            // but for what was asked about schema and companies
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> sandbox.counter("requests_load_order") >= limit * 4 / 5 - 3 * 8);
            String due = database.value("select clock_timestamp()");
            fallDue(database, "'" + due + "'");
            await().atMost(INTERVAL.plusSeconds(30))
                    .until(() -> database.number("select count(*) from nxt_sync.pull_state where pull <> 'orders' "
                            + "and complete_as_of > '" + due + "'") == jobs);
            double first = Double.parseDouble(
                    database.value("select extract(epoch from clock_timestamp() - '" + due + "'::timestamptz)"));
            var gaps = new Gaps(database);
            Pushes.pause(Size.of(Duration.ofSeconds(25), Duration.ofMinutes(3)));
            double longest = gaps.stop();
            Size.figure(
                    "%d jobs, 3 replicas, behind a load that has used its share: all after %.1f s, "
                            + "at most %.0f s from start to start, %d pages loaded",
                    jobs, first, longest, sandbox.counter("requests_load_order"));
            assertThat(longest).as("seconds from a job's start to its next")
                    .isLessThanOrEqualTo(INTERVAL.plusSeconds(30).toMillis() / 1000.0);
        } finally {
            replicas.forEach(Daemon::close);
        }
    }

    private static void fallDue(TestDatabase database, String when) {
        database.execute("update nxt_sync.pull_state set due_at = " + when + " where pull <> 'orders'; "
                + "update nxt_sync.job set due_at = " + when + " where kind = 'poll'");
    }

    private static int jobs() {
        return COMPANIES * TABLES.size();
    }

    /** Kills one, and freezes two that have just begun with a unit for so long that others take it over, and so on. */
    private static int strike(Sandbox sandbox, TestDatabase database, List<Replica> replicas, Random random)
            throws InterruptedException {
        long until = System.nanoTime() + Duration.ofSeconds(Size.of(25, 300)).toNanos();
        int strikes = 0;
        while (System.nanoTime() < until || refused(database) == 0) {
            strikes++;
            if (strikes % 3 == 1) {
                int victim = random.nextInt(3);
                replicas.get(victim).daemon().kill();
                Pushes.pause(Duration.ofMillis(random.nextInt(3000)));
                replicas.set(victim, Replica.start(sandbox, database));
            } else {
                var victim = working(database, replicas);
                victim.daemon().freeze();
                Pushes.pause(Duration.ofSeconds(18 + random.nextInt(4)));
                victim.daemon().thaw();
            }
            Pushes.pause(Duration.ofMillis(random.nextInt(2000)));
            assertThat(strikes).as("freezes without a single stale write").isLessThan(60);
        }
        return strikes;
    }

    /**
     * Waits for one that has begun with a unit just now, which after a kill may be the one that still starts. It has no lane
     * of a push: what is frozen between its last check and its write to the network is sent when it wakes up, which is no
     * promise of ours, and a story of its own.
     */
    private static Replica working(TestDatabase database, List<Replica> replicas) {
        return await().atMost(Duration.ofMinutes(1)).pollInterval(Duration.ofMillis(20)).until(() -> {
            var holders = database
                    .rows("""
                            select holder::text as id from nxt_sync.job
                            where claimed_at > clock_timestamp() - interval '200 ms'
                              and holder not in (select holder from nxt_sync.job where kind = 'push' and holder is not null)""");
            return replicas.stream()
                    .filter(replica -> holders.stream().anyMatch(holder -> holder.get("id").equals(replica.id())))
                    .findFirst();
        }, Optional::isPresent).orElseThrow();
    }

    private static long refused(TestDatabase database) {
        return database.number("select case when is_called then last_value else 0 end from nxt_sync.stale_write");
    }

    /** Notes each commit to a target table whose transaction has not locked, as a fence does, the row of a claim that is held. */
    private static void audit(TestDatabase database) {
        database.execute("create table public.unfenced (name text, at timestamptz)");
        database.execute("""
                create function public.audit() returns trigger language plpgsql as $$
                begin
                    if not exists (select from nxt_sync.job where holder is not null and xmax::text::bigint
                                   = pg_current_xact_id()::text::bigint % 4294967296) then
                        insert into public.unfenced values (tg_table_name, clock_timestamp());
                    end if;
                    return null;
                end $$""");
        for (var table : database.rows("select table_name from information_schema.tables where table_schema = 'nxt'")) {
            database.execute(
                    "create constraint trigger audit after insert or update or delete on nxt." + table.get("table_name")
                            + " deferrable initially deferred for each row execute function public.audit()");
        }
        database.execute("update nxt.product set description = description where nxt_company = " + FIRST
                + " and product_no = (select min(product_no) from nxt.product where nxt_company = " + FIRST + ")");
        assertThat(database.number("select count(*) from public.unfenced")).as("a write of nobody's is noted")
                .isEqualTo(1);
        database.execute("truncate public.unfenced");
    }

    private static void equal(Sandbox sandbox, TestDatabase database) {
        await().atMost(Duration.ofMinutes(2)).untilAsserted(
                () -> assertThat(database.number("select count(*) from nxt_sync.outbox where state <> 'done'"))
                        .isZero());
        var pushed = sandbox.count(FIRST, "order", "yourReference");
        database.rows("select key from nxt_sync.outbox")
                .forEach(row -> assertThat(pushed.get(row.get("key"))).as(row.get("key")).isEqualTo(1));
        for (int company = FIRST; company < FIRST + COMPANIES; company++) {
            for (String table : TABLES) {
                int owner = company;
                await().atMost(Duration.ofMinutes(2))
                        .untilAsserted(() -> assertThat(Mirror.differences(sandbox, database, owner, table)).isEmpty());
            }
        }
    }

    /** A daemon, and the name that it has in the database. */
    private record Replica(Daemon daemon, String id) {

        static Replica start(Sandbox sandbox, TestDatabase database) {
            String known = "select count(*) from information_schema.tables where table_schema = 'nxt_sync' "
                    + "and table_name = 'replica'";
            List<String> before = database.number(known) == 0 ? List.of() : ids(database);
            var daemon = replica(sandbox, database).start();
            String id = await().atMost(Duration.ofMinutes(1))
                    .until(() -> database.number(known) == 0
                            ? Optional.<String>empty()
                            : ids(database).stream().filter(each -> !before.contains(each)).findFirst(),
                            Optional::isPresent)
                    .orElseThrow();
            return new Replica(daemon, id);
        }

        private static List<String> ids(TestDatabase database) {
            return database.rows("select id::text as id from nxt_sync.replica").stream().map(row -> row.get("id"))
                    .toList();
        }
    }

    /** One of three. */
    private static Daemon.Builder replica(Sandbox sandbox, TestDatabase database) {
        var builder = Daemon.on(sandbox.url(), database).with("NXT_BUDGET_REQUESTS_PER_MINUTE", 600)
                .with("NXT_BUDGET_SHARE", 3).with("NXT_API_TIME_LIMIT", "2s").with("NXT_API_SLOT_HOLD", "5s")
                .with("NXT_PUSH_REPEAT_AFTER", "6s").with("NXT_PUSHES_SALES_TABLE", "order")
                .with("NXT_PUSHES_SALES_COMPANY", FIRST).with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReference");
        for (String table : TABLES) {
            String name = "NXT_PULLS_" + table.toUpperCase(Locale.ROOT);
            builder.with(name + "_TABLE", table).with(name + "_EVERY", INTERVAL.toSeconds() + "s");
        }
        return builder.jvm("-Xmx96m");
    }

    /** The longest time from the start of a poll to the start of the next, and since one has read all, looked at twice a second. */
    private static final class Gaps {
        private final AtomicBoolean goesOn = new AtomicBoolean(true);
        private final Thread thread;
        /** By unit, the fence of its last start, and when that was seen. */
        private final Map<String, Start> starts = new HashMap<>();
        private volatile double longest;
        private volatile double oldest;

        private record Start(String fence, double at) {}

        Gaps(TestDatabase database) {
            thread = new Thread(() -> {
                while (goesOn.get()) {
                    double now = System.nanoTime() / 1e9;
                    database.rows("select id::text as id, fence::text as fence from nxt_sync.job where kind = 'poll'")
                            .forEach(row -> start(row.get("id"), row.get("fence"), now));
                    oldest = Math.max(oldest,
                            Double.parseDouble(
                                    database.value("select max(extract(epoch from clock_timestamp() - complete_as_of)) "
                                            + "from nxt_sync.pull_state where pull <> 'orders'")));
                    Pushes.pause(Duration.ofMillis(500));
                }
            }, "gaps");
            thread.start();
        }

        private void start(String unit, String fence, double now) {
            var before = starts.putIfAbsent(unit, new Start(fence, now));
            if (before != null) {
                longest = Math.max(longest, now - before.at());
                if (!before.fence().equals(fence)) {
                    starts.put(unit, new Start(fence, now));
                }
            }
        }

        /** Answers the longest from a start to the next, in seconds. */
        double stop() throws InterruptedException {
            goesOn.set(false);
            thread.join();
            return longest;
        }

        /** The longest that what a job has read was old, in seconds. */
        double oldest() {
            return oldest;
        }
    }

    /** People who change rows in all companies, and push orders. */
    private static final class Changes implements AutoCloseable {
        private final AtomicBoolean goesOn = new AtomicBoolean(true);
        private final Thread thread;
        private final AtomicLong changes = new AtomicLong();

        Changes(Sandbox sandbox, TestDatabase database, int pushes) {
            var random = new Random(11);
            thread = new Thread(() -> {
                int pushed = 0;
                while (goesOn.get()) {
                    var values = new TreeMap<String, Object>();
                    values.put("associateNo", 1 + random.nextInt(3));
                    values.put("name", "value " + random.nextInt(1_000_000));
                    sandbox.put(FIRST + random.nextInt(COMPANIES), "associate", values);
                    changes.incrementAndGet();
                    if (pushed < pushes) {
                        database.execute("select nxt_sync.push('sales', 'k" + pushed++ + "', '{\"customerNo\": 1}')");
                    }
                    Pushes.pause(Duration.ofMillis(50));
                }
            }, "people");
            thread.start();
        }

        void stop() {
            goesOn.set(false);
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            stop();
        }
    }
}
