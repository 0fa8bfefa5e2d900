package dev.nxtsync.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/**
 * Shows the product at work: a PostgreSQL, the sandbox with the books of a wholesaler, and the packaged daemon between them. It
 * ends with Ctrl-C, or after {@code -Ddemo.seconds=N}, and leaves nothing behind. {@code -Ddemo.outage=N} says how many seconds
 * the API is away.
 */
public final class Demo implements AutoCloseable {
    static {
        // before anything logs
        System.setProperty("java.util.logging.manager", "org.jboss.logmanager.LogManager");
    }

    private static final int COMPANY = 5_280_001;
    private static final String KEY = "demo-signature-key";
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Path VARIABLES = Path.of("target", "demo.env");
    private static final Map<String, String> TABLES = Map.of("orders", "order", "lines", "orderLine", "associates",
            "associate", "products", "product");
    private static final String BEST = """
            select a.name, count(*) as orders, sum(o.order_amount_domestic) as total
            from nxt."order" o join nxt.associate a using (nxt_company, customer_no)
            where nxt_company = 5280001 group by a.name order by total desc limit 3""";

    private final TestDatabase database = TestDatabase.create();
    private final Sandbox sandbox = new Sandbox(
            SandboxOptions.defaults().withPort(0).withWholesaler(true).withStill(true));
    private final Daemon daemon;

    private Demo() throws IOException {
        // the server of the tests has a time zone that nobody expects
        database.execute("""
                do $$ begin execute format('alter database %I set timezone = ''UTC''', current_database()); end $$""");
        var variables = Daemon.on(sandbox.url(), database).with("NXT_WEBHOOK_KEYS", KEY)
                .with("NXT_PUSHES_SHOP_TABLE", "order").with("NXT_PUSHES_SHOP_COMPANY", COMPANY)
                .with("NXT_PUSHES_SHOP_KEY_COLUMN", "yourReference");
        TABLES.forEach((pull, table) -> variables.with("NXT_PULLS_" + pull.toUpperCase(Locale.ROOT) + "_TABLE", table)
                .with("NXT_PULLS_" + pull.toUpperCase(Locale.ROOT) + "_EVERY", "30s"));
        variables.write(VARIABLES);
        daemon = variables.start();
    }

