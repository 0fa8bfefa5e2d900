package dev.nxtsync.story.push;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Pushes;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/** The two ways into the outbox: what they take, and what they refuse. */
@Tag("push")
class PushApiIT {
    private static final String WRONG = Daemon.OPERATOR.replace('y', 'z');
    private static final String ORDER = "{\"customerNo\": 1, \"orderLines\": [{\"quantity\": 1.50}]}";

    private static Sandbox sandbox;
    private static TestDatabase database;
    private static Daemon daemon;

    @BeforeAll
    static void start() {
        sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                .withRows(Map.of("order", 0, "orderLine", 0)).withTokenLifetime(Duration.ofMinutes(10)));
        database = TestDatabase.migrated();
        daemon = Pushes.daemon(sandbox.url(), database).with("NXT_OPERATOR_KEY", Daemon.OPERATOR)
                .with("NXT_PUSHES_ANY_TABLE", "order").with("NXT_PUSHES_ANY_KEY_COLUMN", "ourReference")
                .with("NXT_PUSHES_NUMBERS_TABLE", "order").with("NXT_PUSHES_NUMBERS_KEY_COLUMN", "customerNo")
                .with("NXT_PUSHES_NUMBERS_COMPANY", Pushes.COMPANY).with("NXT_PUSHES_DRY_TABLE", "order")
                .with("NXT_PUSHES_DRY_KEY_COLUMN", "ourReference").with("NXT_PUSHES_DRY_COMPANY", 5_280_002)
                .with("NXT_PUSHES_DRY_MODE", "dry-run").start();
        daemon.awaitReady();
        // once its schema is known, what does not fit is refused at the door
        // (with another key each time: what was taken before that is answered as the same again)
        var probes = new AtomicInteger();
        await().atMost(Duration.ofSeconds(40)).until(
                () -> post("orders", "{\"key\": \"probe" + probes.incrementAndGet() + "\", \"payload\": {\"x\": 1}}")
                        .statusCode() == 422);
        database.execute("delete from nxt_sync.outbox where key like 'probe%'");
    }

    @AfterAll
    static void stop() {
        daemon.close();
        sandbox.close();
    }

    @Test
    void aRowIsTakenOnceAndItsFateCanBeAskedFor() {
        assertThat(post("orders", body("h1", ORDER)).statusCode()).isEqualTo(202);
        assertThat(post("orders", body("h1", ORDER)).statusCode()).isEqualTo(200);
        assertThat(post("orders", body("h1", ORDER.replace(" ", ""))).statusCode()).as("another text").isEqualTo(409);
        assertThat(post("orders", body("h1", ORDER.replace(" ", ""))).body().asString())
                .contains("pushed to orders before");
        await().atMost(Duration.ofSeconds(30)).until(() -> get("orders", "h1").path("state").equals("done"));
        Response row = get("orders", "h1");
        assertThat(row.<Integer>path("result.orderNo")).isPositive();
        assertThat(row.<Integer>path("company")).isEqualTo(Pushes.COMPANY);
        assertThat(row.body().asString()).as("the text as it was written").contains(ORDER);
        assertThat(get("orders", "h2").statusCode()).isEqualTo(404);
        assertThat(database.number("select count(*) from nxt_sync.outbox where key = 'h1'")).isEqualTo(1);
    }

    @Test
    void withoutTheOperatorKeyNothingIsTold() {
        assertThat(given().body(body("x", ORDER)).post(url("orders")).statusCode()).isEqualTo(401);
        assertThat(given().header("X-Api-Key", WRONG).body(body("x", ORDER)).post(url("orders")).statusCode())
                .isEqualTo(401);
        assertThat(given().header("X-Api-Key", WRONG).get(url("orders") + "/h1").statusCode()).isEqualTo(401);
        assertThat(daemon.output()).doesNotContain(Daemon.OPERATOR);
    }

    @Test
    void eachErrorIsAProblemWithACode() {
        post("orders", body("p1", ORDER));
        problem(given().body(body("x", ORDER)).post(url("orders")), 401, "Unauthorized", "key_refused");
        problem(post("nothing", body("p1", ORDER)), 404, "Not Found", "not_found");
        problem(get("orders", "never"), 404, "Not Found", "not_found");
        problem(with().post(daemon.mainUrl() + "/api/pulls/nothing/run"), 404, "Not Found", "not_found");
        problem(with().post(daemon.mainUrl() + "/api/connections/main/sign-in"), 404, "Not Found", "not_found");
        problem(post("orders", body("p1", ORDER.replace(" ", ""))), 409, "Conflict", "key_conflict");
        problem(with().body("x").post(daemon.mainUrl() + "/api/pulls/nothing/run"), 413, "Request Entity Too Large",
                "body_too_large");
        problem(post("orders", "not json"), 422, "Unprocessable Entity", "body_invalid");
        problem(post("orders", body("p2", "{\"nothing\": 1}")), 422, "Unprocessable Entity", "body_invalid");
    }

    /** As RFC 9457 has it; {@code error} is what callers of earlier versions read. */
    private static void problem(Response answer, int status, String title, String code) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.contentType()).startsWith("application/problem+json");
        assertThat(answer.<Integer>path("status")).isEqualTo(status);
        assertThat(answer.<String>path("title")).isEqualTo(title);
        assertThat(answer.<String>path("code")).isEqualTo(code);
        assertThat(answer.<String>path("detail")).isNotBlank().isEqualTo(answer.path("error"));
    }

    @Test
    void whatDoesNotFitIsRefusedWithItsPathAndASuggestion() {
        refused("orders", body("f1", "{\"customerNumber\": 1}"),
                "customerNumber: there is no such field; did you mean customerNo?");
        refused("orders", body("f1", "{\"customerNo\": \"1\"}"),
                "customerNo: is text; a whole number (Int) is expected");
        refused("orders", body("f1", "{\"customerNo\": 3000000000}"), "is a number; a whole number (Int) is expected");
        refused("orders", body("f1", "{\"orderLines\": {\"quantity\": 1}}"),
                "orderLines: is an object; a list is expected");
        refused("orders", body("f1", "{\"orderLines\": [{\"quantity\": 1}, {\"qantity\": 1}]}"),
                "orderLines[1].qantity: there is no such field; did you mean quantity?");
        refused("orders", body("f1", "{\"orderTypeAsEnum\": \"Inuse\"}"), "did you mean InUse?");
        refused("orders", body("f1", "{\"yourReference\": \"other\"}"), "carries the key");
        refused("orders", body("f1", "{\"orderNo\": 5, \"customerNo\": 1}"), "orderNo: there is no such field");
        refused("orders", body("f1", "[1]"), "not a JSON object");
        refused("orders", "{\"key\": \"f1\"}", "lacks payload");
        refused("orders", "{\"key\": \"f1\", \"payload\": {}, \"more\": 1}", "a member \\\"more\\\"");
        refused("orders", "not json", "is not valid JSON");
        refused("orders", "{\"key\": \"\", \"payload\": {\"customerNo\": 1}}", "the key has 0 characters");
        refused("orders", body("k".repeat(10_240), ORDER), "the key has 10240 characters");
        refused("orders", "{\"key\": \"f1\", \"company\": 5280002, \"payload\": " + ORDER + "}",
                "is for company 5280001 only");
        refused("any", body("f1", ORDER), "names no company");
        assertThat(post("nothing", body("f1", ORDER)).statusCode()).isEqualTo(404);
        assertThat(database.number("select count(*) from nxt_sync.outbox where key like 'f1%' or key = ''")).isZero();
    }

    @Test
    void aTextThatIsNoneIsRefusedRatherThanKeptAsAnother() {
        for (String each : List.of("a\\ud800b", "a\\udfffb", "a\\u0000b", "\\ud83d")) {
            String flaw = each.contains("0000") ? "the character U+0000" : "a lone surrogate";
            refused("orders", body(each, ORDER), "the key has " + flaw);
            refused("orders", "{\"key\": \"c1\", \"grp\": \"" + each + "\", \"payload\": " + ORDER + "}",
                    "the grp has " + flaw);
            refused("orders", body("c1", "{\"information1\": \"" + each + "\"}"), "information1: has " + flaw);
            refused("orders", body("c1", "{\"" + each + "\": 1}"), "its name has " + flaw);
        }
        assertThat(database.number("select count(*) from nxt_sync.outbox where key like 'a%b' or key = 'c1'")).isZero();
        for (String path : List.of("a%00b", "a%ED%A0%80b", "a%FFb", "%00")) {
            assertThat(with().urlEncodingEnabled(false).get(url("orders") + "/" + path).statusCode()).as(path).isIn(400,
                    404);
        }
        assertThat(post("orders", body("a\\ud83d\\ude00b", ORDER)).statusCode()).as("a whole character").isEqualTo(202);
        assertThat(get("orders", "a\ud83d\ude00b").statusCode()).isEqualTo(200);
    }

    @Test
    void aNumberOfAnySizeIsRefusedAtOnceAndASequenceThatIsBehindRefusesNobody() {
        refused("numbers", body("1e200000000", "{}"), "the key is not a whole number (Int)");
        refused("numbers", body("9".repeat(200), "{}"), "is a number; a whole number (Int) is expected");
        refused("orders", body("n1", "{\"orderLines\": [{\"quantity\": 1e200000000}]}"),
                "orderLines[0].quantity: is a number of more than 200 digits");
        refused("orders", body("n1", "{\"orderLines\": [{\"quantity\": \"" + "9".repeat(300_000) + "\"}]}"),
                "is text; a number (Decimal) is expected");
        refused("orders", body("n1", "{\"orderLines\": [{\"quantity\": " + "9".repeat(14_000_000) + "}]}"),
                "Number value length (14000000) exceeds the maximum allowed (1000)");
        assertThat(post("orders", body("n2", ORDER)).statusCode()).isEqualTo(202);
        // as after a fail-over to a logical replica
        database.execute("alter sequence nxt_sync.outbox_id restart");
        assertThat(post("orders", body("n3", ORDER)).statusCode()).isEqualTo(202);
        assertThat(database.value("select (n3.id > n2.id)::text from nxt_sync.outbox n2, nxt_sync.outbox n3 "
                + "where n2.key = 'n2' and n3.key = 'n3'")).isEqualTo("true");
    }

    @Test
    void monstersAreRefusedAndNothingElseSuffers() throws Exception {
        byte[] invalid = body("m1", ORDER).getBytes(StandardCharsets.UTF_8);
        invalid[invalid.length - 12] = (byte) 0xff;
        assertThat(with().body(invalid).post(url("orders")).statusCode()).isEqualTo(422);
        assertThat(post("orders", body("m1", "{\"information1\": \"" + "x".repeat(14_950_000) + "\"}")).statusCode())
                .isEqualTo(413);
        assertThat(post("orders", body("m1", "{\"information1\": \"" + "x".repeat(16_000_000) + "\"}")).statusCode())
                .isEqualTo(413);
        String bomb = "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_000);
        assertThat(post("orders", body("m1", bomb)).statusCode()).isEqualTo(422);
        assertThat(post("orders", "[".repeat(100_000)).statusCode()).isEqualTo(422);
        assertThat(post("orders", body("m1", "{\"customerNo\": 1" + "0".repeat(100_000) + "}")).statusCode())
                .isEqualTo(422);
        assertThatThrownBy(() -> database
                .execute("select nxt_sync.push('orders', 'm1', ('{\"a\":\"' || repeat('x', 16000000) || '\"}')::json)"))
                .rootCause().isInstanceOf(SQLException.class).hasMessageContaining("at most 14900000 bytes");
        assertThatThrownBy(
                () -> database.execute("select nxt_sync.push('orders', repeat('k', 10240), '{\"customerNo\": 1}')"))
                .rootCause().hasMessageContaining("1 to 200 characters");
        assertThat(database.number("select count(*) from nxt_sync.outbox where key = 'm1'")).isZero();
        String evil = "x'); drop table nxt_sync.outbox; -- \\\" } } mutation { \\u0001 \\ud83d\\ude00 $values ${NXT_CLIENT_SECRET}";
        assertThat(post("orders", body("evil '\\\") } --", "{\"information1\": \"" + evil + "\"}")).statusCode())
                .isEqualTo(202);
        await().atMost(Duration.ofSeconds(30)).until(() -> database
                .number("select count(*) from nxt_sync.outbox where key like 'evil%' and state = 'done'") == 1);
        assertThat(sandbox.rows(Pushes.COMPANY, "order"))
                .anyMatch(row -> row.get("yourReference").equals("evil '\") } --")
                        && row.get("information1").toString().startsWith("x'); drop table")
                        && row.get("information1").toString().contains("\u0001"));
        assertThat(post("orders", body("after", ORDER)).statusCode()).isEqualTo(202);
        assertThat(daemon.isRunning()).isTrue();
    }

    @Test
    void theFunctionTakesAKeyOnceAndAnotherTextIsAnError() {
        String push = "select nxt_sync.push(push => 'orders', key => 's1', payload => '{\"customerNo\": 1}', grp => 's')";
        assertThat(database.value(push)).isEqualTo(database.value(push));
        assertThatThrownBy(() -> database.value(push.replace(": 1}", ":1}"))).rootCause()
                .hasMessageContaining("key \"s1\" was pushed to orders before, with another payload")
                .hasMessageContaining("use a new key");
        assertThatThrownBy(() -> database.value("select nxt_sync.push('orders', 's2', '{}', 5280002)")).rootCause()
                .hasMessageContaining("is for company 5280001 only");
        assertThatThrownBy(() -> database.value("select nxt_sync.push('any', 's2', '{}')")).rootCause()
                .hasMessageContaining("names no company");
    }

    @Test
    void ofTwoTransactionsInOneGroupTheSecondWaitsInTheFunctionAndIsSentAfterTheFirst() throws Exception {
        try (var first = database.connect();
                var second = database.connect();
                var one = first.createStatement();
                var two = second.createStatement()) {
            first.setAutoCommit(false);
            second.setAutoCommit(false);
            one.execute("select nxt_sync.push('orders', 't1', '{\"customerNo\": 1}', grp => 'tx')");
            var waiting = new Thread(() -> {
                try {
                    two.execute("select nxt_sync.push('orders', 't2', '{\"customerNo\": 1}', grp => 'tx')");
                    second.commit();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            waiting.start();
            await().atMost(Duration.ofSeconds(60)).until(() -> database.number(
                    "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%''t2''%'") == 1);
            database.execute("select nxt_sync.push('orders', 't3', '{\"customerNo\": 1}', grp => 'another')");
            one.execute("select nxt_sync.push('orders', 't4', '{\"customerNo\": 1}', grp => 'tx')");
            first.commit();
            waiting.join();
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> database.number(
                "select count(*) from nxt_sync.outbox where key in ('t1', 't2', 't3', 't4') and state = 'done'") == 4);
        assertThat(database.value("select string_agg(key, ' ' order by id) from nxt_sync.outbox where grp = 'tx'"))
                .isEqualTo("t1 t4 t2");
        assertThat(database.value(
                "select string_agg(key, ' ' order by (result ->> 'orderNo')::int) from nxt_sync.outbox where grp = 'tx'"))
                .isEqualTo("t1 t4 t2");
    }

    @Test
    void aDryRunChecksEverythingAndSendsNothing() {
        assertThat(post("dry", body("d1", ORDER)).statusCode()).isEqualTo(202);
        database.execute("select nxt_sync.push('dry', 'd2', '{\"customerNumber\": 1}')");
        await().atMost(Duration.ofSeconds(30)).until(() -> database.value(
                "select string_agg(key || ' ' || state || coalesce(' ' || result, ''), ', ' order by id) from nxt_sync.outbox where push = 'dry'")
                .equals("d1 waiting {\"dry_run\":\"create\"}, d2 dead"));
        assertThat(sandbox.rows(5_280_002, "order")).isEmpty();
    }

    private static void refused(String push, String body, String why) {
        Response response = post(push, body);
        assertThat(response.statusCode()).as(body.substring(0, Math.min(200, body.length()))).isEqualTo(422);
        assertThat(response.body().asString()).contains(why);
    }

    private static String body(String key, String payload) {
        return "{\"key\": \"" + key + "\", \"payload\": " + payload + "}";
    }

    private static Response post(String push, String body) {
        return with().body(body.getBytes(StandardCharsets.UTF_8)).post(url(push));
    }

    private static Response get(String push, String key) {
        return with().get(url(push) + "/" + key);
    }

    private static RequestSpecification with() {
        return given().header("X-Api-Key", Daemon.OPERATOR).contentType("application/json");
    }

    private static String url(String push) {
        return daemon.mainUrl() + "/api/pushes/" + push;
    }
}
