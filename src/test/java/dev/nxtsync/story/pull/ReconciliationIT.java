package dev.nxtsync.story.pull;

import static dev.nxtsync.story.Pulls.loaded;
import static dev.nxtsync.story.Pulls.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

@Tag("pull")
@Execution(ExecutionMode.CONCURRENT)
class ReconciliationIT {
    private static final int COMPANY = 5_280_001;

    @ParameterizedTest
    @ValueSource(strings = {"mark", "remove"})
    void whatWasDeletedMissedOrLeftTheFilterIsSettled(String deletes) {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                .withRows(Map.of("orderLine", 2000, "product", 70)))) {
            var builder = Daemon.on(sandbox.url(), database).with("NXT_PULLS_LINES_EVERY", "1s")
                    .with("NXT_PULLS_GOODS_EVERY", "1s");
            for (var pull : Map.of("LINES", "orderLine", "GOODS", "product").entrySet()) {
                builder.with("NXT_PULLS_" + pull.getKey() + "_TABLE", pull.getValue())
                        .with("NXT_PULLS_" + pull.getKey() + "_COMPANIES", COMPANY)
                        .with("NXT_PULLS_" + pull.getKey() + "_RECONCILE", "2s")
                        .with("NXT_PULLS_" + pull.getKey() + "_DELETES", deletes);
            }
            builder.with("NXT_PULLS_GOODS_FILTER", "{\"productType\":{\"_lt\":9}}");
            try (var daemon = builder.start()) {
                loaded(daemon, database, 2);
                // rows are deleted, change without a new stamp that a poll would see, and leave the filter
                sandbox.delete(COMPANY, "orderLine", values("orderNo", 7, "lineNo", 2));
                sandbox.put(COMPANY, "orderLine",
                        values("orderNo", 9, "lineNo", 1, "description", "missed", "changedTimestamp",
                                "2020-01-01 00:00:00"));
                sandbox.put(COMPANY, "orderLine",
                        values("orderNo", 900, "lineNo", 1, "changedTimestamp", "2020-01-01 00:00:00"));
                String product = sandbox.rows(COMPANY, "product").get(11).get("productNo").toString();
                sandbox.put(COMPANY, "product", values("productNo", product, "productType", 9));
                await().atMost(Duration.ofSeconds(60)).untilAsserted(
                        () -> assertThat(Mirror.differences(sandbox, database, COMPANY, "orderLine")).isEmpty());
                await().atMost(Duration.ofSeconds(60)).until(() -> database.number(
                        "select count(*) from nxt.product where nxt_deleted_at is null") == 69);
                assertThat(database.number("select count(*) from nxt.order_line where nxt_deleted_at is not null"))
                        .isEqualTo(deletes.equals("mark") ? 1 : 0);
                // a run is kept once it has ended, a moment after its rows
                await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(database
                        .number("select sum(rows_deleted) from nxt_sync.run where kind = 'reconciliation'"))
                        .isEqualTo(2));
                // a key that is inserted again comes to life again
                sandbox.put(COMPANY, "orderLine", values("orderNo", 7, "lineNo", 2, "description", "again"));
                await().atMost(Duration.ofSeconds(60)).untilAsserted(
                        () -> assertThat(Mirror.differences(sandbox, database, COMPANY, "orderLine")).isEmpty());
                await().atMost(Duration.ofSeconds(30)).until(() -> database.number(
                        "select rows - (select count(*) from nxt.order_line where nxt_deleted_at is null) from nxt_sync.freshness where job = 'lines'") == 0);
                assertThat(database.number(
                        "select count(*) from pg_class where relname ~ '^(listing|difference)_' and relkind = 'r' and not exists "
                                + "(select from nxt_sync.pass)"))
                        .isZero();
            }
        }
    }

    @Test
    void aRowThatChangedWithoutANewStampIsFoundByTheSlowReread() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("associate", 5)));
                var daemon = Daemon.on(sandbox.url(), database).with("NXT_PULLS_PEOPLE_TABLE", "associate")
                        .with("NXT_PULLS_PEOPLE_COMPANIES", COMPANY).with("NXT_PULLS_PEOPLE_RECONCILE", "1s").start()) {
            loaded(daemon, database, 1);
            var row = sandbox.rows(COMPANY, "associate").get(3);
            sandbox.put(COMPANY, "associate", values("associateNo", row.get("associateNo"), "name", "silently",
                    "changedTimestamp", row.get("changedTimestamp")));
            await().atMost(Duration.ofSeconds(60)).untilAsserted(
                    () -> assertThat(Mirror.differences(sandbox, database, COMPANY, "associate")).isEmpty());
        }
    }

    @Test
    void moreDeletionsThanAreCredibleAreHeldUntilAPersonConfirmsThem() throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("associate", 100)))) {
            var builder = Daemon.on(sandbox.url(), database).with("NXT_PULLS_PEOPLE_TABLE", "associate")
                    .with("NXT_PULLS_PEOPLE_COMPANIES", COMPANY).with("NXT_PULLS_PEOPLE_RECONCILE", "2s")
                    .with("NXT_PULLS_PEOPLE_EVERY", "1s");
            try (var daemon = builder.start()) {
                loaded(daemon, database, 1);
                for (int i = 1; i <= 20; i++) {
                    sandbox.delete(COMPANY, "associate", values("associateNo", i));
                }
                await().atMost(Duration.ofSeconds(60)).until(() -> live(database) == 80);
                sandbox.clear(COMPANY, "associate");
                await().atMost(Duration.ofSeconds(60)).until(() -> daemon.get("/q/health/well").body()
                        .contains("pull people --company 5280001 --confirm-deletes"));
                assertThat(daemon.get("/q/health/well").status()).isEqualTo(503);
                assertThat(daemon.get("/q/health/well").body()).contains("(deletes_held)");
                assertThat(database.value("select state from nxt_sync.freshness")).isEqualTo("held");
                assertThat(database.number("select count(*) from nxt_sync.run where outcome = 'held'")).isPositive();
                assertThat(live(database)).as("nothing was deleted").isEqualTo(80);
                sandbox.put(COMPANY, "associate", values("associateNo", 50, "name", "the only one"));
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> daemon.output().contains("79 of 80 stored rows are not listed"));
                assertThat(live(database)).isEqualTo(80);
                // read before the database's clock was set back
                database.execute(
                        "update nxt.associate set nxt_read_at = '2031-01-01' where associate_no between 21 and 40");
                await().atMost(Duration.ofSeconds(60)).until(() -> {
                    try (var command = builder.without("NXT_HTTP_PORT").without("NXT_MANAGEMENT_PORT")
                            .command("pull", "people", "--company", "5280001", "--confirm-deletes").start()) {
                        // the daemon may be at it just now, and the command says so
                        int exitCode = command.exitCode();
                        assertThat(command.output()).containsPattern(exitCode == 0 ? "79 deleted" : "is under way on");
                        return exitCode == 0;
                    }
                });
                assertThat(live(database)).isEqualTo(1);
                assertThat(Mirror.differences(sandbox, database, COMPANY, "associate")).isEmpty();
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> "ok".equals(database.value("select state from nxt_sync.freshness")));
                await().atMost(Duration.ofSeconds(30)).until(() -> daemon.get("/q/health/well").status() == 200);
            }
        }
    }

    @Test
    void aComparisonThatIsCutOffAgainAndAgainIsToldAndItsDeletionsArriveOnceItIsNot() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("associate", 40)));
                var daemon = Daemon.on(sandbox.url(), database).with("NXT_PULLS_PEOPLE_TABLE", "associate")
                        .with("NXT_PULLS_PEOPLE_COMPANIES", COMPANY).with("NXT_PULLS_PEOPLE_RECONCILE", "1s")
                        .with("NXT_PULLS_PEOPLE_EVERY", "1s").start()) {
            loaded(daemon, database, 1);
            database.execute("""
                    create function public.cut_off() returns event_trigger language plpgsql as $$ begin
                      if exists (select from pg_event_trigger_ddl_commands()
                                 where object_identity like 'nxt_sync.difference_%') then
                        perform pg_terminate_backend(pg_backend_pid());
                      end if;
                    end $$;
                    create event trigger cut_off on ddl_command_end when tag in ('CREATE TABLE')
                      execute function public.cut_off()""");
            sandbox.delete(COMPANY, "associate", values("associateNo", 7));
            sandbox.put(COMPANY, "associate", values("associateNo", 8, "name", "changed"));
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                assertThat(daemon.get("/q/health/well").body()).contains("pull people")
                        .contains("has been cut off several times");
                assertThat(daemon.get("/q/health/well").status()).isEqualTo(503);
                assertThat(database.value("select name from nxt.associate where associate_no = 8"))
                        .as("changes arrive all the same").isEqualTo("changed");
            });
            database.execute("drop event trigger cut_off");
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                assertThat(live(database)).isEqualTo(39);
                assertThat(daemon.get("/q/health/well").status()).isEqualTo(200);
            });
        }
    }

    @Test
    void aListingThatIsCutShortOrFailsDeletesNothing() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("associate", 400)));
                var daemon = Daemon.on(sandbox.url(), database).with("NXT_PULLS_PEOPLE_TABLE", "associate")
                        .with("NXT_PULLS_PEOPLE_COMPANIES", COMPANY).with("NXT_PULLS_PEOPLE_RECONCILE", "1s")
                        .with("NXT_PULLS_PEOPLE_PAGE_SIZE", 150).with("NXT_PULLS_PEOPLE_PAGE_SIZE_MAX", 150)
                        .with("NXT_PULLS_PEOPLE_MAX_DELETE_SHARE", 1).with("NXT_API_SLOT_HOLD", "1s").start()) {
            loaded(daemon, database, 1);
            sandbox.truncateListings(true);
            reconciled(database);
            assertThat(live(database)).isEqualTo(400);
            sandbox.truncateListings(false);
            sandbox.faults(Map.of("cut-body", 0.1, "5xx", 0.05, "busy", 0.05));
            reconciled(database);
            assertThat(live(database)).isEqualTo(400);
            assertThat(database.number("select coalesce(sum(rows_deleted), 0) from nxt_sync.run")).isZero();
        }
    }

    /** Waits for two more, the second of which began after this was called. */
    private static void reconciled(TestDatabase database) {
        String runs = "select count(*) from nxt_sync.run where kind = 'reconciliation' and outcome = 'ok'";
        long before = database.number(runs);
        await().atMost(Duration.ofSeconds(90)).until(() -> database.number(runs) >= before + 2);
    }

    private static long live(TestDatabase database) {
        return database.number("select count(*) from nxt.associate where nxt_deleted_at is null");
    }
}
