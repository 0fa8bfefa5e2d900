package dev.nxtsync.story.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.support.Visitor;

/**
 * Work in a person's name, without the person: what happens to it when tokens are lost, refused or locked away. One daemon has
 * the connection main, whose one-time tokens have no grace period, and another, where they have one; each test leaves nobody
 * signed in.
 */
@Tag("signin")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AbsentPersonIT {
    private static final Duration LIFE = Duration.ofSeconds(4);
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final String GRACED = "graced";

    private static TestDatabase database;
    private static Sandbox sandbox;
    private static Daemon daemon;

    @BeforeAll
    static void start() {
        database = TestDatabase.migrated();
        sandbox = new Sandbox(SignIns.options(LIFE));
        daemon = builder().start();
        daemon.awaitReady();
    }

    @AfterAll
    static void stop() {
        daemon.close();
        sandbox.close();
    }

    private static Daemon.Builder builder() {
        var builder = SignIns.daemon(sandbox, database).without("NXT_CLIENT_ID").without("NXT_CLIENT_SECRET")
                .with("NXT_CONNECTIONS_GRACED_REFRESH_GRACE", "60s")
                .with("NXT_NOTICE_URL", "http://127.0.0.1:" + Daemon.freePort())
                .with("NXT_NOTICE_KEY", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        for (String each : List.of("NXT_CONNECTIONS_MAIN_", "NXT_CONNECTIONS_GRACED_")) {
            builder.with(each + "KIND", "user").with(each + "CLIENT_ID", "isv_demo").with(each + "CLIENT_SECRET",
                    "demo+secret%/:1");
        }
        return builder;
    }

    @AfterEach
    void nobodyIsSignedIn() {
        sandbox.faults(Map.of());
        for (String each : List.of("main", GRACED)) {
            assertThat(daemon.operator("DELETE", "/api/connections/" + each + "/sign-in", SignIns.OPERATOR).status())
                    .isEqualTo(200);
        }
    }

    @Test
    @Order(1)
    void workWaitsWithoutErrorsForASignInAndGoesOnFromWhereItWas() {
        await().atMost(LONG).until(() -> well().contains("Nobody has signed in yet"));
        assertThat(daemon.output()).contains("no token. Nobody has signed in yet. Run: sign-in main")
                .doesNotContain("ERROR");
        SignIns.signIn(daemon);
        SignIns.awaitRows(database, sandbox);
        await().atMost(LONG).until(() -> sandbox.counter("refreshes") > 3);

        sandbox.withdrawGrants();
        await().atMost(LONG).until(() -> well().contains("(invalid_grant)"));
        assertThat(daemon.metric("nxt_token_expires_in_seconds", "main")).isZero();
        assertThat(renewals("main", "sign_in_needed")).isEqualTo(2);
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
        await().atMost(LONG).until(() -> !well().contains("Run: sign-in main"));
    }

    @Test
    @Order(2)
    void aLostAnswerOfATokenThatIsReusedOrWithinTheGracePeriodCostsNothing() {
        SignIns.signIn(daemon, GRACED);
        long refused = sandbox.counter("refreshes_refused");
        lostOnce();
        sandbox.oneTimeTokens(Duration.ofSeconds(60));
        await().atMost(LONG).until(() -> SignIns.grant(database, GRACED).get("kind").equals("one-time"));
        lostOnce();
        assertThat(sandbox.counter("replays")).isZero();
        assertThat(sandbox.counter("refreshes_refused")).isEqualTo(refused);
        assertThat(daemon.output()).contains("was closed before an answer was complete");
        assertThat(daemon.output().lines().filter(line -> line.contains("Connection graced: no token")))
                .as("before the person signed in").hasSize(1);
    }

    /** The answer to one refresh is lost, and refreshes go on. */
    private static void lostOnce() {
        long before = sandbox.counter("lost_token_answers");
        sandbox.faults(Map.of("token-lost-answer", 1.0));
        await().atMost(LONG).until(() -> sandbox.counter("lost_token_answers") > before);
        sandbox.faults(Map.of());
        String generation = SignIns.grant(database, GRACED).get("generation");
        await().atMost(LONG).until(() -> !SignIns.grant(database, GRACED).get("generation").equals(generation));
        // the next one may be under way already
        await().atMost(LONG).until(() -> SignIns.grant(database, GRACED).get("pending_at") == null);
        assertThat(SignIns.grant(database, GRACED)).containsEntry("state", "signed_in");
    }

    @Test
    @Order(3)
    void aLostAnswerWithoutAGracePeriodAsksForASignInAndSendsTheOldTokenNoMore() {
        sandbox.oneTimeTokens(Duration.ZERO);
        assertThat(SignIns.signIn(daemon).body()).contains("one time").contains("grace period of 60 s");
        sandbox.faults(Map.of("token-lost-answer", 1.0));
        await().atMost(LONG).until(() -> SignIns.grant(database).get("state").equals("needed"));
        sandbox.faults(Map.of());
        assertThat(SignIns.grant(database)).containsEntry("kind", "one-time").containsEntry("code", "sign_in_needed");
        await().atMost(LONG).until(() -> well().contains("the answer with the next one was lost"));
        assertThat(sandbox.counter("replays")).isZero();
        SignIns.signIn(daemon);
        long refreshes = sandbox.counter("refreshes");
        await().atMost(LONG).until(() -> sandbox.counter("refreshes") > refreshes + 1);
        assertThat(sandbox.counter("replays")).isZero();
    }

    @Test
    @Order(4)
    void anAnswerThatComesLateIsStoredAndLiftsThatASignInIsNeeded() {
        sandbox.oneTimeTokens(Duration.ZERO);
        SignIns.signIn(daemon);
        long held = sandbox.held();
        sandbox.holdTokensFor("grant_type=refresh_token");
        await().atMost(LONG).until(() -> sandbox.held() > held);
        daemon.freeze();
        try (var second = builder().start()) {
            second.awaitReady();
            await().atMost(LONG).until(() -> SignIns.grant(database).get("state").equals("needed"));
            await().atMost(LONG)
                    .until(() -> second.get("/q/health/well").body().contains("the answer with the next one was lost"));
            sandbox.release();
            daemon.thaw();
            await().atMost(LONG).until(() -> SignIns.grant(database).get("state").equals("signed_in"));
            await().atMost(LONG).until(() -> second.metric("nxt_token_expires_in_seconds", "main") > 0);
        }
        assertThat(sandbox.counter("replays")).isZero();
    }

    @Test
    @Order(5)
    void anotherIssuerThanTheOneThatAPersonSignedInAtGetsNoTokenOfThePerson() {
        sandbox.reusedTokens();
        SignIns.signIn(daemon);
        assertThat(SignIns.grant(database)).containsEntry("issuer", sandbox.url());
        // as an earlier version left it
        database.execute("update nxt_sync.user_grant set issuer = null");
        await().atMost(LONG).until(() -> sandbox.url().equals(SignIns.grant(database).get("issuer")));
        try (var other = new Sandbox(SignIns.options(LIFE));
                var moved = SignIns.daemon(other, database).with("NXT_API_URL", sandbox.url())
                        .with("NXT_PUBLIC_URL", "https://nxt.example.com").start()) {
            moved.awaitReady();
            await().atMost(LONG)
                    .until(() -> moved.get("/q/health/well").body().contains("It was signed in at " + sandbox.url()));
            assertThat(moved.get("/q/health/well").body()).contains("the issuer is now " + other.url())
                    .contains("Run: sign-in main");
            assertThat(moved.operator("DELETE", "/api/connections/main/sign-in", SignIns.OPERATOR).body())
                    .contains("\"revoked\":false");
            assertThat(other.counter("token_requests")).isZero();
            assertThat(other.counter("revocations")).isZero();
            cookieOfHttps(moved);
        }
    }

    /** Where browsers come by https, a cookie counts only with the prefix that binds it to this host. */
    private static void cookieOfHttps(Daemon behindAFront) {
        var visitor = new Visitor();
        var begun = visitor.get(SignIns.link(behindAFront).replace("https://nxt.example.com", behindAFront.mainUrl()));
        String cookie = begun.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
        assertThat(cookie).startsWith("__Host-nxt-sign-in=");
        String callback = visitor.agree(Visitor.location(begun), "kari", "fjord").replace("https://nxt.example.com",
                behindAFront.mainUrl());
        visitor.forgetCookies();
        assertThat(visitor.get(callback, cookie.replace("__Host-", "")).body())
                .contains("not a sign-in of this browser");
        assertThat(visitor.get(callback, cookie).statusCode()).isEqualTo(303);
    }

    @Test
    @Order(6)
    void aKeyIsRotatedByPuttingTheNewOneFirstAndALostOneIsNamed() throws Exception {
        String newer = "2Y4r4yYh1R1J2cWZ1cM8Wy1F1mJq8VYw8Yw3sKx0s1E=";
        sandbox.reusedTokens();
        SignIns.signIn(daemon);
        SignIns.signIn(daemon, GRACED);
        daemon.close();
        String old = keyId();
        database.execute(
                "update nxt_sync.user_grant set refresh_token = regexp_replace(refresh_token, '^[^.]+', '00000000'), "
                        + "access_token = regexp_replace(access_token, '^[^.]+', '00000000') where connection = 'graced'");
        // as docs/signing-in.md says it; without a renewal, as the token endpoint gives none
        sandbox.faults(Map.of("token-down", 1.0));
        var both = builder().with("NXT_ENCRYPTION_KEY", newer + ", " + SignIns.KEY)
                .with("NXT_CONNECTIONS_MAIN_REFRESH_LIFETIME", "10d");
        daemon = both.start();
        await().atMost(LONG).until(() -> !keyId().equals(old));
        await().atMost(LONG).until(() -> keys().path(1).path("needed_by").isEmpty());
        assertThat(keys().toString()).isEqualTo("[{\"id\":\"" + keyId()
                + "\",\"place\":1,\"needed_by\":[\"main\"]},{\"id\":\"" + old
                + "\",\"place\":2,\"needed_by\":[]},{\"id\":\"00000000\",\"place\":null,\"needed_by\":[\"graced\"]}]");
        assertThat(renewals("main", "ok")).isZero();
        assertThat(both.run(0, "status")).contains("no. 1, the newest")
                .containsPattern(old + " +no\\. 2 +needed by nothing that is stored")
                .containsPattern("00000000 +not there +needed by graced")
                .containsPattern("main +Kari Nordmann.* until 20");
        await().atMost(LONG).until(() -> well().contains("which is not one of NXT_ENCRYPTION_KEY"));
        assertThat(well()).contains("(encryption_key_unknown)");
        // looks at the store, every two seconds, end no back-off: the fourth failure comes after seven
        await().atMost(LONG).until(() -> renewals(GRACED, "encryption_key_unknown") >= 4);
        assertThat(daemon.output().lines().filter(line -> line.contains("Connection graced: no new token"))).hasSize(1);
        sandbox.faults(Map.of());
        await().atMost(LONG).until(() -> renewals("main", "ok") > 0);
        assertThat(daemon.output()).doesNotContain("Connection main: no token").doesNotContain(SignIns.KEY)
                .doesNotContain(newer);
        // a person may also sign in anew
        SignIns.signIn(daemon, GRACED);
        await().atMost(LONG).until(() -> daemon.metric("nxt_token_expires_in_seconds", GRACED) > 0);
    }

    private static String well() {
        return daemon.get("/q/health/well").body();
    }

    private static double renewals(String connection, String outcome) {
        return daemon.metric("nxt_token_renewals_total",
                "connection=\"" + connection + "\",outcome=\"" + outcome + "\"");
    }

    private static JsonNode keys() {
        return SignIns.json(daemon.operator("GET", "/api/status", SignIns.OPERATOR).body()).path("encryption_keys");
    }

    private static String keyId() {
        return SignIns.grant(database).get("refresh_token").split("\\.", 2)[0];
    }
}