    public static void main(String... arguments) throws Exception {
        say("Starting PostgreSQL, a sandbox in the place of Visma, and nxt-sync …");
        var demo = new Demo();
        Runtime.getRuntime().addShutdownHook(new Thread(demo::close));
        demo.until(() -> demo.daemon.get("/q/health/ready").status() == 200);
        demo.pull();
        demo.renew();
        demo.push();
        demo.webhook();
        demo.outage(Duration.ofSeconds(Long.getLong("demo.outage", 15)));
        demo.offer();
        demo.sandbox.still(false);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("demo.seconds", 1_000_000));
        demo.waitUntil(() -> System.nanoTime() > end || !demo.daemon.isRunning());
        System.exit(demo.daemon.isRunning() ? 0 : 1);
    }

    private void pull() {
        say("\n1. Pull: the tables of a wholesaler, three companies of it, come into PostgreSQL.");
        long began = System.nanoTime();
        until(() -> database.count("nxt_sync.pull_state") == 3L * TABLES.size()
                && database.number("select count(*) from nxt_sync.pull_state where loaded_at is null") == 0);
        long rows = TABLES.values().stream()
                .mapToLong(table -> database.count("nxt.\"" + table.replace("orderLine", "order_line") + "\"")).sum();
        say("   %,d rows came in %s. The best customers:", rows, since(began));
        database.rows(BEST).forEach(
                row -> say("     %-28s %4s orders %14s", row.get("name"), row.get("orders"), row.get("total")));
    }

    private void renew() {
        say("\n2. Token: here it lives for ten seconds. It is renewed before it ends.");
        double before = renewals();
        until(() -> renewals() > before);
        double waited = daemon.metric("nxt_token_waits_total", "connection=\"main\"");
        say(waited == 0 ? "   Renewed, and no call had to wait for it." : "   Renewed; %.0f calls waited for it.",
                waited);
    }

    private double renewals() {
        return daemon.metric("nxt_token_renewals_total", "outcome=\"ok\"");
    }

    private void push() {
        say("\n3. Push: SQL puts an order with two lines into the outbox.");
        database.execute("""
                select nxt_sync.push('shop', 'web-4711', '{"customerNo": 10023, "orderLines": [
                  {"productNo": "1001", "quantity": 2}, {"productNo": "1013", "quantity": 5}]}')""");
        long began = System.nanoTime();
        until(() -> "done"
                .equals(database.value("select state from nxt_sync.outbox where push = 'shop' and key = 'web-4711'")));
        String number = database.value("select result ->> 'orderNo' from nxt_sync.outbox where key = 'web-4711'");
        say("   Order %s was made in %s; its number is in the outbox.", number, since(began));
        String made = "select order_amount_domestic from nxt.\"order\" where nxt_company = 5280001 and order_no = "
                + number;
        sandbox.webhook(daemon.mainUrl() + "/webhooks/visma-connect", KEY);
        sandbox.event(COMPANY, "order", Map.of("orderNo", Integer.valueOf(number)), "INSERT");
        until(() -> database.value(made) != null);
        say("   It is a row of nxt.\"order\" too, with the total that Business NXT gave it: %s.", database.value(made));
    }

    private void webhook() {
        say("\n4. Webhook: somebody changes order 1 in Business NXT.");
        say("   %s later the change is in PostgreSQL.", arrival("call before delivery"));
    }

    private void outage(Duration length) throws InterruptedException {
        say("\n5. Outage: the API is gone for %d seconds, and order 1 is changed meanwhile.", length.toSeconds());
        sandbox.goAway();
        change("delivered to the back door");
        TimeUnit.NANOSECONDS.sleep(length.toNanos());
        until(() -> !said().isEmpty());
        said().stream().limit(2).forEach(line -> say("   Health says: %s", line));
        sandbox.comeBack();
        long began = System.nanoTime();
        until(() -> has("delivered to the back door") && daemon.get("/q/health/well").status() == 200);
        say("   The API is back. %s later the change is in PostgreSQL, and health says that all is well.",
                since(began));
    }

    private void offer() {
        say("\nEverything goes on. Five commands to try in another terminal, in this directory:");
        commands().forEach(line -> say("  %s", line));
        say("\nThe log is %s. Ctrl-C ends everything, and removes %s.",
                Path.of("").toAbsolutePath().relativize(daemon.log()), VARIABLES);
    }

    private List<String> commands() {
        String jar = "(. " + VARIABLES + "; java -jar target/quarkus-app/quarkus-run.jar ";
        return List.of(jar + "status)", jar + "check)", "curl -s " + daemon.managementUrl() + "/q/health/well",
                "curl -s " + sandbox.url() + "/sandbox/counters",
                "psql " + database.url().substring("jdbc:".length()).replace("//", "//postgres@")
                        + " -c 'select * from nxt_sync.freshness'");
    }

    /** How long it takes until a change is a row. */
    private String arrival(String text) {
        long began = System.nanoTime();
        change(text);
        until(() -> has(text));
        return since(began);
    }

    private void change(String text) {
        sandbox.put(COMPANY, "order", Map.of("orderNo", 1, "information1", text, "changedByUser", "kari"));
    }

    private boolean has(String text) {
        return text.equals(
                database.value("select information1 from nxt.\"order\" where nxt_company = 5280001 and order_no = 1"));
    }

    /** What health says of what is not well, each in its first sentence. */
    private List<String> said() {
        try {
            return BusinessNxt.JSON.readTree(daemon.get("/q/health/well").body()).path("checks").findParents("data")
                    .stream().filter(check -> check.path("status").asText().equals("DOWN"))
                    .map(check -> check.path("data").properties().iterator().next().getValue()).map(JsonNode::asText)
                    .map(text -> text.replaceFirst("^[^;]*; (?=[A-Z])", "").replaceFirst("(?s)[.] .*", ".")).distinct()
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String since(long nanos) {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
        return millis < 1000 ? millis + " ms" : String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }

    private void until(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        waitUntil(() -> !daemon.isRunning() || System.nanoTime() > end || condition.getAsBoolean());
        if (!condition.getAsBoolean()) {
            say("It does not go on. The daemon said:\n%s", daemon.output());
            System.exit(1);
        }
    }

    private void waitUntil(BooleanSupplier condition) {
        try {
            while (!condition.getAsBoolean()) {
                TimeUnit.MILLISECONDS.sleep(25);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void say(String text, Object... values) {
        System.out.println(values.length == 0 ? text : String.format(Locale.ROOT, text, values));
    }

    @Override
    public void close() {
        say("\nStopping …");
        try {
            daemon.close();
            sandbox.close();
            TestDatabase.stopServer();
            Files.deleteIfExists(VARIABLES);
            say("Everything has ended.");
        } catch (IOException e) {
            say("It could not stop cleanly: %s", e.getMessage());
        }
    }
}
