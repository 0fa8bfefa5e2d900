package dev.nxtsync.story.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Pulls;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

@Tag("pull")
@Execution(ExecutionMode.CONCURRENT)
class IncrementalPullIT {
    private static final int COMPANY = 5_280_001;

    /** Whatever a {@code DateTime} looks like, and however answers are packed. */
    @ParameterizedTest
    @CsvSource({"blank, br", "TZ, gzip"})
    void afterTheLoadOnlyChangesAreReadAndUnchangedRowsAreNotRewritten(String stamps, String compression) {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withStamps(stamps)
                .withCompression(compression).withRows(Map.of("order", 3000, "associate", 300)));
                var daemon = Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")
                        .with("NXT_PULLS_PEOPLE_TABLE", "associate").with("NXT_PULLS_ORDERS_COMPANIES", COMPANY)
                        .with("NXT_PULLS_PEOPLE_COMPANIES", COMPANY).with("NXT_PULLS_ORDERS_EVERY", "1s")
                        .with("NXT_PULLS_PEOPLE_EVERY", "1s").start()) {
            Pulls.loaded(daemon, database, 2);
            polls(daemon, database, "orders", 1);
            var before = database.rows("select ctid::text, order_no from nxt.\"order\" order by order_no");
            database.execute(
                    "create table staged (at timestamptz); create function staged() returns event_trigger language plpgsql as "
                            + "$$ begin insert into public.staged values (now()); end $$; create event trigger staging on ddl_command_start "
                            + "when tag in ('CREATE TABLE') execute function public.staged()");
            long requests = sandbox.counter("requests");
            long polls = sandbox.counter("requests_poll");
            polls(daemon, database, "orders", 3);
            assertThat(sandbox.counter("requests") - requests).as("both tables in one document, and nothing else")
                    .isEqualTo(sandbox.counter("requests_poll") - polls);
            assertThat(database.rows("select ctid::text, order_no from nxt.\"order\" order by order_no"))
                    .as("no row was rewritten").isEqualTo(before);
            assertThat(database.count("staged")).as("nothing was staged for rows that were known").isZero();

            sandbox.put(COMPANY, "order", Pulls.values("orderNo", 17, "information1", "changed"));
            sandbox.put(COMPANY, "order", Pulls.values("orderNo", 900_001, "information1", "new"));
            sandbox.put(COMPANY, "associate", Pulls.values("associateNo", 5, "name", "changed too"));
            arrives(sandbox, database, "order");
            arrives(sandbox, database, "associate");
            assertThat(database.number("select sum(rows) from nxt_sync.freshness")).isEqualTo(3301);
            assertThat(database.value(
                    "select complete_as_of > now() - interval '10 s' from nxt_sync.freshness where job = 'orders'"))
                    .isEqualTo("t");
            assertThat(database.rows("select distinct state from nxt_sync.freshness"))
                    .containsExactly(Map.of("state", "ok"));
            assertThat(database.number("select sum(rows_written) from nxt_sync.run where kind = 'poll'")).isEqualTo(3);
            assertThat(database
                    .number("select count(*) from nxt_sync.run where bytes > 0 and requests = 1 and outcome = 'ok' "
                            + "and trace_id ~ '^[0-9a-f]{32}$'"))
                    .isPositive();
            await().atMost(Duration.ofSeconds(30)).until(() -> daemon.get("/q/metrics").body()
                    .contains("nxt_pull_lag_seconds{company=\"5280001\",job=\"orders\"}"));
        }
    }

    @Test
    void equalStampsInBulkAndCommitsBehindTheHighestStampAreReadAndLaterCostNothingMore() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("order", 100)));
                var daemon = Daemon.on(sandbox.url(), database).with("NXT_API_TIME_LIMIT", "2s")
                        .with("NXT_PULLS_ORDERS_TABLE", "order").with("NXT_PULLS_ORDERS_COMPANIES", COMPANY)
                        .with("NXT_PULLS_ORDERS_EVERY", "1s").with("NXT_PULLS_ORDERS_OVERLAP", "4s")
                        .with("NXT_PULLS_ORDERS_PAGE_SIZE", 50).with("NXT_PULLS_ORDERS_PAGE_SIZE_MAX", 50).start()) {
            Pulls.loaded(daemon, database, 1);
            for (int i = 1; i <= 1000; i++) {
                sandbox.put(COMPANY, "order",
                        Pulls.values("orderNo", 10_000 + i, "changedTimestamp", "2026-11-24 12:00:00.0000001"));
            }
            arrives(sandbox, database, "order");
            sandbox.put(COMPANY, "order", Pulls.values("orderNo", 20_001, "changedTimestamp", "2026-11-24 11:59:57.5"));
            arrives(sandbox, database, "order");
            // what costs twenty pages to read again is left alone once nothing can be committed late in it
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> database.value("select floor from nxt_sync.pull_state") != null);
            polls(daemon, database, "orders", 1);
            long requests = sandbox.counter("requests");
            long runs = runs(database, "orders");
            polls(daemon, database, "orders", 3);
            assertThat(sandbox.counter("requests") - requests).isLessThanOrEqualTo(runs(database, "orders") - runs + 1);
            sandbox.put(COMPANY, "order", Pulls.values("orderNo", 10_500, "information1", "changed later"));
            arrives(sandbox, database, "order");
        }
    }

    @Test
    void whatChangesWhileATableIsLoadedOrAPageIsReadIsNotLost() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("associate", 900)))) {
            sandbox.holdRequestsWith("\"associateNo\":");
            try (var daemon = Daemon.on(sandbox.url(), database).with("NXT_PULLS_PEOPLE_TABLE", "associate")
                    .with("NXT_PULLS_PEOPLE_COMPANIES", COMPANY).with("NXT_PULLS_PEOPLE_EVERY", "1s")
                    .with("NXT_PULLS_PEOPLE_PAGE_SIZE", 300).start()) {
                await().atMost(Duration.ofSeconds(60)).until(() -> sandbox.held() > 0);
                sandbox.put(COMPANY, "associate", Pulls.values("associateNo", 7, "name", "changed behind the load"));
                sandbox.put(COMPANY, "associate", Pulls.values("associateNo", 800, "name", "changed before the load"));
                sandbox.release();
                Pulls.loaded(daemon, database, 1);
                arrives(sandbox, database, "associate");
            }
        }
    }

    @Test
    void aTableThatDoesNotTellItsChangesIsReadWholeEachTimeAndSaysSo() throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("associate", 30)))) {
            var builder = Daemon.on(sandbox.url(), database).with("NXT_PULLS_PEOPLE_TABLE", "timeless")
                    .with("NXT_PULLS_PEOPLE_KEY", "timelessNo").with("NXT_PULLS_PEOPLE_COMPANIES", COMPANY)
                    .with("NXT_PULLS_PEOPLE_EVERY", "24h");
            try (var check = builder.command("check").start()) {
                assertThat(check.exitCode()).isZero();
                assertThat(check.output()).contains("whole each time, since changedTimestamp cannot be read");
            }
            try (var daemon = builder.command().start()) {
                Pulls.loaded(daemon, database, 1);
                sandbox.put(COMPANY, "timeless", Pulls.values("timelessNo", 3, "name", "changed"));
            }
            try (var daemon = builder.with("NXT_PULLS_PEOPLE_EVERY", "1s").start()) {
                Pulls.loaded(daemon, database, 1);
                // what has been planned by other settings is planned anew
                arrives(sandbox, database, "timeless");
            }
        }
    }

    @Test
    void oneTableThatIsRefusedDoesNotKeepTheOthersOfItsDocumentFromBeingRead() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("order", 50, "associate", 50)));
                var daemon = Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")
                        .with("NXT_PULLS_PEOPLE_TABLE", "associate").with("NXT_PULLS_FEW_TABLE", "order")
                        .with("NXT_PULLS_FEW_TARGET", "few").with("NXT_PULLS_FEW_EXCEPT", "information6")
                        .with("NXT_PULLS_FEW_COMPANIES", COMPANY).with("NXT_PULLS_FEW_EVERY", "1s")
                        .with("NXT_PULLS_ORDERS_COMPANIES", COMPANY).with("NXT_PULLS_PEOPLE_COMPANIES", COMPANY)
                        .with("NXT_PULLS_ORDERS_EVERY", "1s").with("NXT_PULLS_PEOPLE_EVERY", "1s").start()) {
            Pulls.loaded(daemon, database, 3);
            database.execute("create view mine as select order_no, information6 from nxt.\"order\"");
            // the column information6 vanishes, and information7 appears
            sandbox.faults(Map.of("drift-column", 1.0));
            sandbox.put(COMPANY, "associate", Pulls.values("associateNo", 5, "name", "changed"));
            arrives(sandbox, database, "associate");
            await().atMost(Duration.ofSeconds(60)).until(
                    () -> daemon.get("/q/health/well").body().contains("The table order no longer has information6"));
            assertThat(daemon.get("/q/health/well").body()).contains("pull orders (column_vanished)");
            assertThat(daemon.get("/q/health/well").status()).isEqualTo(503);
            assertThat(database.value("select state from nxt_sync.freshness where job = 'orders'"))
                    .isEqualTo("stopped");
            assertThat(database.value("select state from nxt_sync.freshness where job = 'people'")).isEqualTo("ok");
            // the new column is added where all columns are wanted, and every row is read again
            await().atMost(Duration.ofSeconds(60)).until(() -> database.number(
                    "select count(*) from information_schema.columns where table_name = 'few' and column_name = 'information7'") == 1);
            assertThat(daemon.output()).contains("Pull few: in its target, the column information7 was added");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> database.number("select count(*) from nxt.few where information7 is null") == 0);
            sandbox.faults(Map.of());
            sandbox.put(COMPANY, "order", Pulls.values("orderNo", 7, "information6", "it is back"));
            await().atMost(Duration.ofMinutes(2)).until(() -> "it is back"
                    .equals(database.value("select information6 from public.mine where order_no = 7")));
            await().atMost(Duration.ofSeconds(30)).until(
                    () -> "ok".equals(database.value("select state from nxt_sync.freshness where job = 'orders'")));
        }
    }

    @Test
    void aColumnThatIsGoneForAMomentOrHasAnotherTypeHoldsItsPullUpForAMomentOnly() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(1).withRows(Map.of("order", 50)));
                var daemon = Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")
                        .with("NXT_PULLS_ORDERS_EVERY", "1s").start()) {
            Pulls.loaded(daemon, database, 1);
            sandbox.faults(Map.of("drift-column", 1.0));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> database.number("select failures from nxt_sync.pull_state") > 0);
            sandbox.faults(Map.of());
            sandbox.put(COMPANY, "order", Pulls.values("orderNo", 7, "information6", "it is back"));
            await().atMost(Duration.ofSeconds(60)).until(
                    () -> database.number("select count(*) from nxt.\"order\" where information6 = 'it is back'") == 1);
            await().atMost(Duration.ofSeconds(60)).until(() -> daemon.get("/q/health/well").status() == 200);

            sandbox.faults(Map.of("drift-column", 1.0));
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> daemon.get("/q/health/well").body().contains("(column_vanished)"));
            assertThat(daemon.get("/q/health/well").body().split("column_vanished", -1)).as("told once").hasSize(2);
            assertThat(daemon.get("/q/health/well").body()).doesNotContain("invalid_request");
            sandbox.faults(Map.of());
            await().atMost(Duration.ofSeconds(60)).until(() -> daemon.get("/q/health/well").status() == 200);

            sandbox.faults(Map.of("retype-column", 1.0));
            sandbox.put(COMPANY, "order", Pulls.values("orderNo", 8, "externalId", "A-8"));
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> daemon.get("/q/health/well").body().contains("is bigint, not text"));
            database.execute("alter table nxt.\"order\" alter column external_id type text");
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> database.number("select count(*) from nxt.\"order\" where external_id = 'A-8'") == 1
                            && database.count("nxt_sync.row_fault") == 0);
        }
    }

    @Test
    void aCompanyThatIsLostKeepsItsRowsAndComesBackByItself() {
        int other = 5_280_002;
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("order", 500)))) {
            sandbox.list(5_280_003, false);
            var builder = Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")
                    .with("NXT_PULLS_ORDERS_EVERY", "1s").with("NXT_PULLS_ORDERS_RECONCILE", "1s");
            try (var daemon = builder.start()) {
                Pulls.loaded(daemon, database, 2);
                sandbox.grant(other, false);
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> daemon.output().contains("has no access to company " + other));
                sandbox.put(other, "order", Pulls.values("orderNo", 3, "information1", "while it was away"));
                sandbox.put(COMPANY, "order", Pulls.values("orderNo", 3, "information1", "here"));
                arrives(sandbox, database, "order");
                assertThat(database.number("select count(*) from nxt.\"order\" where nxt_company = " + other
                        + " and nxt_deleted_at is null")).isEqualTo(50);
                sandbox.grant(other, true);
                await().atMost(Duration.ofSeconds(90))
                        .until(() -> Mirror.differences(sandbox, database, other, "order").isEmpty());
                assertThat(daemon.output().split("has no access to", -1)).as("it is told once").hasSize(2);
                assertThat(daemon.output()).contains("has access to company " + other + " again");
            }
            // the list of companies is read every five minutes, and at the start
            sandbox.list(5_280_003, true);
            sandbox.list(other, false);
            try (var daemon = builder.start()) {
                await().atMost(Duration.ofSeconds(60)).until(() -> database.number(
                        "select count(*) from nxt_sync.freshness where state = 'ok' and company = 5280003") == 1);
                assertThat(database.value("select state from nxt_sync.freshness where company = " + other))
                        .isEqualTo("away");
                assertThat(daemon.output())
                        .contains("company " + other + " is not among those that connection main sees");
                assertThat(database.number("select count(*) from nxt.\"order\" where nxt_company = " + other))
                        .isEqualTo(50);
            }
        }
    }

    @Test
    void aCompanyThatOnlyReconciliationsAskForComesBackByItselfToo() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("associate", 50)));
                var daemon = Daemon.on(sandbox.url(), database).with("NXT_PULLS_PEOPLE_TABLE", "associate")
                        .with("NXT_PULLS_PEOPLE_COMPANIES", COMPANY).with("NXT_PULLS_PEOPLE_EVERY", "24h")
                        .with("NXT_PULLS_PEOPLE_RECONCILE", "1s").start()) {
            Pulls.loaded(daemon, database, 1);
            sandbox.grant(COMPANY, false);
            await().atMost(Duration.ofSeconds(30)).until(() -> daemon.output().contains("has no access to company"));
            sandbox.put(COMPANY, "associate", Pulls.values("associateNo", 5, "name", "while it was away"));
            sandbox.grant(COMPANY, true);
            await().atMost(Duration.ofSeconds(90))
                    .until(() -> Mirror.differences(sandbox, database, COMPANY, "associate").isEmpty());
        }
    }

    private static void arrives(Sandbox sandbox, TestDatabase database, String table) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(Mirror.differences(sandbox, database, COMPANY, table)).isEmpty());
    }

    private static long runs(TestDatabase database, String pull) {
        return database.number(
                "select count(*) from nxt_sync.run where kind = 'poll' and outcome = 'ok' and job = '" + pull + "'");
    }

    /** Waits for so many more polls. */
    private static void polls(Daemon daemon, TestDatabase database, String pull, int more) {
        long before = runs(database, pull);
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            assertThat(daemon.isRunning()).as(daemon.output()).isTrue();
            return runs(database, pull) >= before + more;
        });
    }
}
