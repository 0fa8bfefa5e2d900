package dev.nxtsync.story.pull;

import static dev.nxtsync.story.Pulls.loaded;
import static dev.nxtsync.story.Pulls.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/** The daemon follows what changes, and what changes of tables and companies too. */
@Tag("pull")
class IncrementalPullIT {
    private static final int COMPANY = 5_280_001;
    private static final int OTHER = 5_280_002;
    private static final int LATER = 5_280_003;
    private static final Duration A_MINUTE = Duration.ofSeconds(60);

    private final TestDatabase database = TestDatabase.migrated();
    private final Sandbox sandbox = new Sandbox(
            SandboxOptions.defaults().withPort(0).withStill(true).withStamps("TZ").withCompression("gzip")
                    .withTokenLifetime(Duration.ofHours(1)).withRows(Map.of("order", 500, "associate", 50)));

    @AfterEach
    void stop() {
        sandbox.close();
    }

    @Test
    void changesOfRowsColumnsAndCompaniesAreFollowed() {
        sandbox.list(LATER, false);
        var builder = Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")
                .with("NXT_PULLS_ORDERS_EVERY", "1s").with("NXT_PULLS_PEOPLE_TABLE", "associate")
                .with("NXT_PULLS_PEOPLE_COMPANIES", COMPANY).with("NXT_PULLS_PEOPLE_EVERY", "1s")
                .with("NXT_PULLS_THINGS_TABLE", "timeless").with("NXT_PULLS_THINGS_KEY", "timelessNo")
                .with("NXT_PULLS_THINGS_COMPANIES", COMPANY).with("NXT_PULLS_THINGS_EVERY", "24h");
        try (var daemon = builder.start()) {
            loaded(daemon, database, 4);
            whatChangesArrivesAndIsShown(daemon);
            aCompanyThatIsLostKeepsItsRowsAndComesBackByItself(daemon);
            aColumnThatIsGoneForAMomentHoldsItsPullUpForAMomentOnly(daemon);
            sandbox.put(COMPANY, "timeless", values("timelessNo", 3, "name", "changed"));
        }
        // the list of companies is read every five minutes, and at the start
        sandbox.list(LATER, true);
        sandbox.list(OTHER, false);
        builder.with("NXT_PULLS_THINGS_EVERY", "1s").with("NXT_PULLS_FEW_TABLE", "order")
                .with("NXT_PULLS_FEW_TARGET", "few").with("NXT_PULLS_FEW_EXCEPT", "information6,externalId")
                .with("NXT_PULLS_FEW_COMPANIES", COMPANY).with("NXT_PULLS_FEW_EVERY", "1s");
        try (var daemon = builder.start()) {
            companiesThatComeAndGoAreFollowed(daemon);
            // what has been planned by other settings is planned anew
            arrives("timeless");
            oneTableThatIsRefusedDoesNotKeepTheOthersOfItsDocumentFromBeingRead(daemon);
            aColumnThatHasAnotherTypeIsTakenOnceItsTargetHasIt(daemon);
        }
    }

    private void whatChangesArrivesAndIsShown(Daemon daemon) {
        sandbox.put(COMPANY, "order", values("orderNo", 17, "information1", "changed"));
        sandbox.put(COMPANY, "order", values("orderNo", 900_001, "information1", "new"));
        sandbox.put(COMPANY, "associate", values("associateNo", 5, "name", "changed too"));
        arrives("order");
        arrives("associate");
        assertThat(database.number("select sum(rows) from nxt_sync.freshness where job in ('orders', 'people') "
                + "and company = " + COMPANY)).isEqualTo(551);
        assertThat(database.value("select complete_as_of > now() - interval '10 s' from nxt_sync.freshness "
                + "where job = 'orders' and company = " + COMPANY)).isEqualTo("t");
        assertThat(database.rows("select distinct state from nxt_sync.freshness"))
                .containsExactly(Map.of("state", "ok"));
        assertThat(database.number("select count(*) from nxt_sync.run where kind = 'poll' and bytes > 0 "
                + "and requests = 1 and outcome = 'ok' and trace_id ~ '^[0-9a-f]{32}$'")).isPositive();
        await().atMost(Duration.ofSeconds(30)).until(() -> daemon.get("/q/metrics").body()
                .contains("nxt_pull_lag_seconds{company=\"5280001\",job=\"orders\"}"));
    }

