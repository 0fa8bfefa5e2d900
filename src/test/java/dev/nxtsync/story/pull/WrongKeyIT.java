package dev.nxtsync.story.pull;

import static dev.nxtsync.story.Pulls.loaded;
import static dev.nxtsync.story.Pulls.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

@Tag("pull")
class WrongKeyIT {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final int COMPANY = 5_280_001;

    /** Where groups of rows cannot be counted, so that it is not proven before. */
    @Test
    void aPartOfAKeyIsNeverTakenForAWholeOneAndAllHealsOnceTheKeyIsSet() throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(1)
                .withRows(Map.of("voucher", 60, "associate", 30)).withFaults(Map.of("no-grouping", 1.0)))) {
            var builder = Daemon.on(sandbox.url(), database).with("NXT_PULLS_VOUCHERS_TABLE", "voucher")
                    .with("NXT_PULLS_VOUCHERS_KEY", "batchNo").with("NXT_PULLS_SINGLY_TABLE", "voucher")
                    .with("NXT_PULLS_SINGLY_KEY", "batchNo").with("NXT_PULLS_SINGLY_TARGET", "singly")
                    .with("NXT_PULLS_SINGLY_PAGE_SIZE", 1).with("NXT_PULLS_SINGLY_PAGE_SIZE_MAX", 1)
                    .with("NXT_PULLS_SINGLY_RECONCILE", "1s").with("NXT_PULLS_PEOPLE_TABLE", "associate")
                    .with("NXT_PULLS_PEOPLE_EVERY", "1s");
            String unique = "The key batchNo of table voucher is not unique: there are at least 5 rows with batchNo 1";
            assertThat(builder.run(3, "check")).contains(unique).contains("(key_not_unique)");
            try (var daemon = builder.command().start()) {
                await().atMost(LONG).until(() -> daemon.get("/q/health/well").body().contains("(key_not_unique)"));
                assertThat(daemon.get("/q/health/well").body()).contains(unique).contains("NXT_PULLS_VOUCHERS_KEY")
                        .contains("According to these rows it could be batchNo,voucherNo");
                assertThat(database.count("nxt.voucher")).as("before a row is lost").isZero();
                // pages of one row show no repeats, but the server counts
                await().atMost(LONG).until(() -> daemon.get("/q/health/well").body().contains("(rows_missing)"));
                assertThat(daemon.get("/q/health/well").body())
                        .contains("counts 60 rows of table voucher, but lists 12 by the key batchNo")
                        .contains("NXT_PULLS_SINGLY_KEY has all columns");
                assertThat(daemon.get("/q/health/well").status()).isEqualTo(503);
                sandbox.put(COMPANY, "associate", values("associateNo", 3, "name", "Other work goes on"));
                await().atMost(LONG).until(() -> database
                        .number("select count(*) from nxt.associate where name = 'Other work goes on'") == 1);
            }
            for (String pull : new String[]{"VOUCHERS", "SINGLY"}) {
                builder.with("NXT_PULLS_" + pull + "_KEY", "batchNo,voucherNo");
            }
            try (var daemon = builder.command().start()) {
                await().atMost(LONG).until(() -> database.count("nxt.singly") == 60);
                loaded(daemon, database, 3);
                assertThat(Mirror.differences(sandbox, database, COMPANY, "voucher")).isEmpty();
                assertThat(Mirror.differencesIn("nxt.singly", sandbox, database, COMPANY, "voucher", List.of()))
                        .isEmpty();
                await().atMost(LONG).until(() -> daemon.get("/q/health/well").status() == 200);
                assertThat(daemon.get("/q/health/well").body()).doesNotContain("key_not_unique")
                        .doesNotContain("rows_missing");
            }
        }
    }
}
