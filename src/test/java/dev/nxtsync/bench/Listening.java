package dev.nxtsync.bench;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/** Measures how long a change takes from Business NXT to PostgreSQL, by webhooks, beside polls every second. */
public final class Listening {
    private static final int COMPANY = 5_280_001;
    private static final int ORDERS = 5_000;
    public static final int PER_SECOND = 50;
    private static final int SINGLE = 150;
    private static final String KEY = "signature-key";

    private Listening() {}

    /**
     * What was measured.
     *
     * @param changes how many were made
     * @param seen how many of them came, which is all but those that another of the same row overtook
     * @param median in milliseconds, from the change to the writing of its row
     * @param perMinute requests in a minute
     */
    public record Figures(int changes, int seen, double median, double p99, double worst, double perMinute,
            long memory) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT,
                    "%d changes, %d seen, median %.0f ms, 99th percentile %.0f ms, worst %.0f ms, %.0f requests a minute, RSS %d MB",
                    changes, seen, median, p99, worst, perMinute, memory / 1_000_000);
        }
    }

    static void print(Duration time, int rounds) {
        System.out.printf("%nChanges in one company, %d a second, from the sandbox to PostgreSQL%n", PER_SECOND);
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            Figures webhooks = measure(time, true);
            Figures polls = measure(time, false);
            ratios.add(polls.median() / webhooks.median());
            System.out.println("  webhooks:            " + webhooks);
            System.out.println("  polls every second:  " + polls);
        }
        System.out.println("  one at a time:       " + measureSingle(SINGLE, Duration.ofSeconds(3)));
        System.out.println("  one after the other: " + measureSingle(SINGLE, Duration.ZERO));
        Collections.sort(ratios);
        System.out.printf(Locale.ROOT, "  median: %.1f times as fast as polls every second%n",
                ratios.get(ratios.size() / 2));
    }

    /** @param webhooks whether changes are told of; else they are polled for every second */
    public static Figures measure(Duration time, boolean webhooks) {
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox(); var daemon = listening(sandbox, database, webhooks)) {
            return figures(sandbox, database, daemon, () -> change(sandbox, time));
        }
    }

    /**
     * Changes rows one at a time, where nothing else is to be done.
     *
     * @param between from the arrival of one to the next change, at most; how long is by chance
     */
    public static Figures measureSingle(int changes, Duration between) {
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox(); var daemon = listening(sandbox, database, true)) {
            return figures(sandbox, database, daemon, () -> changeOneByOne(sandbox, database, changes, between));
        }
    }

    private static Sandbox sandbox() {
        return new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withTokenLifetime(Duration.ofHours(1))
                .withRows(Map.of("order", ORDERS)));
    }

    private static Daemon listening(Sandbox sandbox, TestDatabase database, boolean webhooks) {
        var daemon = Daemon.on(sandbox.url(), database).with("NXT_WEBHOOK_KEYS", KEY).jvm("-Xmx128m")
                .with("NXT_PULLS_ORDERS_TABLE", "order").with("NXT_PULLS_ORDERS_COMPANIES", COMPANY)
                .with("NXT_PULLS_ORDERS_EVERY", webhooks ? "24h" : "1s").start();
        await().atMost(Duration.ofMinutes(1)).until(() -> database.count("nxt_sync.pull_state") == 1
                && database.number("select count(*) from nxt_sync.pull_state where loaded_at is null") == 0);
        database.execute("create table arrival (what text, at timestamptz); create function arrived() returns trigger "
                + "language plpgsql as $$ begin insert into public.arrival values (new.information1, clock_timestamp()); "
                + "return null; end $$; create trigger arrived after insert or update on nxt.\"order\" for each row "
                + "execute function public.arrived()");
        if (webhooks) {
            sandbox.webhook(daemon.mainUrl() + "/webhooks/visma-connect", KEY);
        }
        // the first second is the daemon's to warm up
        change(sandbox, Duration.ofSeconds(1));
        await().atMost(Duration.ofMinutes(1))
                .until(() -> database.number("select count(*) from arrival") >= PER_SECOND);
        database.execute("truncate arrival");
        return daemon;
    }

    private static Figures figures(Sandbox sandbox, TestDatabase database, Daemon daemon, IntSupplier change) {
        long requests = sandbox.counter("requests");
        long from = System.nanoTime();
        int changes = change.getAsInt();
        await().atMost(Duration.ofMinutes(1)).until(
                () -> database.value("select what from arrival order by at desc limit 1").equals(lastChange(sandbox)));
        double minutes = (System.nanoTime() - from) / 60e9;
        String delays = "(select extract(epoch from min(at) - to_timestamp(what::float8 / 1000000)) * 1000 as ms "
                + "from arrival group by what) delay";
        return new Figures(changes, (int) database.number("select count(*) from " + delays),
                decimal(database, "select percentile_cont(0.5) within group (order by ms) from " + delays),
                decimal(database, "select percentile_cont(0.99) within group (order by ms) from " + delays),
                decimal(database, "select max(ms) from " + delays), (sandbox.counter("requests") - requests) / minutes,
                daemon.residentMemory());
    }

    /** Each once the one before has arrived. */
    private static int changeOneByOne(Sandbox sandbox, TestDatabase database, int changes, Duration between) {
        var chance = new Random(11);
        var clock = Executors.newSingleThreadScheduledExecutor();
        try {
            for (int i = 0; i < changes; i++) {
                String what = Long.toString(micros());
                sandbox.put(COMPANY, "order", Map.of("orderNo", 1 + i % ORDERS, "information1", what));
                await().pollInterval(Duration.ofMillis(5)).atMost(Duration.ofMinutes(1))
                        .until(() -> database.number("select count(*) from arrival where what = '" + what + "'") > 0);
                clock.schedule(() -> {
                }, chance.nextInt((int) between.toMillis() + 1), TimeUnit.MILLISECONDS).get();
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            clock.shutdownNow();
        }
        return changes;
    }

    /** Changes rows in turn, at an even pace. Answers how many. */
    private static int change(Sandbox sandbox, Duration time) {
        int changes = (int) time.toSeconds() * PER_SECOND;
        var done = new AtomicInteger();
        var clock = Executors.newSingleThreadScheduledExecutor();
        var pace = clock.scheduleAtFixedRate(() -> {
            if (done.get() < changes) {
                sandbox.put(COMPANY, "order", Map.of("orderNo", 1 + done.getAndIncrement() % ORDERS, "information1",
                        Long.toString(micros())));
            }
        }, 0, 1_000_000 / PER_SECOND, TimeUnit.MICROSECONDS);
        await().atMost(time.plusSeconds(30)).until(() -> done.get() == changes);
        pace.cancel(false);
        clock.shutdownNow();
        return changes;
    }

    private static String lastChange(Sandbox sandbox) {
        return sandbox.rows(COMPANY, "order").stream().map(row -> (String) row.get("information1"))
                .filter(text -> text.matches("\\d{16}")).max(String::compareTo).orElse("");
    }

    private static long micros() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }

    private static double decimal(TestDatabase database, String sql) {
        return Double.parseDouble(database.value(sql));
    }
}
