package dev.nxtsync.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/**
 * Users who push orders in groups, one transaction each, and a person who discards what is dead. A part of the orders names a
 * customer that does not exist. All of it follows from the seed.
 */
public final class Pushes implements AutoCloseable {
    public static final int COMPANY = 5_280_001;
    private static final int NO_CUSTOMER = 99_000;

    private final TestDatabase database;
    private final Random random;
    private final int rows;
    private final int groups;
    private final double refused;
    private final AtomicBoolean goesOn = new AtomicBoolean(true);
    private final List<Thread> people = new ArrayList<>();
    private volatile int pushed;
    private volatile Throwable trouble;

    public Pushes(TestDatabase database, long seed, int rows, int groups, double refused) {
        this.database = database;
        this.random = new Random(seed);
        this.rows = rows;
        this.groups = groups;
        this.refused = refused;
    }

    /** A daemon that sends them, with the scaled limits of a sandbox with a time limit of one second. */
    public static Daemon.Builder daemon(String sandbox, TestDatabase database) {
        return Daemon.on(sandbox, database).with("NXT_PUSHES_ORDERS_TABLE", "order")
                .with("NXT_PUSHES_ORDERS_COMPANY", COMPANY).with("NXT_PUSHES_ORDERS_KEY_COLUMN", "yourReference")
                .with("NXT_API_TIME_LIMIT", "1s").with("NXT_PUSH_REPEAT_AFTER", "5s").with("NXT_API_SLOT_HOLD", "10s")
                .with("NXT_BUDGET_REQUESTS_PER_MINUTE", 600).with("NXT_BUDGET_IN_PROGRESS", 8)
                .with("NXT_BUDGET_SLOTS", 60);
    }

    /** Everything is pushed at once, and people begin to look after it. */
    public void begin() {
        people.add(start(() -> {
            for (int i = 0; i < rows && goesOn.get(); i += 50) {
                var calls = new StringBuilder("select 1");
                for (int j = i; j < Math.min(rows, i + 50); j++) {
                    int customer = random.nextDouble() < refused ? NO_CUSTOMER : 1;
                    calls.append(", nxt_sync.push('orders', 'k").append(j).append("', '{\"customerNo\": ")
                            .append(customer).append(", \"information1\": \"").append(j).append("\"}', grp => 'g")
                            .append(random.nextInt(groups)).append("')");
                }
                database.execute(calls.toString());
                pushed = Math.min(rows, i + 50);
            }
        }));
        people.add(start(() -> {
            while (goesOn.get()) {
                database.execute("update nxt_sync.outbox set state = 'discarded' where state = 'dead'");
                pause(Duration.ofMillis(200));
            }
        }));
    }

    /** Whether all is pushed and settled, and looked at for the last time. */
    public boolean isSettled() {
        if (trouble != null) {
            throw new AssertionError("somebody could not push", trouble);
        }
        return pushed == rows && database.number(
                "select count(*) from nxt_sync.outbox where state not in ('done', 'discarded') or next_at is not null") == 0;
    }

    public long open() {
        return rows - database.number("select count(*) from nxt_sync.outbox where state in ('done', 'discarded')");
    }

    /** Each accepted key exists once, each group is in order, and every refused row is dead with its reason. */
    public void verify(Sandbox sandbox) {
        assertThat(duplicates(sandbox)).as("keys that exist more than once").isEmpty();
        assertThat(reported()).isEmpty();
        verifyAllButDuplicates(sandbox);
    }

    public void verifyAllButDuplicates(Sandbox sandbox) {
        var there = sandbox.count(COMPANY, "order", "yourReference");
        var lost = new ArrayList<String>();
        for (var row : database
                .rows("select key, state, payload ->> 'customerNo' as customer, error from nxt_sync.outbox")) {
            boolean accepted = row.get("customer").equals("1");
            int count = there.getOrDefault(row.get("key"), 0);
            if (accepted
                    ? count == 0 || !row.get("state").equals("done")
                    : count > 0 || !row.get("state").equals("discarded")
                            || !row.get("error").contains("Customer no. 99000 does not exist")) {
                lost.add(row + ", " + count + " times");
            }
        }
        assertThat(lost).isEmpty();
        var groups = new HashMap<String, String>();
        database.rows("select key, grp from nxt_sync.outbox")
                .forEach(row -> groups.put(row.get("key"), row.get("grp")));
        Map<String, Long> last = new HashMap<>();
        var ids = new HashMap<String, Long>();
        database.rows("select key, id from nxt_sync.outbox")
                .forEach(row -> ids.put(row.get("key"), Long.valueOf(row.get("id"))));
        Map<String, Boolean> seen = new HashMap<>();
        for (var order : sandbox.rows(COMPANY, "order")) {
            String key = order.get("yourReference").toString();
            if (seen.putIfAbsent(key, true) == null) {
                Long before = last.put(groups.get(key), ids.get(key));
                assertThat(before == null || before < ids.get(key)).as(key + " of " + groups.get(key)).isTrue();
            }
        }
    }

    /** Waits until a daemon that has been started has made its tables, and knows its pushes. */
    public static void migrated(TestDatabase database) {
        await().atMost(Duration.ofSeconds(40)).until(() -> database.count("nxt_sync.push_setting") > 0);
    }

    /** Keys that exist more than once. */
    public static SortedSet<String> duplicates(Sandbox sandbox) {
        var keys = new TreeSet<String>();
        sandbox.count(COMPANY, "order", "yourReference").forEach((key, count) -> {
            if (count > 1) {
                keys.add(key);
            }
        });
        return keys;
    }

    /** Keys that are reported to exist more than once. */
    public SortedSet<String> reported() {
        var keys = new TreeSet<String>();
        database.rows(
                "select key from nxt_sync.outbox where error like 'duplicate:%' or error like '%(record_ambiguous)%'")
                .forEach(row -> keys.add(row.get("key")));
        return keys;
    }

    /** What a sandbox had counted when something began. */
    public record Begun(long nanos, long requests, long late) {
        public static Begun at(Sandbox sandbox) {
            return new Begun(System.nanoTime(), sandbox.counter("requests"), sandbox.counter("finished_late"));
        }
    }

    public void figures(String what, Sandbox sandbox, Begun from) {
        Size.figure(
                "%s: %d rows in %d groups, %.0f s, %d requests, %d finished late, %d in doubt or repeated, %d refused",
                what, rows, groups, (System.nanoTime() - from.nanos()) / 1e9,
                sandbox.counter("requests") - from.requests(), sandbox.counter("finished_late") - from.late(),
                database.number("select count(*) from nxt_sync.outbox where attempts > 1 or looks > 0 or repeated"),
                database.number("select count(*) from nxt_sync.outbox where state = 'discarded'"));
    }

    /** Waits for so long. */
    public static void pause(Duration time) {
        long until = System.nanoTime() + time.toNanos();
        await().atMost(time.plusSeconds(5)).pollInterval(Duration.ofMillis(20)).until(() -> System.nanoTime() > until);
    }

    /** What a process that has just been killed held is taken over at once, as if it had been silent for long. */
    public static void silence(TestDatabase database) {
        if (database.count("nxt_sync.replica") > 0) {
            database.execute("update nxt_sync.replica set beat_at = beat_at - interval '16 s'");
        }
    }

    private Thread start(Runnable work) {
        var thread = new Thread(() -> {
            try {
                work.run();
            } catch (RuntimeException | AssertionError e) {
                trouble = e;
            }
        }, "people");
        thread.start();
        return thread;
    }

    @Override
    public void close() throws SQLException {
        goesOn.set(false);
        for (Thread thread : people) {
            try {
                thread.join(30_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
