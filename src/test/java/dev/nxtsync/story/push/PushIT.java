package dev.nxtsync.story.push;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/**
 * What becomes of outbox rows of each operation, when nothing and when something ordinary goes wrong. Each test begins with an
 * empty outbox and without any order.
 */
@Tag("push")
class PushIT {
    private static final int COMPANY = 5_280_001;

    private static TestDatabase database;
    private static Sandbox sandbox;
    private static Daemon daemon;

    @BeforeAll
    static void start() {
        database = TestDatabase.migrated();
        sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                .withRows(Map.of("order", 0, "orderLine", 0, "associate", 50, "product", 20))
                .withTokenLifetime(Duration.ofMinutes(10)).withTimeLimit(Duration.ofSeconds(1))
                .withSlotHold(Duration.ofSeconds(10)));
        daemon = Daemon.on(sandbox.url(), database).with("NXT_API_TIME_LIMIT", "1s").with("NXT_PUSH_REPEAT_AFTER", "5s")
                .with("NXT_PUSHES_WEB_TABLE", "order").with("NXT_PUSHES_WEB_COMPANY", COMPANY)
                .with("NXT_PUSHES_WEB_KEY_COLUMN", "yourReference").with("NXT_PUSHES_ORDERS_TABLE", "order")
                .with("NXT_PUSHES_ORDERS_COMPANY", COMPANY).with("NXT_PUSHES_ORDERS_KEY_COLUMN", "yourReference")
                .with("NXT_PUSHES_PEOPLE_TABLE", "associate").with("NXT_PUSHES_PEOPLE_OPERATION", "update")
                .with("NXT_PUSHES_PEOPLE_COMPANY", COMPANY).with("NXT_PUSHES_PEOPLE_KEY_COLUMN", "associateNo")
                .with("NXT_PUSHES_PEOPLE_RETURNING", "emailAddress").with("NXT_PUSHES_GOODS_TABLE", "product")
                .with("NXT_PUSHES_GOODS_OPERATION", "upsert").with("NXT_PUSHES_GOODS_COMPANY", COMPANY)
                .with("NXT_PUSHES_GOODS_KEY_COLUMN", "productNo").with("NXT_PUSHES_GONE_TABLE", "associate")
                .with("NXT_PUSHES_GONE_OPERATION", "delete").with("NXT_PUSHES_GONE_COMPANY", COMPANY)
                .with("NXT_PUSHES_GONE_KEY_COLUMN", "associateNo").with("NXT_PUSHES_VOUCHERS_TABLE", "batch")
                .with("NXT_PUSHES_VOUCHERS_COMPANY", COMPANY).with("NXT_PUSHES_VOUCHERS_KEY_COLUMN", "externalId")
                .with("NXT_PUSHES_VOUCHERS_THEN", "updateBatch")
                .with("NXT_PUSHES_VOUCHERS_DONE_WHEN", "{\"batchStatus\": {\"_eq\": 9}}").start();
        daemon.awaitReady();
    }

    @AfterAll
    static void stop() {
        daemon.close();
        sandbox.close();
    }

    @BeforeEach
    void nothingIsLeft() {
        database.execute("delete from nxt_sync.outbox");
        sandbox.clear(COMPANY, "order");
        sandbox.clear(COMPANY, "orderLine");
    }

    @Test
    void withoutAnOperatorKeyNothingCanBeAskedOrPushedByHttp() {
        assertThat(daemon.getMain("/api/pushes/orders/h1").status()).isEqualTo(404);
    }

    @Test
    void anOrderIsCreatedWithItsLinesInTheOrderOfItsFieldsAndItsNumbersComeBack() {
        push("web", "web-1",
                "{\"orderDate\": 20261124, \"customerNo\": 10023, \"orderLines\": [{\"productNo\": \"P1\", \"quantity\": 2.50}, {\"quantity\": 1, \"productNo\": \"P2\"}], \"information1\": \"first\"}",
                null);
        settled();
        var row = database.rows("select * from nxt_sync.outbox").get(0);
        assertThat(row).containsEntry("state", "done").containsEntry("attempts", "1").containsEntry("error", null);
        int order = Integer.parseInt(database.value("select result ->> 'orderNo' from nxt_sync.outbox"));
        assertThat(database.value("select result -> 'orderLines' ->> 1 from nxt_sync.outbox")).contains("\"lineNo\":2");
        assertThat(sandbox.assigned(COMPANY, "order", order)).containsExactly("orderDate", "customerNo", "orderLines",
                "information1", "yourReference");
        assertThat(sandbox.rows(COMPANY, "orderLine")).hasSize(2)
                .anyMatch(line -> line.get("productNo").equals("P1") && line.get("quantity").toString().equals("2.5"));
        assertThat(sandbox.count(COMPANY, "order", "yourReference")).containsEntry("web-1", 1);
        // which is said once the row is settled
        await().until(() -> daemon.output().contains("Push web, company 5280001"));
        assertThat(daemon.output()).contains("1 sent, 1 done");
    }

    @Test
    void rowsOfAGroupFollowEachOtherAndADeadOneHoldsBackItsOwnGroupOnly() {
        push("orders", "a1", order(1, "a1"), "a");
        push("orders", "a2", order(99_000, "a2"), "a");
        push("orders", "a3", order(1, "a3"), "a");
        push("orders", "b1", order(1, "b1"), "b");
        push("orders", "c1", order(1, "c1"), null);
        await().atMost(Duration.ofSeconds(40))
                .until(() -> states().equals("a1 done, a2 dead, a3 waiting, b1 done, c1 done"));
        assertThat(database.value("select error from nxt_sync.outbox where key = 'a2'"))
                .contains("Customer no. 99000 does not exist").contains("trace");
        assertThat(daemon.get("/q/health/well").body()).contains("dead letters").contains("dead-letters list");
        assertThat(daemon.get("/q/health/ready").status()).isEqualTo(200);
        database.execute("update nxt_sync.outbox set state = 'discarded' where key = 'a2'");
        await().atMost(Duration.ofSeconds(40)).until(() -> states().contains("a3 done"));
        assertThat(sandbox.count(COMPANY, "order", "yourReference")).hasSize(4).doesNotContainKey("a2");
    }

    @Test
    void aDeadRowThatIsEditedAndRetriedIsSentOnce() {
        push("orders", "a1", order(99_000, "x"), "a");
        await().atMost(Duration.ofSeconds(40)).until(() -> states().equals("a1 dead"));
        assertThatThrownBy(() -> database.execute("update nxt_sync.outbox set payload = '{}', state = 'waiting'; "
                + "update nxt_sync.outbox set payload = '{\"customerNo\": 1}'")).rootCause()
                .hasMessageContaining("cannot be changed while it is waiting");
        database.execute(
                "update nxt_sync.outbox set payload = '{\"customerNo\": 1}', state = 'waiting' where key = 'a1'");
        settled();
        assertThat(states()).isEqualTo("a1 done");
        assertThat(sandbox.count(COMPANY, "order", "yourReference")).containsEntry("a1", 1);
    }

    @Test
    void recordsAreUpdatedUpsertedAndDeletedByTheirKeys() {
        push("people", "u1", "{\"associateNo\": 5, \"emailAddress\": \"a@example.no\"}", null);
        push("people", "u2", "{\"associateNo\": 5, \"emailAddress\": \"b@example.no\"}", "g");
        push("people", "u3", "{\"associateNo\": 7777, \"emailAddress\": \"b@example.no\"}", null);
        push("goods", "p1", "{\"productNo\": \"NEW-1\", \"description\": \"new\"}", null);
        String there = sandbox.rows(COMPANY, "product").get(3).get("productNo").toString();
        push("goods", "p2", "{\"productNo\": \"" + there + "\", \"description\": \"changed\", \"price1\": 12.50}",
                null);
        push("gone", "d1", "{\"associateNo\": 9}", null);
        push("gone", "d2", "{\"associateNo\": 9999}", null);
        settled();
        assertThat(states()).isEqualTo("u1 done, u2 done, u3 dead, p1 done, p2 done, d1 done, d2 dead");
        assertThat(database.value("select error from nxt_sync.outbox where key = 'u3'"))
                .contains("no record with associateNo 7777");
        assertThat(sandbox.rows(COMPANY, "associate")).hasSize(49).noneMatch(row -> row.get("associateNo").equals(9))
                .anyMatch(row -> row.get("associateNo").equals(5)
                        && row.get("emailAddress").toString().matches("[ab]@example.no"));
        assertThat(sandbox.rows(COMPANY, "product")).hasSize(21)
                .anyMatch(row -> row.get("productNo").equals("NEW-1") && row.get("description").equals("new"))
                .anyMatch(row -> row.get("productNo").equals(there) && row.get("description").equals("changed"));
        assertThat(database.value("select result::text from nxt_sync.outbox where key = 'u2'"))
                .contains("\"associateNo\":5").contains("@example.no");
    }

    @Test
    void aBatchIsCreatedWithItsVouchersAndThenProcessedOnce() {
        for (int i = 0; i < 5; i++) {
            push("vouchers", "v" + i,
                    "{\"voucherSeriesNo\": 1, \"vouchers\": [{\"amountDomestic\": 100.00}, {\"amountDomestic\": -100.00}]}",
                    "g" + i % 2);
        }
        settled();
        assertThat(database.number("select count(*) from nxt_sync.outbox where state = 'done'")).isEqualTo(5);
        assertThat(sandbox.rows(COMPANY, "batch")).hasSize(5).allMatch(row -> row.get("batchStatus").equals(9));
        assertThat(sandbox.counter("processed")).isEqualTo(5);
        assertThat(database.value("select result::text from nxt_sync.outbox where key = 'v0'")).contains("\"batchNo\":")
                .contains("\"vouchers\":[").contains("\"voucherNo\":2");
    }

    @Test
    void manyRowsShareARequest() {
        await().atMost(Duration.ofSeconds(30)).until(() -> sandbox.counter("requests_types") > 1);
        long before = sandbox.counter("requests");
        database.execute("select nxt_sync.push('orders', 'k' || i, json_build_object('customerNo', 1), null) "
                + "from generate_series(1, 4000) i");
        settled();
        long requests = sandbox.counter("requests") - before;
        assertThat(sandbox.count(COMPANY, "order", "yourReference")).hasSize(4000)
                .allSatisfy((key, count) -> assertThat(count).isEqualTo(1));
        assertThat(4000.0 / requests).as(requests + " requests").isGreaterThanOrEqualTo(20);
    }

    private static String order(int customer, String text) {
        return "{\"customerNo\": " + customer + ", \"information1\": \"" + text + "\"}";
    }

    private static void push(String push, String key, String payload, String group) {
        database.execute("select nxt_sync.push('" + push + "', '" + key + "', '" + payload + "', null, "
                + (group == null ? "null" : "'" + group + "'") + ")");
    }

    private static void settled() {
        await().atMost(Duration.ofSeconds(60)).until(() -> database
                .number("select count(*) from nxt_sync.outbox where state in ('waiting', 'sending', 'in_doubt')") == 0);
    }

    private static String states() {
        return String.valueOf(
                database.value("select string_agg(key || ' ' || state, ', ' order by id) from nxt_sync.outbox"));
    }
}
