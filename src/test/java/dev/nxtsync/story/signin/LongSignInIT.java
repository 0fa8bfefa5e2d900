package dev.nxtsync.story.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.support.Visitor;

/** A sign-in that lasts: whose name pushed records carry, and how people learn of its end. */
@Tag("signin")
class LongSignInIT {
    private static final Duration LONG = Duration.ofMinutes(1);

    private static TestDatabase database;
    private static Sandbox sandbox;
    private static Daemon daemon;

    @BeforeAll
    static void start() {
        database = TestDatabase.migrated();
        sandbox = new Sandbox(SignIns.options(Duration.ofHours(1)).withSlotHold(Duration.ofSeconds(20)));
        daemon = SignIns.daemon(sandbox, database).with("NXT_CONNECTIONS_MAIN_REFRESH_LIFETIME", "10d")
                .with("NXT_CONNECTIONS_MAIN_REFRESH_IDLE", "96h").with("NXT_PUSHES_SALES_TABLE", "order")
                .with("NXT_PUSHES_SALES_COMPANY", SignIns.COMPANY).with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReference")
                .with("NXT_API_SLOT_HOLD", "20s").with("NXT_PUSH_REPEAT_AFTER", "15s").start();
        daemon.awaitReady();
    }

    @AfterAll
    static void stop() {
        daemon.close();
        sandbox.close();
    }

    @Test
    void aPushInAPersonsNameKnowsItsRecordsByTheNameThatTheFirstOneCameBackWith() {
        SignIns.signIn(daemon);
        push("a");
        await().atMost(LONG).until(() -> state("a").equals("done"));
        // its answer is lost, and it is found and known for ours
        sandbox.holdAnswersTo("mutation");
        push("b");
        await().atMost(LONG).until(() -> state("b").equals("in_doubt"));
        sandbox.release();
        await().atMost(LONG).until(() -> state("b").equals("done"));
        signOut();
        push("c");
        assertThat(new Visitor().signIn(SignIns.link(daemon), "ola", "fjord").statusCode()).isEqualTo(200);
        await().atMost(LONG).until(() -> state("c").equals("done"));
        assertThat(database.rows("select distinct creator from nxt_sync.push_state where push = 'sales'").toString())
                .contains("ola@example.com");
        assertThat(sandbox.count(SignIns.COMPANY, "order", "yourReference")).containsEntry("a", 1).containsEntry("b", 1)
                .containsEntry("c", 1);
        signOut();
    }

    private static void signOut() {
        assertThat(daemon.operator("DELETE", "/api/connections/main/sign-in", SignIns.OPERATOR).status())
                .isEqualTo(200);
    }

    private static void push(String key) {
        database.execute("select nxt_sync.push('sales', '" + key + "', '{\"customerNo\": 10001}')");
    }

    private static String state(String key) {
        return database.value("select state from nxt_sync.outbox where key = '" + key + "'");
    }

    @Test
    void theEndOfASignInIsToldDaysAheadAndASignOutRevokes() throws Exception {
        SignIns.signIn(daemon);
        await().atMost(LONG).until(() -> daemon.get("/q/health/well").body().contains("(sign_in_ends)"));
        assertThat(daemon.get("/q/health/well").body()).contains("It is expected to end at");
        await().atMost(LONG).untilAsserted(() -> assertThat(daemon.get("/q/health/well"))
                .as("ten days ahead it is shown").returns(200, Daemon.Response::status));
        await().atMost(LONG).until(() -> daemon.metric("nxt_sign_in_ends_in_seconds", "main") > 860_000);
        database.execute("update nxt_sync.user_grant set refreshed_at = refreshed_at - interval '50 hours'");
        await().atMost(LONG).until(() -> daemon.get("/q/health/well").status() == 503);
        assertThat(daemon.get("/q/health/well").body()).as("two days ahead it is an alarm")
                .contains("It is expected to end at");
        await().atMost(LONG).until(() -> database
                .number("select count(*) from nxt_sync.trouble where code = 'sign_in_ends' and gone_at is null") > 0);
        assertThat(SignIns.daemon(sandbox, database).run(0, "check")).contains("token of main")
                .contains("warning    database: the daemons report 1 finding; the command status says which")
                .contains("There is no problem, but 1 warning.").doesNotContain("All is well");
        assertThat(SignIns.daemon(sandbox, database).run(0, "sign-out", "main")).contains("is revoked")
                .contains(sandbox.url() + "/connect/endsession");
        await().atMost(LONG).until(() -> daemon.get("/q/health/well").body().contains("It was signed out"));
    }
}
