package dev.nxtsync.story.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

/** Work in a person's name, without the person: what happens to it when tokens are lost, refused or locked away. */
@Tag("signin")
@Execution(ExecutionMode.CONCURRENT)
class UserWorkIT {
    private static final Duration LIFE = Duration.ofSeconds(4);
    private static final Duration LONG = Duration.ofMinutes(1);

    @Test
    void workWaitsWithoutErrorsForASignInAndGoesOnFromWhereItWas() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SignIns.options(LIFE));
                var daemon = SignIns.daemon(sandbox, database)
                        .with("NXT_NOTICE_URL", "http://127.0.0.1:" + Daemon.freePort())
                        .with("NXT_NOTICE_KEY", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").start()) {
            daemon.awaitReady();
            await().atMost(LONG).until(() -> daemon.get("/q/health/well").body().contains("Nobody has signed in yet"));
            assertThat(daemon.output()).contains("no token. Nobody has signed in yet. Run: sign-in main")
                    .doesNotContain("ERROR");
            SignIns.signIn(daemon);
            SignIns.awaitRows(database, sandbox);
            await().atMost(LONG).until(() -> sandbox.counter("refreshes") > 3);

            sandbox.withdrawGrants();
            await().atMost(LONG).until(() -> daemon.get("/q/health/well").body().contains("(invalid_grant)"));
            assertThat(daemon.metric("nxt_token_expires_in_seconds", "main")).isZero();
            assertThat(daemon.metric("nxt_token_renewals_total", "sign_in_needed")).isEqualTo(2);
            long refreshes = sandbox.counter("refreshes");
            long requests = sandbox.counter("requests");
            long runs = database.count("nxt_sync.run");
            // which is told after twenty seconds
            await().atMost(LONG).until(() -> database
                    .number("select count(*) from nxt_sync.notice where body like '%sign_in_needed%invalid_grant%'") > 0);
            assertThat(sandbox.counter("refreshes")).isEqualTo(refreshes);
            assertThat(sandbox.counter("requests")).isEqualTo(requests);
            assertThat(database.count("nxt_sync.run")).isBetween(runs, runs + 2);

            sandbox.put(SignIns.COMPANY, "order", Map.of("orderNo", 99, "customerNo", 10_001));
            SignIns.signIn(daemon);
            SignIns.awaitRows(database, sandbox);
            assertThat(database.number("select count(*) from nxt_sync.run where kind = 'load'")).as("loads").isOne();
            await().atMost(LONG).until(() -> !daemon.get("/q/health/well").body().contains("sign_in_needed"));
        }
    }

    @Test
    void aLostAnswerWithoutAGracePeriodAsksForASignInAndSendsTheOldTokenNoMore() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SignIns.options(LIFE)); var daemon = SignIns.daemon(sandbox, database).start()) {
            sandbox.oneTimeTokens(Duration.ZERO);
            daemon.awaitReady();
            assertThat(SignIns.signIn(daemon).body()).contains("one time").contains("grace period of 60 s");
            SignIns.awaitRows(database, sandbox);
            sandbox.faults(Map.of("token-lost-answer", 1.0));
            await().atMost(LONG).until(() -> SignIns.grant(database).get("state").equals("needed"));
            sandbox.faults(Map.of());
            assertThat(SignIns.grant(database)).containsEntry("kind", "one-time").containsEntry("code",
                    "sign_in_needed");
            await().atMost(LONG)
                    .until(() -> daemon.get("/q/health/well").body().contains("the answer with the next one is lost"));
            assertThat(sandbox.counter("replays")).isZero();
            SignIns.signIn(daemon);
            long refreshes = sandbox.counter("refreshes");
            await().atMost(LONG).until(() -> sandbox.counter("refreshes") > refreshes + 1);
            assertThat(sandbox.counter("replays")).isZero();
        }
    }

    @Test
    void aLostAnswerWithinTheGracePeriodOrOfATokenThatIsReusedCostsNothing() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SignIns.options(LIFE));
                var daemon = SignIns.daemon(sandbox, database).with("NXT_CONNECTIONS_MAIN_REFRESH_GRACE", "60s")
                        .start()) {
            daemon.awaitReady();
            SignIns.signIn(daemon);
            SignIns.awaitRows(database, sandbox);
            lostOnce(sandbox, database);
            sandbox.oneTimeTokens(Duration.ofSeconds(60));
            await().atMost(LONG).until(() -> SignIns.grant(database).get("kind").equals("one-time"));
            lostOnce(sandbox, database);
            assertThat(sandbox.counter("replays")).isZero();
            assertThat(sandbox.counter("refreshes_refused")).isZero();
            assertThat(daemon.output()).doesNotContain("sign_in_needed")
                    .contains("was closed before an answer was whole");
        }
    }

    /** The answer to one refresh is lost, and refreshes go on. */
    private static void lostOnce(Sandbox sandbox, TestDatabase database) {
        long before = sandbox.counter("lost_token_answers");
        sandbox.faults(Map.of("token-lost-answer", 1.0));
        await().atMost(LONG).until(() -> sandbox.counter("lost_token_answers") > before);
        sandbox.faults(Map.of());
        String generation = SignIns.grant(database).get("generation");
        await().atMost(LONG).until(() -> !SignIns.grant(database).get("generation").equals(generation));
        // the next one may be under way already
        await().atMost(LONG).until(() -> SignIns.grant(database).get("pending_at") == null);
        assertThat(SignIns.grant(database)).containsEntry("state", "signed_in");
    }

    @Test
    void anAnswerThatComesLateIsStoredAndLiftsThatASignInIsNeeded() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SignIns.options(LIFE)); var first = SignIns.daemon(sandbox, database).start()) {
            sandbox.oneTimeTokens(Duration.ZERO);
            first.awaitReady();
            SignIns.signIn(first);
            SignIns.awaitRows(database, sandbox);
            sandbox.holdTokensFor("grant_type=refresh_token");
            await().atMost(LONG).until(() -> sandbox.held() > 0);
            first.freeze();
            try (var second = SignIns.daemon(sandbox, database).start()) {
                second.awaitReady();
                await().atMost(LONG).until(() -> SignIns.grant(database).get("state").equals("needed"));
                await().atMost(LONG)
                        .until(() -> second.get("/q/health/well").body()
                                .contains("the answer with the next one is lost"));
                sandbox.release();
                first.thaw();
                await().atMost(LONG).until(() -> SignIns.grant(database).get("state").equals("signed_in"));
                await().atMost(LONG)
                        .until(() -> second.metric("nxt_token_expires_in_seconds", "main") > 0);
            }
            assertThat(sandbox.counter("replays")).isZero();
        }
    }

    @Test
    void aKeyIsRotatedByPuttingTheNewOneFirstAndALostOneIsNamed() throws Exception {
        String newer = "2Y4r4yYh1R1J2cWZ1cM8Wy1F1mJq8VYw8Yw3sKx0s1E=";
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SignIns.options(LIFE))) {
            var builder = SignIns.daemon(sandbox, database);
            String old;
            try (var daemon = builder.start()) {
                daemon.awaitReady();
                SignIns.signIn(daemon);
                old = keyId(database);
            }
            // as the README says it; without a renewal, as the token endpoint gives none
            sandbox.faults(Map.of("token-down", 1.0));
            try (var daemon = builder.with("NXT_ENCRYPTION_KEY", newer + ", " + SignIns.KEY).start()) {
                await().atMost(LONG).until(() -> !keyId(database).equals(old));
                await().atMost(LONG).until(() -> keys(daemon).path(1).path("needed_by").isEmpty());
                assertThat(keys(daemon).toString()).isEqualTo("[{\"id\":\"" + keyId(database)
                        + "\",\"place\":1,\"needed_by\":[\"main\"]},{\"id\":\"" + old
                        + "\",\"place\":2,\"needed_by\":[]}]");
                assertThat(daemon.metric("nxt_token_renewals_total", "\"ok\"")).isZero();
                assertThat(SignIns.daemon(sandbox, database)
                        .with("NXT_ENCRYPTION_KEY", newer + ", " + SignIns.KEY).run(0, "status"))
                        .contains("no. 1, the newest")
                        .containsPattern(old + " +no\\. 2 +needed by nothing that is stored");
            }
            sandbox.faults(Map.of());
            try (var daemon = builder.with("NXT_ENCRYPTION_KEY", newer).start()) {
                await().atMost(LONG).until(() -> daemon.metric("nxt_token_expires_in_seconds", "main") > 0);
                await().atMost(LONG).until(() -> daemon.metric("nxt_token_renewals_total", "\"ok\"") > 0);
                assertThat(daemon.output()).doesNotContain("sign_in_needed").doesNotContain("encryption_key");
            }
            try (var daemon = builder.with("NXT_ENCRYPTION_KEY", SignIns.KEY).start()) {
                daemon.awaitReady();
                await().atMost(LONG).until(() -> daemon.get("/q/health/well").body()
                        .contains("which is not one of NXT_ENCRYPTION_KEY"));
                assertThat(daemon.get("/q/health/well").body()).contains("(encryption_key_unknown)");
                // looks at the store, every two seconds, end no back-off: the fourth failure comes after seven
                await().atMost(LONG)
                        .until(() -> daemon.metric("nxt_token_renewals_total", "encryption_key_unknown") >= 4);
                assertThat(daemon.output().lines().filter(line -> line.contains("no new token"))).hasSize(1);
                assertThat(daemon.output()).doesNotContain(SignIns.KEY).doesNotContain(newer);
                // a person may also sign in anew
                SignIns.signIn(daemon);
                await().atMost(LONG).until(() -> daemon.metric("nxt_token_expires_in_seconds", "main") > 0);
            }
        }
    }

    private static JsonNode keys(Daemon daemon) {
        return SignIns.json(daemon.operator("GET", "/api/status", SignIns.OPERATOR).body()).path("encryption_keys");
    }

    private static String keyId(TestDatabase database) {
        return SignIns.grant(database).get("refresh_token").split("\\.", 2)[0];
    }

    @Test
    void aPushInAPersonsNameKnowsItsRecordsByTheNameThatTheFirstOneCameBackWith() {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SignIns.options(Duration.ofHours(1)).withSlotHold(Duration.ofSeconds(20)));
                var daemon = SignIns.daemon(sandbox, database).with("NXT_PUSHES_SALES_TABLE", "order")
                        .with("NXT_PUSHES_SALES_COMPANY", SignIns.COMPANY)
                        .with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReference").with("NXT_API_SLOT_HOLD", "20s")
                        .with("NXT_PUSH_REPEAT_AFTER", "15s").start()) {
            daemon.awaitReady();
            SignIns.signIn(daemon);
            pushed(database, "a");
            // its answer is lost, and it is found and known for ours
            sandbox.holdAnswersTo("mutation");
            push(database, "b");
            await().atMost(LONG).until(() -> state(database, "b").equals("in_doubt"));
            sandbox.release();
            await().atMost(LONG).until(() -> state(database, "b").equals("done"));
            assertThat(daemon.operator("DELETE", "/api/connections/main/sign-in", SignIns.OPERATOR).status())
                    .isEqualTo(200);
            push(database, "c");
            assertThat(new dev.nxtsync.support.Visitor().signIn(SignIns.link(daemon), "ola", "fjord").statusCode())
                    .isEqualTo(200);
            await().atMost(LONG).until(() -> state(database, "c").equals("done"));
            assertThat(
                    database.rows("select distinct creator from nxt_sync.push_state where push = 'sales'").toString())
                    .contains("ola@example.com");
            assertThat(sandbox.count(SignIns.COMPANY, "order", "yourReference")).containsEntry("a", 1)
                    .containsEntry("b", 1).containsEntry("c", 1);
        }
    }

    private static void pushed(TestDatabase database, String key) {
        push(database, key);
        await().atMost(LONG).until(() -> state(database, key).equals("done"));
    }

    private static void push(TestDatabase database, String key) {
        database.execute("select nxt_sync.push('sales', '" + key + "', '{\"customerNo\": 10001}')");
    }

    private static String state(TestDatabase database, String key) {
        return database.value("select state from nxt_sync.outbox where key = '" + key + "'");
    }

    @Test
    void theEndOfASignInIsToldDaysAheadAndASignOutRevokes() throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SignIns.options(Duration.ofHours(1)));
                var daemon = SignIns.daemon(sandbox, database).with("NXT_CONNECTIONS_MAIN_REFRESH_LIFETIME", "10d")
                        .with("NXT_CONNECTIONS_MAIN_REFRESH_IDLE", "96h").start()) {
            daemon.awaitReady();
            SignIns.signIn(daemon);
            var well = daemon.get("/q/health/well");
            assertThat(well.body()).contains("(sign_in_ends)").contains("It is expected to end at");
            assertThat(well.status()).as("ten days ahead it is shown").isEqualTo(200);
            await().atMost(LONG).until(() -> daemon.metric("nxt_sign_in_ends_in_seconds", "main") > 860_000);
            database.execute("update nxt_sync.user_grant set refreshed_at = refreshed_at - interval '50 hours'");
            await().atMost(LONG).until(() -> daemon.get("/q/health/well").status() == 503);
            assertThat(daemon.get("/q/health/well").body()).as("two days ahead it is an alarm")
                    .contains("It is expected to end at");
            assertThat(SignIns.daemon(sandbox, database).with("NXT_CONNECTIONS_MAIN_REFRESH_LIFETIME", "10d").run(0,
                    "status")).contains("Kari Nordmann").contains("until 20");
            assertThat(SignIns.daemon(sandbox, database).run(0, "check")).contains("All is well")
                    .contains("token of main");
            assertThat(SignIns.daemon(sandbox, database).run(0, "sign-out", "main")).contains("is revoked")
                    .contains(sandbox.url() + "/connect/endsession");
            await().atMost(LONG).until(() -> daemon.get("/q/health/well").body().contains("It was signed out"));
        }
    }
}
