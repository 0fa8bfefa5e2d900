package dev.nxtsync.story.webhook;

import static dev.nxtsync.story.Hooks.COMPANY;
import static dev.nxtsync.story.Hooks.arrives;
import static dev.nxtsync.story.Hooks.post;
import static dev.nxtsync.story.Pulls.loaded;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.Hooks;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

@Tag("webhook")
class WebhookIT {
    private static final int CUSTOMER = 1_111_222;
    private static final Duration SOON = Duration.ofSeconds(15);

    private static Sandbox sandbox;
    private static TestDatabase database;
    private static Daemon daemon;

    @BeforeAll
    static void start() {
        sandbox = new Sandbox(Hooks.options(300));
        database = TestDatabase.migrated();
        daemon = Hooks.daemon(sandbox, database).with("NXT_PULLS_LINES_TABLE", "orderLine")
                .with("NXT_PULLS_LINES_EVERY", "24h").with("NXT_PULLS_LINES_COMPANIES", COMPANY)
                .with("NXT_PULLS_LINES_DELETES", "remove").with("NXT_PULLS_GOODS_TABLE", "product")
                .with("NXT_PULLS_GOODS_EVERY", "24h").with("NXT_PULLS_GOODS_COMPANIES", COMPANY)
                .with("NXT_PULLS_PEOPLE_TABLE", "user").with("NXT_PULLS_PEOPLE_EVERY", "24h").start();
        loaded(daemon, database, 4);
        sandbox.webhook(daemon.mainUrl() + Hooks.PATH, Hooks.KEY);
    }

    @AfterAll
    static void stop() {
        daemon.close();
        sandbox.close();
    }

    @Test
    void newChangedAndDeletedRowsArriveWithoutAPollWhateverTheirKeys() {
        long polls = sandbox.counter("requests_poll");
        sandbox.put(COMPANY, "order", Map.of("orderNo", 17, "information1", "changed"));
        sandbox.put(COMPANY, "order", Map.of("orderNo", 70_001, "information1", "new"));
        sandbox.delete(COMPANY, "order", Map.of("orderNo", 18));
        sandbox.put(COMPANY, "orderLine", Map.of("orderNo", 3, "lineNo", 2, "description", "changed"));
        sandbox.put(COMPANY, "orderLine", Map.of("orderNo", 3, "lineNo", 99, "description", "new"));
        sandbox.delete(COMPANY, "orderLine", Map.of("orderNo", 4, "lineNo", 1));
        sandbox.put(COMPANY, "product", Map.of("productNo", "aå \"\\ 漁船", "description", "new"));
        sandbox.delete(COMPANY, "product", Map.of("productNo", "a00001"));
        sandbox.put(CUSTOMER, "user", Map.of("userName", "kari", "fullName", "Kari"));
        for (String table : new String[]{"order", "orderLine", "product"}) {
            arrives(sandbox, database, COMPANY, table, SOON);
        }
        arrives(sandbox, database, CUSTOMER, "user", SOON);
        assertThat(sandbox.counter("requests_poll")).isEqualTo(polls);
        assertThat(database
                .number("select count(*) from nxt.\"order\" where order_no = 18 and nxt_deleted_at is not null"))
                .isEqualTo(1);
        assertThat(database.number("select count(*) from nxt.order_line where order_no = 4 and line_no = 1")).isZero();
        await().atMost(SOON).until(() -> Hooks.inbox(database).isEmpty());
        assertThat(database.number("select rows from nxt_sync.freshness where job = 'orders'"))
                .isEqualTo(database.number("select count(*) from nxt.\"order\" where nxt_deleted_at is null"));
    }

    @Test
    void anEventOnlySaysWhereToLook() {
        String before = database.value("select xmin::text || ctid::text from nxt.\"order\" where order_no = 5");
        sandbox.event(COMPANY, "order", Map.of("orderNo", 5), "DELETE");
        sandbox.event(COMPANY, "order", Map.of("orderNo", 88_888), "INSERT");
        await().atMost(SOON).until(() -> sandbox.pendingEvents() == 0 && Hooks.inbox(database).isEmpty());
        assertThat(database.value("select xmin::text || ctid::text from nxt.\"order\" where order_no = 5"))
                .as("an old deletion touches no row that is there").isEqualTo(before);
        assertThat(database.number("select count(*) from nxt.\"order\" where order_no = 88888")).isZero();
    }