    private void aCompanyThatIsLostKeepsItsRowsAndComesBackByItself(Daemon daemon) {
        sandbox.grant(OTHER, false);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> daemon.output().contains("has no access to company " + OTHER));
        sandbox.put(OTHER, "order", values("orderNo", 3, "information1", "while it was away"));
        sandbox.put(COMPANY, "order", values("orderNo", 3, "information1", "here"));
        arrives("order");
        assertThat(database.number(
                "select count(*) from nxt.\"order\" where nxt_company = " + OTHER + " and nxt_deleted_at is null"))
                .isEqualTo(50);
        sandbox.grant(OTHER, true);
        await().atMost(Duration.ofSeconds(90))
                .until(() -> Mirror.differences(sandbox, database, OTHER, "order").isEmpty());
        assertThat(daemon.output().split("has no access to", -1)).as("it is told once").hasSize(2);
        assertThat(daemon.output()).contains("has access to company " + OTHER + " again");
    }

    private void aColumnThatIsGoneForAMomentHoldsItsPullUpForAMomentOnly(Daemon daemon) {
        sandbox.faults(Map.of("drift-column", 1.0));
        await().atMost(Duration.ofSeconds(30)).until(
                () -> database.number("select sum(failures) from nxt_sync.pull_state where pull = 'orders'") > 0);
        sandbox.faults(Map.of());
        sandbox.put(COMPANY, "order", values("orderNo", 7, "information6", "it is back"));
        await().atMost(A_MINUTE).until(
                () -> database.number("select count(*) from nxt.\"order\" where information6 = 'it is back'") == 1);
        well(daemon);

        sandbox.faults(Map.of("drift-column", 1.0));
        await().atMost(A_MINUTE).untilAsserted(() -> {
            String well = daemon.get("/q/health/well").body();
            assertThat(well.split("column_vanished", -1)).as("told once").hasSize(2);
            assertThat(well).doesNotContain("invalid_request");
        });
        sandbox.faults(Map.of());
        well(daemon);
    }

    private void companiesThatComeAndGoAreFollowed(Daemon daemon) {
        await().atMost(A_MINUTE).until(() -> database.number("select count(*) from nxt_sync.freshness "
                + "where job = 'orders' and state = 'ok' and company = " + LATER) == 1);
        assertThat(database.value("select state from nxt_sync.freshness where company = " + OTHER)).isEqualTo("away");
        assertThat(daemon.output()).contains("company " + OTHER + " is not among those that connection main sees");
        assertThat(database.number("select count(*) from nxt.\"order\" where nxt_company = " + OTHER)).isEqualTo(50);
    }

    private void oneTableThatIsRefusedDoesNotKeepTheOthersOfItsDocumentFromBeingRead(Daemon daemon) {
        loaded(daemon, database, 5);
        database.execute(
                "create view mine as select order_no, information6 from nxt.\"order\" where nxt_company = " + COMPANY);
        // the column information6 vanishes, and information7 appears
        sandbox.faults(Map.of("drift-column", 1.0));
        sandbox.put(COMPANY, "associate", values("associateNo", 5, "name", "changed again"));
        arrives("associate");
        await().atMost(A_MINUTE).until(
                () -> daemon.get("/q/health/well").body().contains("The table order no longer has information6"));
        assertThat(daemon.get("/q/health/well").body()).containsPattern("pull orders[^(]*\\(column_vanished\\)");
        assertThat(daemon.get("/q/health/well").status()).isEqualTo(503);
        assertThat(freshness("orders")).isEqualTo("stopped");
        assertThat(freshness("people")).isEqualTo("ok");
        // the new column is added where all columns are wanted, and every row is read again
        await().atMost(A_MINUTE).until(() -> database.number("select count(*) from information_schema.columns "
                + "where table_name = 'few' and column_name = 'information7'") == 1);
        assertThat(daemon.output()).contains("Pull few: in its target table, the column information7 was added");
        await().atMost(A_MINUTE)
                .until(() -> database.number("select count(*) from nxt.few where information7 is null") == 0);
        sandbox.faults(Map.of());
        sandbox.put(COMPANY, "order", values("orderNo", 7, "information6", "it is back again"));
        await().atMost(Duration.ofMinutes(2)).until(() -> "it is back again"
                .equals(database.value("select information6 from public.mine where order_no = 7")));
        await().atMost(Duration.ofSeconds(30)).until(() -> "ok".equals(freshness("orders")));
    }

    private void aColumnThatHasAnotherTypeIsTakenOnceItsTargetHasIt(Daemon daemon) {
        sandbox.faults(Map.of("retype-column", 1.0));
        sandbox.put(COMPANY, "order", values("orderNo", 8, "externalId", "A-8"));
        await().atMost(A_MINUTE).until(() -> daemon.get("/q/health/well").body().contains("is bigint, not text"));
        database.execute("alter table nxt.\"order\" alter column external_id type text");
        await().atMost(A_MINUTE)
                .until(() -> database.number("select count(*) from nxt.\"order\" where external_id = 'A-8'") == 1
                        && database.count("nxt_sync.row_fault") == 0);
    }

    private String freshness(String pull) {
        return database
                .value("select state from nxt_sync.freshness where job = '" + pull + "' and company = " + COMPANY);
    }

    private void arrives(String table) {
        await().atMost(A_MINUTE)
                .untilAsserted(() -> assertThat(Mirror.differences(sandbox, database, COMPANY, table)).isEmpty());
    }

    private static void well(Daemon daemon) {
        await().atMost(A_MINUTE).until(() -> daemon.get("/q/health/well").status() == 200);
    }
}
