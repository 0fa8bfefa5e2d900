package dev.nxtsync.story.operate;

import static io.restassured.RestAssured.given;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Pushes;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

@Tag("operate")
class SmallHeapIT {
    private static final int COMPANY = 5_280_001;
    /** The number of a generated table that has as many columns as the widest of the real ones. */
    private static final int WIDE = 49;
    private static final String KEY = "an operator's key of this test";

    @Test
    void aPayloadThatIsTooLargeForTheHeapIsAPersonsMatterAndAllOthersAreSent() throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                .withRows(Map.of("order", 0, "orderLine", 0)).withTokenLifetime(Duration.ofMinutes(10)))) {
            var builder = Pushes.daemon(sandbox.url(), database).with("NXT_API_TIME_LIMIT", "20s")
                    .with("NXT_PUSH_REPEAT_AFTER", "60s").with("NXT_OPERATOR_KEY", KEY);
            String big;
            try (var daemon = builder.jvm("-Xmx64m").jvm("-XX:+ExitOnOutOfMemoryError").start()) {
                Pushes.migrated(database);
                database.execute("select nxt_sync.push('orders', 'first', '{\"customerNo\": 1}')");
                database.execute(
                        "select nxt_sync.push('orders', 'big', ('{\"information1\": \"' || repeat('x', 10000000) "
                                + "|| '\"}')::json, grp => 'big'), nxt_sync.push('orders', 'behind', '{\"customerNo\": 1}', grp => 'big')");
                database.execute(
                        "select nxt_sync.push('orders', 'large' || i, ('{\"information1\": \"' || repeat('x', 2500000) "
                                + "|| '\"}')::json, grp => 'large' || i) from generate_series(1, 6) i");
                database.execute(
                        "select nxt_sync.push('orders', 'small' || i, '{\"customerNo\": 1}', grp => 'g' || i % 20) "
                                + "from generate_series(1, 300) i");
                await().atMost(Duration.ofMinutes(2)).until(() -> {
                    assertThat(daemon.isRunning()).as(daemon.output()).isTrue();
                    return database.number("select count(*) from nxt_sync.outbox where state = 'done'") == 307;
                });
                assertThat(post(daemon.mainUrl())).as("14 MB").isEqualTo(413);
                big = database.value("select id from nxt_sync.outbox where key = 'big'");
                assertThat(database.value(
                        "select state || ' ' || attempts || ' ' || error from nxt_sync.outbox where key = 'big'"))
                        .startsWith("dead 0 The payload has 10000020 bytes").contains("it needs a heap of 191 MB")
                        .contains("(too_large_for_memory)");
                assertThat(database.value("select state from nxt_sync.outbox where key = 'behind'"))
                        .isEqualTo("waiting");
                var row = given().header("X-Api-Key", KEY).get(daemon.mainUrl() + "/api/pushes/orders/big");
                assertThat(row.<String>path("state")).isEqualTo("dead");
                assertThat(row.<Object>path("payload")).isNull();
                assertThat(row.<Integer>path("payload_bytes")).isEqualTo(10_000_020);
                var large = given().header("X-Api-Key", KEY).get(daemon.mainUrl() + "/api/pushes/orders/large1");
                assertThat(large.<String>path("payload.information1")).hasSize(2_500_000);
                assertThat(given().header("X-Api-Key", KEY).get(daemon.mainUrl() + "/api/status").asString())
                        .contains("too_large_for_memory");
                assertThat(builder.run(0, "dead-letters", "show", big))
                        .contains("10000020 bytes, too large for the memory");
                assertThat(builder.run(0, "dead-letters", "list")).contains("too_large_for_memory");
            }
            try (var daemon = builder.command().jvm("-Xmx256m").start()) {
                daemon.awaitReady();
                assertThat(builder.run(0, "dead-letters", "retry", big)).contains("is looked for");
                await().atMost(Duration.ofMinutes(1)).until(
                        () -> database.number("select count(*) from nxt_sync.outbox where state = 'done'") == 309);
            }
            assertThat(Pushes.duplicates(sandbox)).isEmpty();
        }
    }

    /** What comes of a payload of 14 MB by HTTP. */
    private static int post(String url) {
        return given().header("X-Api-Key", KEY)
                .body("{\"key\": \"huge\", \"payload\": {\"information1\": \"" + "x".repeat(14_000_000) + "\"}}")
                .post(url + "/api/pushes/orders").statusCode();
    }

    /** Three megabytes of empty lists are a hundred as a tree. */
    @Test
    void aPayloadWhoseTreeIsTooLargeForTheHeapIsRefusedBeforeItIsBuilt() throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                .withRows(Map.of("order", 0, "orderLine", 0)).withTokenLifetime(Duration.ofMinutes(10)));
                var daemon = Pushes.daemon(sandbox.url(), database).with("NXT_OPERATOR_KEY", KEY).jvm("-Xmx128m")
                        .jvm("-XX:+ExitOnOutOfMemoryError").start()) {
            Pushes.migrated(database);
            for (int lists : List.of(1_000_000, 2_000_000, 200_000)) {
                database.execute("select nxt_sync.push('orders', 'lists" + lists + "', ('{\"x\":[[]' || repeat(',[]', "
                        + lists + ") || ']}')::json, grp => 'l" + lists + "')");
            }
            database.execute(
                    "select nxt_sync.push('orders', 'names', (select '{' || string_agg('\"n' || i || '\":1', ',') "
                            + "|| '}' from generate_series(1, 450000) i)::json, grp => 'n')");
            database.execute("select nxt_sync.push('orders', 'small' || i, '{\"customerNo\": 1}', grp => 'g' || i) "
                    + "from generate_series(1, 50) i");
            await().atMost(Duration.ofMinutes(2)).until(() -> {
                assertThat(daemon.isRunning()).as(daemon.output()).isTrue();
                return database.number("select count(*) from nxt_sync.outbox where state in ('done', 'dead')") == 54;
            });
            assertThat(database.number("select count(*) from nxt_sync.outbox where state = 'done'")).isEqualTo(50);
            assertThat(database.value("select string_agg(key, ' ' order by key) from nxt_sync.outbox "
                    + "where error like '%(too_large_for_memory)'")).isEqualTo("lists1000000 lists2000000 names");
            assertThat(database.value("select error from nxt_sync.outbox where key = 'lists200000'"))
                    .contains("x: there is no such field");
            String names = IntStream.range(0, 550_000).mapToObj(i -> "\"n" + i + "\":1")
                    .collect(joining(",", "{", "}"));
            for (String payload : List.of("{\"x\":[[]" + ",[]".repeat(2_500_000) + "]}", names)) {
                var answer = given().header("X-Api-Key", KEY).body("{\"key\": \"web\", \"payload\": " + payload + "}")
                        .post(daemon.mainUrl() + "/api/pushes/orders");
                assertThat(answer.statusCode()).as(answer.asString()).isEqualTo(413);
                assertThat(answer.asString()).contains("it needs a heap of");
            }
            assertThat(post(daemon.mainUrl())).as("14 MB").isEqualTo(413);
            assertThat(given().header("X-Api-Key", KEY).body("{\"key\": \"web\", \"payload\": {\"customerNo\": 1}}")
                    .post(daemon.mainUrl() + "/api/pushes/orders").statusCode()).isEqualTo(202);
        }
    }

    @Test
    void pagesOf5000RowsOf40AndOf300ColumnsPassThroughAHeapOf64Megabytes() {
        int rows = Size.of(2_000, 20_000);
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withTables(WIDE + 1)
                .withRows(Map.of("order", rows * 5, "generated" + WIDE, rows)));
                var daemon = Daemon.on(sandbox.url(), database).jvm("-Xmx64m").jvm("-XX:+ExitOnOutOfMemoryError")
                        .with("NXT_PULLS_ORDERS_TABLE", "order").with("NXT_PULLS_ORDERS_COMPANIES", COMPANY)
                        .with("NXT_PULLS_ORDERS_PAGE_SIZE", 5000).with("NXT_PULLS_ORDERS_EVERY", "24h")
                        .with("NXT_PULLS_WIDE_TABLE", "generated" + WIDE).with("NXT_PULLS_WIDE_COMPANIES", COMPANY)
                        .with("NXT_PULLS_WIDE_KEY", "code").with("NXT_PULLS_WIDE_PAGE_SIZE", 5000)
                        .with("NXT_PULLS_WIDE_EVERY", "24h").start()) {
            await().atMost(Size.of(Duration.ofMinutes(2), Duration.ofMinutes(9))).until(() -> {
                assertThat(daemon.isRunning()).as(daemon.output()).isTrue();
                return database.count("nxt_sync.pull_state") > 0
                        && database.number("select count(*) from nxt_sync.pull_state where loaded_at is not null") == 2;
            });
            for (String table : List.of("order", "generated" + WIDE)) {
                assertThat(database.count("nxt.\"" + table + "\"")).isEqualTo(table.equals("order") ? rows * 5 : rows);
                assertThat(Mirror.differences(sandbox, database, COMPANY, table)).isEmpty();
            }
            Size.figure(
                    "64 MB heap: %d rows of 40 columns and %d of 300, %d requests, %d MB read, resident memory %d MB",
                    rows * 5, rows, sandbox.counter("requests"), sandbox.counter("bytes") / 1_000_000,
                    daemon.residentMemory() / 1_000_000);
        }
    }
}
