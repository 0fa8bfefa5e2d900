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
class ControlTotalsIT {
    private static final int COMPANY = 5_280_001;
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final TestDatabase database = TestDatabase.migrated();

    @Test
    void aDaemonProvesWhatItHasLoadedAndFindsAndMendsWhatIsMadeDifferent() throws Exception {
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(2)
                .withRows(Map.of("order", 300, "timeless", 30)))) {
            var builder = Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")
                    .with("NXT_PULLS_ORDERS_EVERY", "2s").with("NXT_PULLS_ORDERS_PROVE", "2s")
                    .with("NXT_PULLS_THINGS_TABLE", "timeless").with("NXT_PULLS_THINGS_KEY", "timelessNo")
                    .with("NXT_PULLS_THINGS_EVERY", "2s").with("NXT_PULLS_THINGS_PROVE", "2s");
            try (var daemon = builder.start()) {
                loaded(daemon, database, 4);
                untilProven();
                // a person does what no change stamp shows
                database.execute("delete from nxt.\"order\" where nxt_company = " + COMPANY + " and order_no = 7");
                database.execute("update nxt.\"order\" set order_amount_domestic = order_amount_domestic + 0.01 "
                        + "where nxt_company = " + COMPANY + " and order_no = 8");
                database.execute("update nxt.timeless set amount = amount + 0.01 where timeless_no = 3");
                await().atMost(PATIENCE).untilAsserted(() -> assertThat(differences(sandbox)).isEmpty());
                untilProven();
                // what Business NXT loses without a webhook is found by its totals too
                sandbox.delete(COMPANY, "order", values("orderNo", 11));
                await().atMost(PATIENCE)
                        .until(() -> database.number(
                                "select count(*) from nxt.\"order\" where order_no = 11 and nxt_deleted_at is null "
                                        + "and nxt_company = " + COMPANY) == 0);
                untilProven();
                assertThat(daemon.get("/q/health/well").status()).isEqualTo(200);
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(daemon.get("/q/metrics").body()).contains(
                                "nxt_pull_proven_age_seconds{company=\"" + COMPANY + "\",job=\"orders\"}",
                                "nxt_pull_differences{job=\"orders\"} 0.0"));
                assertThat(database.number("select count(*) from nxt_sync.run where kind = 'proof'")).isPositive();
                assertThat(daemon.output()).doesNotContain("are different");
            }
        }
    }

    /** Of how many pulls and companies the totals have been equal in the last moments. */
    /** A pull in which something is in the way just then is looked at again a minute later. */
    private void untilProven() {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(proven())
                        .as(() -> database.rows("select * from nxt_sync.proof") + " "
                                + database.rows("select * from nxt_sync.job where kind = 'proof'") + " "
                                + database.rows("select pull, company, state, code from nxt_sync.pull_state"))
                        .isEqualTo(4));
    }

    private long proven() {
        return database.number("""
                select count(*) from nxt_sync.freshness
                where proven_as_of > clock_timestamp() - interval '15 seconds' and not exists (
                    select from nxt_sync.control_total total
                    where total.job = freshness.job and total.company = freshness.company and (open or different))""");
    }

    private List<String> differences(Sandbox sandbox) {
        return Mirror.differencesIn("nxt.\"order\"", sandbox, database, COMPANY, "order", List.of());
    }
}
