package dev.nxtsync.story.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Pulls;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/** Troubles that no other story meets, each with its code. */
@Tag("operate")
@Execution(ExecutionMode.CONCURRENT)
class TroublesIT {
    private static final int COMPANY = 5_280_001;

    @Test
    void rowsThatCannotBeSentAProcessingThatDoesNotSucceedAndAPullThatIsLateAreSaidWithTheirCodes() {
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox()) {
            var builder = Daemon.on(sandbox.url(), database).with("NXT_PULLS_PEOPLE_TABLE", "associate")
                    .with("NXT_PUSHES_SALES_TABLE", "order").with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReference")
                    .with("NXT_PUSHES_ENDED_TABLE", "order").with("NXT_PUSHES_ENDED_COMPANY", COMPANY)
                    .with("NXT_PUSHES_ENDED_KEY_COLUMN", "yourReference")
                    .with("NXT_PUSHES_ENDED_THEN", "finish {\"finishType\": 0}").with("NXT_API_TIME_LIMIT", "1s")
                    .with("NXT_PUSH_REPEAT_AFTER", "3s");
            try (var daemon = builder.start()) {
                Pulls.loaded(daemon, database, 1);
                await().atMost(Duration.ofSeconds(60)).until(() -> daemon.get("/q/health/ready").status() == 200
                        && database.count("nxt_sync.push_setting") == 2);
                database.execute("select nxt_sync.push('sales', 'p', '{\"custmerNo\": 1}', " + COMPANY + ")");
                database.execute("select nxt_sync.push('later', 'l', '{\"customerNo\": 1}', 5280002)");
                sandbox.refuseRequestsWith("finish");
                database.execute("select nxt_sync.push('ended', 'f', '{\"customerNo\": 1}')");
                await().atMost(Duration.ofSeconds(30)).until(() -> error(database, "p").contains("(payload_invalid)"));
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> error(database, "f").contains("(processing_failed)"));
                await().atMost(Duration.ofSeconds(30))
                        .untilAsserted(() -> assertThat(daemon.get("/q/health/well").body())
                                .contains("push later (push_missing)", "(dead_letters)"));
                await().atMost(Duration.ofSeconds(30)).until(() -> daemon.output()
                        .contains("Finding about push later: 1 row waits for it, but it is not configured."));
                sandbox.holdRequestsWith("query poll");
                database.execute("update nxt_sync.pull_state set complete_as_of = now() - interval '29 minutes'");
                assertThat(daemon.get("/q/health/well").body()).doesNotContain("pull_late");
                database.execute("update nxt_sync.pull_state set complete_as_of = now() - interval '41 minutes'");
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> daemon.get("/q/health/well").body().contains("pull people, late (pull_late)"));
                assertThat(daemon.get("/q/health/well").status()).isEqualTo(503);
                sandbox.release();
            }
            // the push that the row waited for sends to another company only
            try (var daemon = builder.with("NXT_PUSHES_LATER_TABLE", "order").with("NXT_PUSHES_LATER_COMPANY", COMPANY)
                    .with("NXT_PUSHES_LATER_KEY_COLUMN", "yourReference").start()) {
                await().atMost(Duration.ofSeconds(60)).until(() -> error(database, "l").contains("(company_refused)"));
                assertThat(daemon.isRunning()).isTrue();
            }
        }
    }

    private static String error(TestDatabase database, String key) {
        var error = database.value("select error from nxt_sync.outbox where key = '" + key + "'");
        return error == null ? "" : error;
    }

    private static Sandbox sandbox() {
        return new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(1)
                .withTimeLimit(Duration.ofSeconds(1)).withRows(Map.of("associate", 30, "order", 10)));
    }
}
