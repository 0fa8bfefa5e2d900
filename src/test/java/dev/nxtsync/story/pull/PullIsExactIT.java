package dev.nxtsync.story.pull;

import static dev.nxtsync.story.Pulls.loaded;
import static dev.nxtsync.story.Pulls.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

@Tag("pull")
@Execution(ExecutionMode.CONCURRENT)
class PullIsExactIT {
    private static final int COMPANY = 5_280_001;
    /** Whose rows cannot all be held. */
    private static final int ODD = 5_280_004;
    private static final int CUSTOMER = 1_111_222;
    private static final List<String> COMPANY_TABLES = List.of("associate", "product", "order", "orderLine",
            "generalLedgerAccount", "generalLedgerTransaction", "customerTransaction");

    @Test
    void everyTableArrivesRowForRowWithEveryKindOfKeyAndValue() {
        var database = TestDatabase.migrated();
        // 1,000 products: exactly one page; accounts: one row in the first company and none in the others
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(4)
                .withTokenLifetime(Duration.ofHours(1)).withRows(Map.of("product", 1000, "generalLedgerAccount", 1)))) {
            var builder = Daemon.on(sandbox.url(), database).with("NXT_API_TIME_LIMIT", "2s");
            for (String table : COMPANY_TABLES) {
                builder.with("NXT_PULLS_" + table.toUpperCase(Locale.ROOT) + "_TABLE", table)
                        .with("NXT_PULLS_" + table.toUpperCase(Locale.ROOT) + "_COMPANIES", "5280001,5280002,5280003");
            }
            builder.with("NXT_PULLS_COMPANY_TABLE", "company").with("NXT_PULLS_USER_TABLE", "user");
            for (String pull : List.of("PEOPLE", "GOODS")) {
                builder.with("NXT_PULLS_" + pull + "_TARGET", pull.toLowerCase(Locale.ROOT))
                        .with("NXT_PULLS_" + pull + "_COMPANIES", ODD).with("NXT_PULLS_" + pull + "_EVERY", "1s");
            }
            builder.with("NXT_PULLS_PEOPLE_TABLE", "associate").with("NXT_PULLS_GOODS_TABLE", "product")
                    .with("NXT_PULLS_GOODS_RECONCILE", "2s").with("NXT_PULLS_GOODS_PAGE_SIZE", 1);
            putWhatIsRare(sandbox);
            putWhatPostgresCannotHold(sandbox);
            sandbox.holdRequestsWith(": generalLedgerAccount(");
            try (var daemon = builder.start()) {
                aServerThatDoesNotAnswerIsGivenUpAfterOurOwnDeadlineAndAskedAgain(sandbox, daemon);
                loaded(daemon, database, 7 * 3 + 2 + 2);
                allIsEqual(sandbox, database);
                assertThat(database.value("select changed_timestamp from nxt.product where product_no = '  x  '"))
                        .isEqualTo("2026-10-01 12:45:33.999999");
                await().atMost(Duration.ofSeconds(30)).until(() -> daemon.get("/q/health/well").status() == 200);
                targetsAreDescribed(database);
                aValueThatPostgresCannotHoldSetsItsRowAsideUntilItIsMendedAndThePageGoesOn(sandbox, database, daemon);
            }
        }
    }

    private static void putWhatIsRare(Sandbox sandbox) {
        sandbox.put(COMPANY, "associate",
                values("associateNo", 900_001, "name", "😀 漢字 \u0007 a\\b\tc\r\nd \\N \\. ", "shortName", null,
                        "creditLimit", new BigDecimal("-12345678901234567890.123456789000"), "birthDate", 0, "phone",
                        ""));
        sandbox.put(COMPANY, "orderLine", values("orderNo", 900_001, "lineNo", 1, "externalReference", Long.MIN_VALUE));
        sandbox.put(COMPANY, "orderLine", values("orderNo", 900_001, "lineNo", 2, "externalReference", Long.MAX_VALUE,
                "deliveryDate", 99_999_999));
        sandbox.put(COMPANY, "product",
                values("productNo", "  x  ", "changedTimestamp", "2026-10-01T12:45:33.9999999Z"));
    }

    private static void putWhatPostgresCannotHold(Sandbox sandbox) {
        sandbox.clear(ODD, "associate");
        for (int i = 1; i <= 300; i++) {
            sandbox.put(ODD, "associate", values("associateNo", i, "name", "somebody"));
        }
        sandbox.put(ODD, "associate", values("associateNo", 1, "name", "nul \u0000"));
        sandbox.put(ODD, "associate", values("associateNo", 2, "name", "half \ud83d"));
        sandbox.put(ODD, "associate", values("associateNo", 3, "createdTimestamp", "0000-00-00 00:00:00"));
        sandbox.put(ODD, "associate", values("associateNo", 4, "createdTimestamp", "999999-01-01 00:00:00"));
        sandbox.clear(ODD, "product");
        for (String number : List.of("\u0000", "b", "c\ud800", "d")) {
            sandbox.put(ODD, "product", values("productNo", number));
        }
    }

    private static void aServerThatDoesNotAnswerIsGivenUpAfterOurOwnDeadlineAndAskedAgain(Sandbox sandbox,
            Daemon daemon) {
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            var well = daemon.get("/q/health/well");
            return well.status() == 503 && well.body().contains("gave no complete answer within 3 s.");
        });
        assertThat(daemon.metric("nxt_requests_total", "in_doubt")).isPositive();
        sandbox.release();
    }

    private static void allIsEqual(Sandbox sandbox, TestDatabase database) {
        for (int company : new int[]{COMPANY, 5_280_002, 5_280_003}) {
            for (String table : COMPANY_TABLES) {
                if (!table.equals("product") || company != COMPANY) {
                    assertThat(Mirror.differences(sandbox, database, company, table)).as(table + " of " + company)
                            .isEmpty();
                }
            }
        }
        assertThat(Mirror.differences(sandbox, database, CUSTOMER, "company")).isEmpty();
        assertThat(Mirror.differences(sandbox, database, CUSTOMER, "user")).isEmpty();
        assertThat(database.number("select count(*) from nxt.product where nxt_company = " + COMPANY)).isEqualTo(1001);
        assertThat(database.number("select count(*) from nxt_sync.row_fault where company <> " + ODD)).isZero();
    }

    private static void targetsAreDescribed(TestDatabase database) {
        assertThat(database
                .rows("""
                        select obj_description('nxt."order"'::regclass) as t, col_description('nxt."order"'::regclass, attnum) as c
                        from pg_attribute where attrelid = 'nxt."order"'::regclass and attname = 'order_date'"""))
                .containsExactly(Map.of("t", "Business NXT's table order, kept by nxt-sync", "c",
                        "orderDate (Int): a date; 0 and invalid dates are null"));
        assertThat(database.value(
                "select string_agg(attname, ',' order by array_position(indkey, attnum)) from pg_index join pg_attribute "
                        + "on attrelid = indrelid and attnum = any (indkey) where indrelid = 'nxt.order_line'::regclass and indisprimary"))
                .isEqualTo("nxt_company,order_no,line_no");
    }

    private static void aValueThatPostgresCannotHoldSetsItsRowAsideUntilItIsMendedAndThePageGoesOn(Sandbox sandbox,
            TestDatabase database, Daemon daemon) {
        assertThat(database.number("select count(*) from nxt.people")).isEqualTo(296);
        assertThat(database.rows(
                "select job, company, key->>'associateNo' as no, reason from nxt_sync.row_fault where job = 'people' order by no"))
                .extracting(row -> row.get("no") + " " + row.get("reason"))
                .containsExactly("1 text with the character U+0000, which PostgreSQL cannot hold",
                        "2 text with a lone surrogate, which is not a character",
                        "3 a date and time that does not exist", "4 a date and time out of PostgreSQL's range");
        assertThat(database.value("select string_agg(product_no, ',' order by product_no) from nxt.goods"))
                .isEqualTo("b,d");
        assertThat(database.value(
                "select string_agg(key::text, ' ' order by key::text) from nxt_sync.row_fault where job = 'goods'"))
                .isEqualTo("{\"productNo\":\"\\u0000\"} {\"productNo\":\"c\\uD800\"}");
        var well = daemon.get("/q/health/well");
        assertThat(well.body()).contains("rows of people set aside (rows_set_aside)").contains("4");
        assertThat(well.status()).as("all other rows are in").isEqualTo(200);
        await().atMost(Duration.ofSeconds(30)).until(() -> daemon.metric("nxt_row_faults", "people") == 4);

        sandbox.put(ODD, "associate", values("associateNo", 1, "name", "mended"));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> database.number("select count(*) from nxt_sync.row_fault where job = 'people'") == 3);
        assertThat(database.value("select name from nxt.people where associate_no = 1")).isEqualTo("mended");

        // they are met by every poll of goods, and told of once
        String polls = "select count(*) from nxt_sync.run where job = 'goods' and kind = 'poll' and rows_set_aside > 0";
        long before = database.number(polls);
        await().atMost(Duration.ofMinutes(1)).until(() -> database.number(polls) >= before + 3
                && daemon.output().contains("Pull people: 3 rows are set aside"));
        assertThat(daemon.output().lines().filter(line -> line.contains("Pull goods: 2 rows are set aside")))
                .hasSize(1);
        assertThat(daemon.output().lines().filter(line -> line.matches(".*Pull .*: poll, .* 0 written.*"))).isEmpty();

        sandbox.delete(ODD, "product", Map.of("productNo", "\u0000"));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> database.number("select count(*) from nxt_sync.row_fault where job = 'goods'") == 1);
        assertThat(database.value("select code from nxt_sync.pull_state where pull = 'goods'")).isNull();
    }

    @Test
    void noFaultOfTheServerLosesDoublesOrInventsARow() {
        var database = TestDatabase.migrated();
        var faults = Map.of("throttle", 0.02, "busy", 0.02, "html-401", 0.05, "5xx", 0.05, "lost-answer", 0.05,
                "cut-body", 0.05, "slow", 0.05, "poison-row", 0.001);
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withTimeLimit(Duration.ofSeconds(5))
                        .withRows(Map.of("order", Size.of(2000, 50_000))).withFaults(faults));
                var daemon = Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")
                        .with("NXT_PULLS_ORDERS_EVERY", "24h").with("NXT_PULLS_ORDERS_PAGE_SIZE", Size.of(100, 500))
                        .with("NXT_API_TIME_LIMIT", "5s").start()) {
            loaded(daemon, database, 3);
            long setAside = database.number("select count(*) from nxt_sync.row_fault");
            for (int company : new int[]{COMPANY, 5_280_002, 5_280_003}) {
                var differences = Mirror.differences(sandbox, database, company, "order");
                assertThat(differences).allMatch(difference -> difference.startsWith("missing"));
            }
            long all = (long) sandbox.rows(COMPANY, "order").size() + sandbox.rows(5_280_002, "order").size()
                    + sandbox.rows(5_280_003, "order").size();
            assertThat(database.number("select count(*) from nxt.\"order\"")).isEqualTo(all - setAside);
            Size.figure("faults: %d requests for %d rows, %d set aside", sandbox.counter("requests"), all, setAside);
        }
    }

    @Test
    void inAnySixtySecondsNoMoreRequestsAreSentThanTheBudgetAllows() {
        int limit = 20;
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withTokenLifetime(Duration.ofMinutes(30)));
                var daemon = Daemon.on(sandbox.url(), database).with("NXT_BUDGET_REQUESTS_PER_MINUTE", 2 * limit)
                        .with("NXT_BUDGET_SHARE", 2).with("NXT_PULLS_ORDERS_TABLE", "order")
                        .with("NXT_PULLS_ORDERS_EVERY", "1s").start()) {
            // four fifths of them at once, the rest spread over a minute
            int sent = Size.of(limit * 3 / 4, limit);
            await().atMost(Duration.ofMinutes(3)).until(() -> sandbox.counter("requests") >= sent);
            Duration length = Size.of(Duration.ofSeconds(5), Duration.ofMinutes(3));
            await().atMost(length.plusMinutes(1)).during(length)
                    .until(() -> sandbox.counter("peak_per_minute") <= limit);
            Size.figure("budget of %d: %d requests, at most %d in any 60 s", limit, sandbox.counter("requests"),
                    sandbox.counter("peak_per_minute"));
            assertThat(sandbox.counter("requests")).isGreaterThanOrEqualTo(Size.of(sent, 3 * limit));
            assertThat(daemon.isRunning()).isTrue();
        }
    }
}
