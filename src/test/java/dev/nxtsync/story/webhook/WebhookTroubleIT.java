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

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.Hooks;
import dev.nxtsync.support.Detour;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

@Tag("webhook")
class WebhookTroubleIT {
    private static final Duration SOON = Duration.ofSeconds(20);

    @Test
    void withEveryWebhookLostTheNextPollMakesTheTargetRight() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(Hooks.options(100));
                var daemon = Hooks.daemon(sandbox, database).with("NXT_PULLS_ORDERS_EVERY", "1s").start()) {
            loaded(daemon, database, 1);
            sandbox.webhook(daemon.mainUrl() + Hooks.PATH, "a key that nobody told the daemon of");
            sandbox.put(COMPANY, "order", Map.of("orderNo", 17, "information1", "changed"));
            sandbox.put(COMPANY, "order", Map.of("orderNo", 7_001, "information1", "new"));
            arrives(sandbox, database, COMPANY, "order", SOON);
            await().atMost(SOON).until(() -> daemon.metric("nxt_webhooks_total", "bad_signature") > 1);
            assertThat(sandbox.counter("requests_fetch")).isZero();
            assertThat(sandbox.counter("webhooks_accepted")).isZero();
        }
    }

    @Test
    void withoutKeysThereIsNoSuchAddressAndAFileOfKeysCanBeRotated(@TempDir Path directory) throws Exception {
        var database = TestDatabase.migrated();
        Path keys = Files.writeString(directory.resolve("keys"), "the old one");
        try (var sandbox = new Sandbox(Hooks.options(10))) {
            byte[] body = sandbox.eventBody(COMPANY, "order", Map.of("orderNo", 1), "UPDATE");
            try (var closed = Hooks.daemon(sandbox, database).without("NXT_WEBHOOK_KEYS").start()) {
                closed.awaitReady();
                assertThat(post(closed, body)).isEqualTo(404);
            }
            try (var daemon = Hooks.daemon(sandbox, database).without("NXT_WEBHOOK_KEYS")
                    .with("NXT_WEBHOOK_KEYS_FILE", keys).start()) {
                daemon.awaitReady();
                assertThat(post(daemon, body, Sandbox.eventHeaders(body, "the old one")).statusCode()).isEqualTo(202);
                assertThat(post(daemon, body)).isEqualTo(401);
                Files.writeString(keys, Hooks.KEY + ",the old one\n");
                await().atMost(SOON).until(() -> post(daemon, body) == 202);
                assertThat(post(daemon, body, Sandbox.eventHeaders(body, "the old one")).statusCode()).isEqualTo(202);
                assertThat(daemon.output()).contains("The keys of webhooks have changed; there are 2")
                        .doesNotContain("the old one");
            }
        }
    }

    @Test
    void whileTheDatabaseIsAwayEventsAreTurnedAwayAndArriveOnceItIsBack() throws Exception {
        var database = TestDatabase.migrated();
        try (var proxy = new Detour(database.port());
                var sandbox = new Sandbox(Hooks.options(100))) {
            proxy.open();
            try (var daemon = Hooks.daemon(sandbox, database).with("NXT_DATABASE_URL", database.url(proxy.port()))
                    .start()) {
                loaded(daemon, database, 1);
                proxy.shut();
                byte[] body = sandbox.eventBody(COMPANY, "order", Map.of("orderNo", 1), "UPDATE");
                var refused = post(daemon, body, Sandbox.eventHeaders(body, Hooks.KEY));
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.headers().firstValue("Retry-After")).contains("2");
                assertThat(post(daemon, body, Map.of()).statusCode()).as("forgers learn nothing").isEqualTo(401);
                sandbox.webhook(daemon.mainUrl() + Hooks.PATH, Hooks.KEY);
                sandbox.put(COMPANY, "order", Map.of("orderNo", 17, "information1", "changed"));
                await().atMost(SOON).until(() -> sandbox.counter("webhooks_retried") > 0);
                proxy.open();
                arrives(sandbox, database, COMPANY, "order", Duration.ofSeconds(40));
                assertThat(sandbox.counter("webhooks_given_up")).isZero();
            }
        }
    }

    @Test
    void aKeyThatCannotBeLookedAtIsSetAsideAndShownAndKeepsNoOtherFromItsRow() {
        var database = TestDatabase.migrated();
        String operator = "an operator's key of this test";
        try (var sandbox = new Sandbox(Hooks.options(100));
                var daemon = Hooks.daemon(sandbox, database).with("NXT_OPERATOR_KEY", operator)
                        .with("NXT_PULLS_GOODS_TABLE", "product").with("NXT_PULLS_GOODS_EVERY", "24h")
                        .with("NXT_PULLS_GOODS_COMPANIES", COMPANY).start()) {
            loaded(daemon, database, 2);
            sandbox.spoilAnswers("\"spoilt\"", "01");
            // a number that would burn a core for minutes; the others stand behind it
            assertThat(post(daemon, sandbox.eventBody(COMPANY, "order", Map.of("orderNo", "1e200000000"), "UPDATE")))
                    .isEqualTo(202);
            assertThat(post(daemon, sandbox.eventBody(COMPANY, "order", Map.of("orderNo", "1e-200000000"), "UPDATE")))
                    .isEqualTo(202);
            sandbox.webhook(daemon.mainUrl() + Hooks.PATH, Hooks.KEY);
            for (int order = 1; order <= 60; order++) {
                sandbox.put(COMPANY, "order",
                        Map.of("orderNo", order, "information1", order == 17 ? "spoilt" : "changed"));
            }
            sandbox.put(COMPANY, "product", Map.of("productNo", "new", "description", "new"));
            arrives(sandbox, database, COMPANY, "product", SOON);
            await().atMost(SOON).until(() -> database
                    .number("select count(*) from nxt.\"order\" where information1 = 'changed'") == 59);
            await().atMost(SOON)
                    .until(() -> database.number("select count(*) from nxt_sync.inbox where next_at is not null") == 1
                            && Hooks.inbox(database).size() == 1);
            await().atMost(Duration.ofSeconds(40)).until(() -> {
                // rather than wait for half a minute
                database.execute(
                        "update nxt_sync.inbox set next_at = now() where next_at is not null and attempts < 5");
                return database
                        .number("select count(*) from nxt_sync.inbox where attempts = 5 and reason is not null") == 1;
            });
            assertThat(daemon.output()).contains("a webhook named is set aside: The answer");
            await().atMost(SOON).until(() -> daemon.metric("nxt_inbox_set_aside", "orders") == 1);
            assertThat(daemon.metric("nxt_inbox_rows", "")).isZero();
            var well = daemon.get("/q/health/well");
            assertThat(well.status()).as("the poll reads the row as well").isEqualTo(200);
            assertThat(well.body()).contains("keys of orders set aside (keys_set_aside)");
            assertThat(given().header("X-Api-Key", operator).get(daemon.mainUrl() + "/api/status")
                    .<String>path("keys_set_aside[0].reason")).startsWith("The answer");
            // a later event of another row finds nothing in its way, and one of the same row waits with it
            long requests = sandbox.counter("requests_fetch");
            sandbox.put(COMPANY, "order", Map.of("orderNo", 17, "information1", "again"));
            sandbox.put(COMPANY, "order", Map.of("orderNo", 18, "information1", "again"));
            await().atMost(SOON).until(() -> database
                    .number("select count(*) from nxt.\"order\" where information1 = 'again'") == 1);
            assertThat(sandbox.counter("requests_fetch") - requests).isLessThanOrEqualTo(2);
            // once its cause is gone it arrives by itself, when it is its turn
            sandbox.spoilAnswers("", "");
            database.execute("update nxt_sync.inbox set next_at = null");
            arrives(sandbox, database, COMPANY, "order", SOON);
            await().atMost(SOON).until(() -> Hooks.inbox(database).isEmpty()
                    && !daemon.get("/q/health/well").body().contains("keys_set_aside"));
        }
    }

    @Test
    void aRowThatAWebhookNamesIsReadAheadOfALoadThatUsesUpTheBudget() {
        assumeTrue(Size.full(), "it takes the minute in which a budget is used up");
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(Hooks.options(2_000));
                var daemon = Hooks.daemon(sandbox, database).with("NXT_BUDGET_REQUESTS_PER_MINUTE", 60)
                        .with("NXT_PULLS_GOODS_TABLE", "product").with("NXT_PULLS_GOODS_EVERY", "24h")
                        .with("NXT_PULLS_GOODS_COMPANIES", COMPANY)
                        .with("NXT_PULLS_ORDERS_PAGE_SIZE", 1).with("NXT_PULLS_ORDERS_PAGE_SIZE_MAX", 1).start()) {
            await().atMost(Duration.ofSeconds(60)).until(() -> database.count("nxt_sync.pull_state") == 2 && database
                    .number("select count(*) from nxt_sync.pull_state where loaded_at is not null") == 1);
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
    void eventsOfACompanyThatRefusesTheClientWaitUntilItDoesNot() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(Hooks.options(100));
                var daemon = Hooks.daemon(sandbox, database).with("NXT_PULLS_GOODS_TABLE", "product")
                        .with("NXT_PULLS_GOODS_EVERY", "24h").with("NXT_PULLS_GOODS_COMPANIES", COMPANY).start()) {
            loaded(daemon, database, 2);
            sandbox.webhook(daemon.mainUrl() + Hooks.PATH, Hooks.KEY);
            sandbox.grant(COMPANY, false);
            sandbox.put(COMPANY, "order", Map.of("orderNo", 17, "information1", "changed"));
            await().atMost(SOON).until(() -> daemon.output().contains("has no access to company " + COMPANY));
            assertThat(Hooks.inbox(database)).isNotEmpty();
            sandbox.grant(COMPANY, true);
            arrives(sandbox, database, COMPANY, "order", Duration.ofSeconds(40));
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
            await().atMost(Duration.ofMinutes(1)).until(() -> daemon.get("/q/health/well").body()
                    .contains("The table order no longer has information6"));
            assertThat(Hooks.inbox(database)).extracting(row -> row.get("pull")).containsExactly("orders", "orders");
            assertThat(sandbox.counter("requests_fetch"))
                    .as("once for both, and for orders once with both and once with one")
                    .isLessThanOrEqualTo(6);
            sandbox.faults(Map.of());
            arrives(sandbox, database, COMPANY, "order", Duration.ofMinutes(3));
        }
    }
}