    @Test
    void eventsThatComeTwiceAndInAnyOrderLeadToTheSameRowsWhateverTheApiAnswers() {
        sandbox.faults(
                Map.of("duplicate-webhook", 0.3, "reorder-webhook", 0.5, "busy", 0.2, "5xx", 0.2, "cut-body", 0.1));
        var random = new Random(7);
        for (int i = 0; i < 300; i++) {
            int order = 100 + random.nextInt(40);
            if (random.nextInt(4) == 0) {
                sandbox.delete(COMPANY, "order", Map.of("orderNo", order));
            } else {
                sandbox.put(COMPANY, "order", Map.of("orderNo", order, "information1", "change " + i));
            }
        }
        await().atMost(SOON).until(() -> sandbox.pendingEvents() == 0);
        sandbox.faults(Map.of());
        arrives(sandbox, database, COMPANY, "order", SOON);
        await().atMost(SOON).until(() -> Hooks.inbox(database).isEmpty());
        assertThat(sandbox.counter("webhooks_doubled")).isPositive();
        assertThat(daemon.metric("nxt_webhooks_total", "duplicate")).isPositive();
    }

    @Test
    void whileOneReadIsUnderWayTheEventsOfARowBecomeOneRead() {
        sandbox.holdRequestsWith("\"operationName\":\"fetch\"");
        sandbox.put(COMPANY, "order", Map.of("orderNo", 200, "information1", "first"));
        await().atMost(SOON).until(() -> sandbox.held() > 0);
        long before = sandbox.counter("requests_fetch");
        for (int i = 0; i < 300; i++) {
            sandbox.put(COMPANY, "order", Map.of("orderNo", 200 + i % 3, "information1", "change " + i));
            sandbox.put(COMPANY, "product", Map.of("productNo", "coalesced", "description", "change " + i));
        }
        await().atMost(SOON).until(() -> sandbox.pendingEvents() == 0);
        sandbox.release();
        arrives(sandbox, database, COMPANY, "order", SOON);
        arrives(sandbox, database, COMPANY, "product", SOON);
        await().atMost(SOON).until(() -> Hooks.inbox(database).isEmpty());
        assertThat(sandbox.counter("requests_fetch") - before).as("both tables in one document").isEqualTo(1);
    }

    @Test
    void whatIsNotGenuineOrNotAnEventIsRefusedAndNothingOfItIsKept() {
        byte[] body = sandbox.eventBody(COMPANY, "order", Map.of("orderNo", 9), "DELETE");
        String kept = "select (select count(*) from nxt_sync.inbox) + (select count(*) from nxt_sync.inbox_seen)";
        await().atMost(SOON).until(() -> sandbox.pendingEvents() == 0 && Hooks.inbox(database).isEmpty());
        long before = database.number(kept);
        assertThat(post(daemon, body, Map.of()).statusCode()).isEqualTo(401);
        assertThat(post(daemon, body, Sandbox.eventHeaders(body, "another key")).statusCode()).isEqualTo(401);
        byte[] other = new String(body, StandardCharsets.UTF_8).replace("\"OrderNo\":9", "\"OrderNo\":8")
                .getBytes(StandardCharsets.UTF_8);
        var forged = post(daemon, other, Sandbox.eventHeaders(body, Hooks.KEY));
        assertThat(forged.statusCode()).isEqualTo(401);
        assertThat(forged.body()).as("nothing that helps").isEmpty();
        for (String malformed : new String[]{"", "{", "[1]", "{\"tableIdentifier\":\"Order\",\"companyNo\":5280001}"}) {
            assertThat(post(daemon, malformed.getBytes(StandardCharsets.UTF_8))).as(malformed).isEqualTo(400);
        }
        assertThat(post(daemon, new byte[256 * 1024])).as("as large as may be").isEqualTo(400);
        assertThat(post(daemon, new byte[256 * 1024 + 1])).isEqualTo(413);
        assertThat(post(daemon, new byte[30_000_000])).isEqualTo(413);
        assertThat(daemon.getMain(Hooks.PATH).status()).isEqualTo(405);
        assertThat(daemon.get(Hooks.PATH).status()).as("not on the management port").isEqualTo(404);
        assertThat(database.number(kept)).isEqualTo(before);
        assertThat(daemon.output()).contains("it is not signed with a key of NXT_WEBHOOK_KEYS")
                .contains("it is not an event of the type TableChange").doesNotContain(Hooks.KEY);
        assertThat(daemon.output().lines().filter(line -> line.contains("was refused with 401"))).hasSize(1);
        for (String result : new String[]{"bad_signature", "malformed", "too_large"}) {
            assertThat(daemon.metric("nxt_webhooks_total", result)).as(result).isPositive();
        }
    }

