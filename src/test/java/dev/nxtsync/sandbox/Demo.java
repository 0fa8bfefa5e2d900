package dev.nxtsync.sandbox;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/**
 * Shows the product at work: a PostgreSQL, the sandbox, and the packaged daemon between them. It ends with Ctrl-C, or after
 * {@code -Ddemo.seconds=N}, and leaves nothing behind.
 */
public final class Demo {
    private static final Map<String, Integer> ROWS = Map.of("order", 20_000);

    private static volatile String summary = "";

    private Demo() {}

    public static void main(String... arguments) throws Exception {
        System.out.println("Starting PostgreSQL, the sandbox and the daemon …");
        var database = TestDatabase.create();
        var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withRows(ROWS));
        Instant started = Instant.now();
        var daemon = Daemon.on(sandbox.url(), database).with("NXT_WEBHOOK_KEYS", "demo-signature-key")
                .with("NXT_PULLS_ORDERS_TABLE", "order").with("NXT_PULLS_ORDERS_EVERY", "5m")
                .with("NXT_PULLS_ORDERS_PAGE_SIZE", 5000).with("NXT_PULLS_LINES_TABLE", "orderLine")
                .with("NXT_PULLS_LINES_EVERY", "30s").with("NXT_PULLS_ASSOCIATES_TABLE", "associate")
                .with("NXT_PULLS_ASSOCIATES_EVERY", "30s").with("NXT_PULLS_COMPANIES_TABLE", "company")
                .with("NXT_PULLS_COMPANIES_EVERY", "60s").start();
        var log = new LogTail(daemon.log());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(daemon, sandbox)));
        while (daemon.get("/q/health/ready").status() != 200 && daemon.isRunning()) {
            log.print();
            TimeUnit.MILLISECONDS.sleep(100);
        }
        Duration ready = Duration.between(started, Instant.now());
        sandbox.webhook(daemon.mainUrl() + "/webhooks/visma-connect", "demo-signature-key");
        long rows = watch(daemon, database, log);
        log.print();
        Duration loaded = Duration.between(started, Instant.now()).minus(ready);
        System.out.println();
        System.out.println(
                "select nxt_company, order_no, order_date, order_type_as_enum, order_amount_domestic from nxt.\"order\" order by 1, 2 limit 3;");
        database.rows(
                "select nxt_company, order_no, order_date, order_type_as_enum, order_amount_domestic from nxt.\"order\" order by 1, 2 limit 3")
                .forEach(row -> System.out.println("  " + row));
        summary = String.format("Time to ready %.1f s · %d rows in %.1f s, %.0f rows/s · resident memory %d MB",
                ready.toMillis() / 1000.0, rows, loaded.toMillis() / 1000.0, rows / (loaded.toMillis() / 1000.0),
                daemon.residentMemory() / 1_000_000);
        System.out.println("\n" + summary);
        System.out.println("Look around:");
        System.out.println("  psql   " + database.url().replace("jdbc:postgresql://", "postgresql://postgres@"));
        System.out.println("  health " + daemon.managementUrl() + "/q/health/well");
        System.out.println("  metrics " + daemon.managementUrl() + "/q/metrics");
        System.out.println("  sandbox " + sandbox.url() + "/sandbox/counters");
        System.out.println(
                "Orders change in the sandbox, and webhooks say so; tokens live for 10 seconds and are renewed. Ctrl-C ends everything.");
        System.out.println();
        var told = new Brought(0, 0);
        var until = Instant.now().plusSeconds(Long.getLong("demo.seconds", Integer.MAX_VALUE));
        while (daemon.isRunning() && Instant.now().isBefore(until)) {
            log.print();
            told = told.tell(daemon);
            TimeUnit.MILLISECONDS.sleep(200);
        }
        log.print();
        System.exit(daemon.isRunning() ? 0 : 1);
    }

    /**
     * Changes that webhooks brought.
     *
     * @param seconds from the events to their rows, together
     */
    private record Brought(long changes, double seconds) {

        /** Tells of them now and then. Answers what has been told of. */
        Brought tell(Daemon daemon) {
            var all = new Brought((long) daemon.metric("nxt_webhook_delay_seconds_count", ""),
                    daemon.metric("nxt_webhook_delay_seconds_sum", ""));
            if (all.changes < changes + 50) {
                return this;
            }
            System.out.printf(Locale.ROOT, "  … %d changes by webhook, on average %.0f ms from the event to the row%n",
                    all.changes - changes, 1000 * (all.seconds - seconds) / (all.changes - changes));
            return all;
        }
    }

    /** Until the first load is done. Answers how many rows there are. */
    private static long watch(Daemon daemon, TestDatabase database, LogTail log) throws Exception {
        long shown = -1;
        while (daemon.isRunning()) {
            log.print();
            long rows = 0;
            for (String table : new String[]{"nxt.\"order\"", "nxt.order_line", "nxt.associate", "nxt.company"}) {
                rows += database.count(table);
            }
            if (rows != shown) {
                System.out.println("  … " + rows + " rows in the target");
                shown = rows;
            }
            long states = database.count("nxt_sync.pull_state");
            if (states >= 10
                    && database.number("select count(*) from nxt_sync.pull_state where loaded_at is null") == 0) {
                return rows;
            }
            TimeUnit.MILLISECONDS.sleep(300);
        }
        throw new IllegalStateException("the daemon ended:\n" + daemon.output());
    }

    private static void end(Daemon daemon, Sandbox sandbox) {
        System.out.println("\nStopping …");
        try {
            daemon.close();
            sandbox.close();
            TestDatabase.stopServer();
            System.out.println(summary);
        } catch (Exception e) {
            System.out.println("could not stop cleanly: " + e.getMessage());
        }
    }
}
