package dev.nxtsync.story.webhook;

import static dev.nxtsync.story.Hooks.COMPANY;
import static dev.nxtsync.story.Hooks.arrives;
import static dev.nxtsync.story.Hooks.post;
import static dev.nxtsync.story.Pulls.loaded;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.Hooks;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Detour;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

@Tag("webhook")
class WebhookTroubleIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    private static final String OPERATOR = "an operator's key of this test";

    private static Sandbox sandbox;
    private static TestDatabase database;
    private static Detour way;
    private static Path keys;
    private static Daemon daemon;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        sandbox = new Sandbox(Hooks.options(100));
        database = TestDatabase.migrated();
        way = new Detour(database.port());
        way.open();
        keys = Files.writeString(directory.resolve("keys"), Hooks.KEY);
        daemon = Hooks.daemon(sandbox, database).without("NXT_WEBHOOK_KEYS").with("NXT_WEBHOOK_KEYS_FILE", keys)
                .with("NXT_DATABASE_URL", database.url(way.port())).with("NXT_OPERATOR_KEY", OPERATOR)
                .with("NXT_PULLS_GOODS_TABLE", "product").with("NXT_PULLS_GOODS_EVERY", "24h")
                .with("NXT_PULLS_GOODS_COMPANIES", COMPANY).with("NXT_PULLS_LINES_TABLE", "orderLine")
                .with("NXT_PULLS_LINES_EVERY", "1s").with("NXT_PULLS_LINES_COMPANIES", COMPANY).start();
        loaded(daemon, database, 3);
    }

    @BeforeEach
    void listen() {
        sandbox.webhook(daemon.mainUrl() + Hooks.PATH, Hooks.KEY);
    }

    @AfterAll
    static void stop() throws Exception {
        daemon.close();
        sandbox.close();
        way.close();
    }

    @Test
    void withEveryWebhookLostTheNextPollMakesTheTargetRight() {
        long fetched = sandbox.counter("requests_fetch");
        long accepted = sandbox.counter("webhooks_accepted");
        double refused = daemon.metric("nxt_webhooks_total", "bad_signature");
        sandbox.webhook(daemon.mainUrl() + Hooks.PATH, "a key that nobody told the daemon of");
        sandbox.put(COMPANY, "orderLine", Map.of("orderNo", 3, "lineNo", 2, "description", "changed"));
        sandbox.put(COMPANY, "orderLine", Map.of("orderNo", 7_001, "lineNo", 1, "description", "new"));
        arrives(sandbox, database, COMPANY, "orderLine", SOON);
        await().atMost(SOON).until(() -> daemon.metric("nxt_webhooks_total", "bad_signature") > refused + 1);
        assertThat(sandbox.counter("requests_fetch")).isEqualTo(fetched);
        assertThat(sandbox.counter("webhooks_accepted")).isEqualTo(accepted);
        // they are sent again, with the right key
        listen();
        await().atMost(SOON).until(() -> sandbox.pendingEvents() == 0 && Hooks.inbox(database).isEmpty());
    }

    @Test
    void aFileOfKeysCanBeRotated() throws Exception {
        byte[] body = sandbox.eventBody(COMPANY, "order", Map.of("orderNo", 1), "UPDATE");
        var byTheNew = Sandbox.eventHeaders(body, "the new one");
        assertThat(post(daemon, body)).isEqualTo(202);
        assertThat(post(daemon, body, byTheNew).statusCode()).isEqualTo(401);
        Files.writeString(keys, "the new one," + Hooks.KEY + "\n");
        await().atMost(SOON).until(() -> post(daemon, body, byTheNew).statusCode() == 202);
        assertThat(post(daemon, body)).isEqualTo(202);
        assertThat(daemon.output()).contains("The keys of webhooks have changed; their number is now 2")
                .doesNotContain("the new one");
    }

    @Test
    void whileTheDatabaseIsAwayEventsAreTurnedAwayAndArriveOnceItIsBack() throws Exception {
        way.shut();
        byte[] body = sandbox.eventBody(COMPANY, "order", Map.of("orderNo", 1), "UPDATE");
        var refused = post(daemon, body, Sandbox.eventHeaders(body, Hooks.KEY));
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).contains("2");
        assertThat(post(daemon, body, Map.of()).statusCode()).as("forgers learn nothing").isEqualTo(401);
        long retried = sandbox.counter("webhooks_retried");
        sandbox.put(COMPANY, "order", Map.of("orderNo", 71, "information1", "while it was away"));
        await().atMost(SOON).until(() -> sandbox.counter("webhooks_retried") > retried);
        way.open();
        arrives(sandbox, database, COMPANY, "order", Duration.ofSeconds(40));
        assertThat(sandbox.counter("webhooks_given_up")).isZero();
    }

    @Test
    void aKeyThatCannotBeLookedAtIsSetAsideAndShownAndKeepsNoOtherFromItsRow() {
        sandbox.spoilAnswers("\"spoilt\"", "01");
        // a number that would burn a core for minutes; the others stand behind it
        assertThat(post(daemon, sandbox.eventBody(COMPANY, "order", Map.of("orderNo", "1e200000000"), "UPDATE")))
                .isEqualTo(202);
        assertThat(post(daemon, sandbox.eventBody(COMPANY, "order", Map.of("orderNo", "1e-200000000"), "UPDATE")))
                .isEqualTo(202);
        for (int order = 1; order <= 60; order++) {
            sandbox.put(COMPANY, "order", Map.of("orderNo", order, "information1", order == 17 ? "spoilt" : "changed"));
        }
        sandbox.put(COMPANY, "product", Map.of("productNo", "new", "description", "new"));
        arrives(sandbox, database, COMPANY, "product", SOON);
        await().atMost(SOON).until(
                () -> database.number("select count(*) from nxt.\"order\" where information1 = 'changed'") == 59);
        await().atMost(SOON)
                .until(() -> database.number("select count(*) from nxt_sync.inbox where next_at is not null") == 1
                        && Hooks.inbox(database).size() == 1);
        await().atMost(Duration.ofSeconds(40)).until(() -> {
            // rather than wait for half a minute
            database.execute("update nxt_sync.inbox set next_at = now() where next_at is not null and attempts < 5");
            return database
                    .number("select count(*) from nxt_sync.inbox where attempts = 5 and reason is not null") == 1;
        });
        assertThat(daemon.output()).contains("a webhook named is set aside (keys_set_aside). The answer");
        // the two are counted one after the other, so that a look may see the key in both
        await().atMost(SOON).until(
                () -> daemon.metric("nxt_inbox_set_aside", "orders") == 1 && daemon.metric("nxt_inbox_rows", "") == 0);
        var well = daemon.get("/q/health/well");
        assertThat(well.status()).as("the poll reads the row as well").isEqualTo(200);
        assertThat(well.body()).contains("keys of orders set aside (keys_set_aside)");
        assertThat(given().header("X-Api-Key", OPERATOR).get(daemon.mainUrl() + "/api/status")
                .<String>path("keys_set_aside[0].reason")).startsWith("The answer");
        // a later event of another row finds nothing in its way, and one of the same row waits with it
        long requests = sandbox.counter("requests_fetch");
        sandbox.put(COMPANY, "order", Map.of("orderNo", 17, "information1", "again"));
        sandbox.put(COMPANY, "order", Map.of("orderNo", 18, "information1", "again"));
        await().atMost(SOON)
                .until(() -> database.number("select count(*) from nxt.\"order\" where information1 = 'again'") == 1);
        assertThat(sandbox.counter("requests_fetch") - requests).isLessThanOrEqualTo(2);
        // once its cause is gone it arrives by itself, when it is its turn
        sandbox.spoilAnswers("", "");
        database.execute("update nxt_sync.inbox set next_at = null");
        arrives(sandbox, database, COMPANY, "order", SOON);
        await().atMost(SOON).until(() -> Hooks.inbox(database).isEmpty()
                && !daemon.get("/q/health/well").body().contains("keys_set_aside"));
    }

    @Test
    void eventsOfACompanyThatRefusesTheClientWaitUntilItDoesNot() {
        sandbox.grant(COMPANY, false);
        sandbox.put(COMPANY, "order", Map.of("orderNo", 72, "information1", "while it was refused"));
        await().atMost(SOON).until(() -> daemon.output().contains("has no access to company " + COMPANY)
                && !Hooks.inbox(database).isEmpty());
        sandbox.grant(COMPANY, true);
        arrives(sandbox, database, COMPANY, "order", Duration.ofSeconds(40));
    }

    @Test
    void aRowThatAWebhookNamesIsReadAheadOfALoadThatUsesUpTheBudget() {
        assumeTrue(Size.full(), "it takes the minute in which a budget is used up");
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(Hooks.options(2_000));
                var daemon = Hooks.daemon(sandbox, database).with("NXT_BUDGET_REQUESTS_PER_MINUTE", 60)
                        .with("NXT_PULLS_GOODS_TABLE", "product").with("NXT_PULLS_GOODS_EVERY", "24h")
                        .with("NXT_PULLS_GOODS_COMPANIES", COMPANY).with("NXT_PULLS_ORDERS_PAGE_SIZE", 1)
                        .with("NXT_PULLS_ORDERS_PAGE_SIZE_MAX", 1).start()) {
            await().atMost(Duration.ofSeconds(60)).until(() -> database.count("nxt_sync.pull_state") == 2
                    && database.number("select count(*) from nxt_sync.pull_state where loaded_at is not null") == 1);
            sandbox.webhook(daemon.mainUrl() + Hooks.PATH, Hooks.KEY);
            await().atMost(Duration.ofSeconds(90)).until(() -> sandbox.counter("requests") > 58);
            sandbox.put(COMPANY, "product", Map.of("productNo", "first", "description", "new"));
            // an event of a table that is still being loaded waits for the end of that
            sandbox.put(COMPANY, "order", Map.of("orderNo", 1_999, "information1", "changed"));
            arrives(sandbox, database, COMPANY, "product", Duration.ofSeconds(75));
            assertThat(database.number("select count(*) from nxt_sync.pull_state where loaded_at is null"))
                    .isEqualTo(1);
            assertThat(Hooks.inbox(database)).extracting(row -> row.get("pull")).containsExactly("orders");
        }
    }

    @Test
    void aTableThatCannotBeReadHoldsNoOtherUpAndItsEventsWait() {
        assumeTrue(Size.full(), "it takes more than a minute until the schema is looked at again");
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(Hooks.options(100));
                var daemon = Hooks.daemon(sandbox, database).with("NXT_PULLS_GOODS_TABLE", "product")
                        .with("NXT_PULLS_GOODS_EVERY", "24h").with("NXT_PULLS_GOODS_COMPANIES", COMPANY).start()) {
            loaded(daemon, database, 2);
            sandbox.webhook(daemon.mainUrl() + Hooks.PATH, Hooks.KEY);
            // a column of orders vanishes
            sandbox.faults(Map.of("drift-column", 1.0));
            sandbox.put(COMPANY, "order", Map.of("orderNo", 17, "information1", "changed"));
            sandbox.put(COMPANY, "order", Map.of("orderNo", 18, "information1", "changed"));
            sandbox.put(COMPANY, "product", Map.of("productNo", "second", "description", "new"));
            arrives(sandbox, database, COMPANY, "product", SOON);
            await().atMost(Duration.ofMinutes(1)).until(
                    () -> daemon.get("/q/health/well").body().contains("The table order no longer has information6"));
            assertThat(Hooks.inbox(database)).extracting(row -> row.get("pull")).containsExactly("orders", "orders");
            assertThat(sandbox.counter("requests_fetch"))
                    .as("once for both, and for orders once with both and once with one").isLessThanOrEqualTo(6);
            sandbox.faults(Map.of());
            arrives(sandbox, database, COMPANY, "order", Duration.ofMinutes(3));
        }
    }
}