    @Test
    void anEventOfATableCompanyOrTenantThatNobodyHereHasIsAcceptedAndCounted() {
        double before = daemon.metric("nxt_webhooks_total", "unknown");
        for (String event : new String[]{"{\"tableIdentifier\":\"Foo\",\"companyNo\":5280001,",
                "{\"tableIdentifier\":\"Order\",\"companyNo\":9999999,",
                "{\"tableIdentifier\":\"User\",\"customerNo\":7,"}) {
            byte[] body = (event + "\"primaryKeys\":[{\"OrderNo\":9}],\"event\":\"UPDATE\"}")
                    .getBytes(StandardCharsets.UTF_8);
            assertThat(post(daemon, body)).isEqualTo(202);
        }
        assertThat(daemon.metric("nxt_webhooks_total", "unknown")).isEqualTo(before + 3);
    }

    @Test
    void keysThatAreNoKeysOfTheTableAreLeftToThePollAndHoldNothingUp() {
        for (String key : new String[]{"{\"LineNo\":9}", "{\"OrderNo\":\"x\"}", "{\"OrderNo\":99999999999}"}) {
            byte[] body = ("{\"tableIdentifier\":\"Order\",\"companyNo\":" + COMPANY + ",\"primaryKeys\":[" + key
                    + "],\"event\":\"UPDATE\"}").getBytes(StandardCharsets.UTF_8);
            assertThat(post(daemon, body)).isEqualTo(202);
        }
        sandbox.put(COMPANY, "order", Map.of("orderNo", 250, "information1", "changed"));
        arrives(sandbox, database, COMPANY, "order", SOON);
        await().atMost(SOON).until(() -> Hooks.inbox(database).isEmpty());
        assertThat(daemon.output()).contains("named rows by other columns than orderNo");
    }

    @Test
    void aRowThatCannotBeReadIsPutBehindTheOthersAndArrivesOnceItCan() {
        sandbox.refuseRequestsWith("66666");
        sandbox.holdRequestsWith("\"operationName\":\"fetch\"");
        for (int i = 0; i < 20; i++) {
            int number = i == 7 ? 66_666 : 60_000 + i;
            sandbox.put(COMPANY, "order", Map.of("orderNo", number, "information1", "new"));
        }
        await().atMost(SOON).until(() -> sandbox.pendingEvents() == 0);
        sandbox.release();
        await().atMost(SOON).until(() -> database
                .number("select count(*) from nxt.\"order\" where order_no between 60000 and 60020") == 19);
        assertThat(Hooks.inbox(database)).extracting(row -> row.get("key")).containsOnly("{\"orderNo\":66666}");
        sandbox.refuseRequestsWith("");
        arrives(sandbox, database, COMPANY, "order", Duration.ofSeconds(30));
    }

    @Test
    void anEventWhoseProcessDiedBeforeItCouldTellOfItIsLookedAtAllTheSame() {
        sandbox.webhook("", Hooks.KEY);
        sandbox.put(COMPANY, "order", Map.of("orderNo", 260, "information1", "changed"));
        sandbox.webhook(daemon.mainUrl() + Hooks.PATH, Hooks.KEY);
        database.execute("insert into nxt_sync.inbox (unit, pull, key) select id, 'orders', '{\"orderNo\":260}' "
                + "from nxt_sync.job where kind = 'fetch' and company = " + COMPANY);
        arrives(sandbox, database, COMPANY, "order", SOON);
    }

    @Test
    void checkShowsTheLastEventOfEachTableAndWaitsForOne() throws Exception {
        sandbox.put(COMPANY, "order", Map.of("orderNo", 270, "information1", "changed"));
        sandbox.put(COMPANY, "product", Map.of("productNo", "270", "description", "changed"));
        await().atMost(SOON).until(() -> sandbox.pendingEvents() == 0);
        var check = Daemon.on(sandbox.url(), database).with("NXT_WEBHOOK_KEYS", Hooks.KEY)
                .with("NXT_PULLS_ORDERS_TABLE", "order").with("NXT_PULLS_ACCOUNTS_TABLE", "generalLedgerAccount");
        try (var waiting = check.command("check", "--wait").start()) {
            await().atMost(Duration.ofSeconds(30)).until(() -> waiting.output().contains("waiting    for a webhook"));
            assertThat(waiting.output()).containsPattern("webhooks of order: the last [a-z]+ in 5280001 arrived at 20")
                    .contains("webhooks of generalLedgerAccount: none has arrived yet")
                    .contains("webhooks of product: no pull has this table");
            await().atMost(SOON).until(() -> {
                sandbox.put(COMPANY, "order", Map.of("orderNo", 271, "information1", "changed"));
                return !waiting.isRunning();
            });
            assertThat(waiting.exitCode()).isZero();
            assertThat(waiting.output()).containsPattern("ok +webhook: order: the last [a-z]+ in 5280001");
        }
    }
}
