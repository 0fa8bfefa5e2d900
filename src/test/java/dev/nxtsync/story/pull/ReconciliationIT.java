package dev.nxtsync.story.pull;

import static dev.nxtsync.story.Pulls.loaded;
import static dev.nxtsync.story.Pulls.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

@Tag("pull")
class ReconciliationIT {
    private static final int COMPANY = 5_280_001;

    private static final List<String> WAYS = List.of("mark", "remove");
    private static final int OTHER = 5_280_002;
    private static final int AWAY = 5_280_003;
    private static final Duration A_MINUTE = Duration.ofSeconds(60);

    private final TestDatabase database = TestDatabase.migrated();

    @Test
    void whatWasDeletedMissedOrLeftTheFilterIsSettled() throws Exception {
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true)
                .withRows(Map.of("orderLine", 2000, "product", 70, "associate", 100)))) {
            var builder = Daemon.on(sandbox.url(), database);
            for (String deletes : WAYS) {
                pull(builder, deletes + "lines", "orderLine", COMPANY)
                        .with("NXT_PULLS_" + name(deletes) + "LINES_DELETES", deletes);
                pull(builder, deletes + "goods", "product", COMPANY)
                        .with("NXT_PULLS_" + name(deletes) + "GOODS_DELETES", deletes)
                        .with("NXT_PULLS_" + name(deletes) + "GOODS_FILTER", "{\"productType\":{\"_lt\":9}}");
            }
            pull(builder, "held", "associate", COMPANY);
            // whose polls are far away
            pull(builder, "people", "associate", OTHER).with("NXT_PULLS_PEOPLE_EVERY", "24h");
            pull(builder, "away", "associate", AWAY).with("NXT_PULLS_AWAY_EVERY", "24h");
            try (var daemon = builder.start()) {
                loaded(daemon, database, 7);
                sandbox.grant(AWAY, false);
                whatHappenedWithoutATraceIsFound(sandbox);
                aRowThatChangedWithoutANewStampIsFoundByTheSlowReread(sandbox);
                aCompanyThatOnlyReconciliationsAskForComesBackByItselfToo(sandbox, daemon);
                moreDeletionsThanAreCredibleAreHeldUntilAPersonConfirmsThem(sandbox, daemon, builder);
                assertThat(database.number(
                        "select count(*) from pg_class where relname ~ '^(listing|difference)_' and relkind = 'r' "
                                + "and not exists (select from nxt_sync.pass)"))
                        .isZero();
            }
        }
    }

    private void whatHappenedWithoutATraceIsFound(Sandbox sandbox) {
        // rows are deleted, change without a new stamp that a poll would see, and leave the filter
        sandbox.delete(COMPANY, "orderLine", values("orderNo", 7, "lineNo", 2));
        sandbox.put(COMPANY, "orderLine",
                values("orderNo", 9, "lineNo", 1, "description", "missed", "changedTimestamp", "2020-01-01 00:00:00"));
        sandbox.put(COMPANY, "orderLine",
                values("orderNo", 900, "lineNo", 1, "changedTimestamp", "2020-01-01 00:00:00"));
        String product = sandbox.rows(COMPANY, "product").get(11).get("productNo").toString();
        sandbox.put(COMPANY, "product", values("productNo", product, "productType", 9));
        for (String deletes : WAYS) {
            equal(sandbox, deletes + "lines", COMPANY, "orderLine");
            await().atMost(A_MINUTE).until(() -> live(deletes + "goods") == 69);
            assertThat(
                    database.number("select count(*) from nxt." + deletes + "lines where nxt_deleted_at is not null"))
                    .isEqualTo(deletes.equals("mark") ? 1 : 0);
            // a run is kept once it has ended, a moment after its rows
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(database.number(
                            "select sum(rows_deleted) from nxt_sync.run where kind = 'reconciliation' and job like '"
                                    + deletes + "%'"))
                            .isEqualTo(2));
        }
        // a key that is inserted again comes to life again
        sandbox.put(COMPANY, "orderLine", values("orderNo", 7, "lineNo", 2, "description", "again"));
        for (String deletes : WAYS) {
            equal(sandbox, deletes + "lines", COMPANY, "orderLine");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> database.number("select rows from nxt_sync.freshness where job = '" + deletes
                            + "lines'") == live(deletes + "lines"));
        }
    }

    private void aRowThatChangedWithoutANewStampIsFoundByTheSlowReread(Sandbox sandbox) {
        var row = sandbox.rows(OTHER, "associate").get(3);
        sandbox.put(OTHER, "associate", values("associateNo", row.get("associateNo"), "name", "silently",
                "changedTimestamp", row.get("changedTimestamp")));
        equal(sandbox, "people", OTHER, "associate");
    }

    private void aCompanyThatOnlyReconciliationsAskForComesBackByItselfToo(Sandbox sandbox, Daemon daemon) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> daemon.output().contains("has no access to company " + AWAY));
        sandbox.put(AWAY, "associate", values("associateNo", 5, "name", "while it was away"));
        sandbox.grant(AWAY, true);
        equal(sandbox, "away", AWAY, "associate");
    }

    private void moreDeletionsThanAreCredibleAreHeldUntilAPersonConfirmsThem(Sandbox sandbox, Daemon daemon,
            Daemon.Builder builder) throws InterruptedException {
        assertThat(live("held")).isEqualTo(100);
        for (int i = 1; i <= 20; i++) {
            sandbox.delete(COMPANY, "associate", values("associateNo", i));
        }
        await().atMost(A_MINUTE).until(() -> live("held") == 80);
        sandbox.clear(COMPANY, "associate");
        await().atMost(A_MINUTE).until(() -> daemon.get("/q/health/well").body()
                .contains("pull held --company " + COMPANY + " --confirm-deletes"));
        assertThat(daemon.get("/q/health/well").status()).isEqualTo(503);
        assertThat(daemon.get("/q/health/well").body()).contains("(deletes_held)");
        assertThat(freshness("held")).isEqualTo("held");
        assertThat(database.number("select count(*) from nxt_sync.run where outcome = 'held'")).isPositive();
        assertThat(live("held")).as("nothing was deleted").isEqualTo(80);
        sandbox.put(COMPANY, "associate", values("associateNo", 50, "name", "the only one"));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> daemon.output().contains("79 of 80 stored rows are no longer listed"));
        assertThat(live("held")).isEqualTo(80);
        // read before the database's clock was set back
        database.execute("update nxt.held set nxt_read_at = '2031-01-01' where associate_no between 21 and 40");
        // the daemon may be at it just now, and the command waits for that
        assertThat(builder.run(0, "pull", "held", "--company", Integer.toString(COMPANY), "--confirm-deletes"))
                .contains("79 deleted");
        assertThat(live("held")).isEqualTo(1);
        assertThat(Mirror.differencesIn("nxt.held", sandbox, database, COMPANY, "associate", List.of())).isEmpty();
        await().atMost(Duration.ofSeconds(30)).until(() -> "ok".equals(freshness("held")));
        await().atMost(Duration.ofSeconds(30)).until(() -> daemon.get("/q/health/well").status() == 200);
    }

    private static Daemon.Builder pull(Daemon.Builder builder, String pull, String table, int company) {
        String prefix = "NXT_PULLS_" + name(pull) + "_";
        return builder.with(prefix + "TABLE", table).with(prefix + "TARGET", pull).with(prefix + "COMPANIES", company)
                .with(prefix + "EVERY", "1s").with(prefix + "RECONCILE", "3s");
    }

    private static String name(String pull) {
        return pull.toUpperCase(Locale.ROOT);
    }

    private void equal(Sandbox sandbox, String target, int company, String table) {
        await().atMost(A_MINUTE).untilAsserted(
                () -> assertThat(Mirror.differencesIn("nxt." + target, sandbox, database, company, table, List.of()))
                        .isEmpty());
    }

    private String freshness(String pull) {
        return database.value("select state from nxt_sync.freshness where job = '" + pull + "'");
    }

    private long live(String target) {
        return database.number("select count(*) from nxt." + target + " where nxt_deleted_at is null");
    }
}
