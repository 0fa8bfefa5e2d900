package dev.nxtsync.story.pull;

import static dev.nxtsync.story.Pulls.loaded;
import static dev.nxtsync.story.Pulls.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.HostileServer;
import dev.nxtsync.support.TestDatabase;

@Tag("pull")
class HostileAnswersIT {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int COMPANY = 5_280_001;
    private static final long MUCH = 120_000_000;
    private static final String API = "/api/graphql-service";

    @Test
    void aMessageOfEightMegabytesIsToldInOneShortLine() throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true));
                var hostile = new HostileServer()) {
            hostile.answer(API, "{\"errors\": [{\"message\": \"oh\\nno\\u001b[2J\\u202e\\u2028"
                    + "far too much ".repeat(600_000)
                    + "\"}], \"extensions\": {\"vbnxt-trace-id\": \"a\\u001bb\", \"warnings\": "
                    + "[{\"message\": \"mind\\n\\u001b" + "x".repeat(100_000) + "\"}]}}");
            try (var daemon = Daemon.on(sandbox.url(), database).with("NXT_API_URL", hostile.url())
                    .with("NXT_PULLS_ORDERS_TABLE", "order").start()) {
                await().atMost(LONG)
                        .until(() -> daemon.get("/q/health/well").body().contains("oh no [2J far too much"));
                assertThat(daemon.get("/q/health/well").body()).hasSizeLessThan(10_000);
                assertThat(daemon.output().lines()).allMatch(line -> line.length() < 5_000)
                        .noneMatch(line -> line.contains("\u001b") || line.contains("\u202e"))
                        .noneMatch(line -> line.startsWith("no"))
                        .anyMatch(line -> line.contains("oh no [2J far too much"))
                        .anyMatch(line -> line.contains("Business NXT warns: mind xxx"));
                assertThat(database.number("select coalesce(max(length(reason)), 0) from nxt_sync.pull_state"))
                        .isLessThan(3_000);
                assertThat(database.number("select coalesce(max(length(error)), 0) from nxt_sync.run"))
                        .isLessThan(3_000);
            }
        }
    }

    @Test
    void aTableOfWhichAnAnswerCannotBeReadStopsItselfOnlyAndGoesOnWhenItCan() {
        var database = TestDatabase.migrated();
        var long5000 = new BigDecimal(BigInteger.TEN.pow(5_000));
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(1)
                .withRows(Map.of("associate", 40, "product", 40, "orderLine", 40)));
                var daemon = Daemon.on(sandbox.url(), database).with("NXT_PULLS_PEOPLE_TABLE", "associate")
                        .with("NXT_PULLS_PEOPLE_EVERY", "1s").with("NXT_PULLS_GOODS_TABLE", "product")
                        .with("NXT_PULLS_GOODS_EVERY", "1s").with("NXT_PULLS_LINES_TABLE", "orderLine")
                        .with("NXT_PULLS_LINES_EVERY", "1s").start()) {
            loaded(daemon, database, 3);
            sandbox.spoilAnswers("\"spoil\"", "spoil");
            sandbox.put(COMPANY, "associate", values("associateNo", 3, "name", "spoil"));
            await().atMost(LONG).until(() -> daemon.get("/q/health/well").body().contains("(answer_unreadable)"));
            assertThat(daemon.get("/q/health/well").body()).contains("being read for table associate")
                    .doesNotContain("table product");
            sandbox.put(COMPANY, "product", values("productNo", "new", "price1", long5000));
            sandbox.put(COMPANY, "orderLine",
                    values("orderNo", 1, "lineNo", 1, "quantity", new BigDecimal(BigInteger.TEN.pow(145_000))));
            sandbox.put(COMPANY, "orderLine", values("orderNo", 1, "lineNo", 2, "description", "sound"));
            await().atMost(LONG).until(() -> database.number(
                    "select count(*) from nxt.product where price1 = 10::numeric ^ 5000::numeric") == 1
                    && database.number("select count(*) from nxt.order_line where description = 'sound'") == 1);
            assertThat(database.value("select job || ' ' || reason from nxt_sync.row_fault"))
                    .isEqualTo("lines a decimal beyond the range of numeric");
            sandbox.spoilAnswers("", "");
            await().atMost(LONG).until(
                    () -> database.number("select count(*) from nxt.associate where name = 'spoil'") == 1
                            && !daemon.get("/q/health/well").body().contains("(answer_unreadable)"));
            sandbox.spoilAnswers("\"deep\"", "[".repeat(5_000) + "]".repeat(5_000));
            sandbox.put(COMPANY, "associate", values("associateNo", 3, "name", "deep"));
            sandbox.put(COMPANY, "associate", values("associateNo", 4, "name", "beside it"));
            await().atMost(LONG).until(
                    () -> database.number("select count(*) from nxt.associate where name = 'beside it'") == 1);
            assertThat(database.value("select reason from nxt_sync.row_fault where job = 'people'"))
                    .isEqualTo("an object or a list in name, where one value is expected");
        }
    }

    @Test
    void answersOfAnyLengthOfTheApiAndOfTheReceiverOfNoticesPassThroughASmallHeap() throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true));
                var hostile = new HostileServer()) {
            String much = "Content-Length: " + MUCH + "\r\n\r\n";
            hostile.answer(API, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + much
                    + "{\"errors\": [{\"message\": \"", MUCH);
            hostile.answer("/notices", "HTTP/1.1 200 OK\r\n" + much, MUCH);
            try (var daemon = Daemon.on(sandbox.url(), database).jvm("-Xmx64m").jvm("-XX:+ExitOnOutOfMemoryError")
                    .with("NXT_API_URL", hostile.url()).with("NXT_PULLS_ORDERS_TABLE", "order")
                    .with("NXT_NOTICE_URL", hostile.url() + "/notices")
                    .with("NXT_NOTICE_KEY", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").start()) {
                await().atMost(LONG).until(() -> daemon.get("/q/health/well").body()
                        .contains("The answer of Business NXT is longer than 8388608 bytes"));
                hostile.answer(API, "HTTP/1.1 502 Bad Gateway\r\n" + much, MUCH);
                await().atMost(LONG).until(() -> daemon.get("/q/health/well").body().contains("answered HTTP 502"));
                await().atMost(LONG).until(() -> daemon.metric("nxt_notices_total", "ok") > 0);
                assertThat(daemon.isRunning()).as(daemon.output()).isTrue();
                assertThat(daemon.output()).doesNotContain("OutOfMemoryError");
            }
        }
    }
}
