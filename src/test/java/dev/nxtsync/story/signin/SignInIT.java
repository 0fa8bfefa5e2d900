package dev.nxtsync.story.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.sandbox.Forgery;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.support.Visitor;

/** What a sign-in takes and refuses. Each test has a person of its own sign in, and leaves nobody signed in. */
@Tag("signin")
class SignInIT {
    private static TestDatabase database;
    private static Sandbox sandbox;
    private static Daemon daemon;

    @BeforeAll
    static void start() {
        database = TestDatabase.migrated();
        sandbox = new Sandbox(SignIns.options(Duration.ofHours(1)));
        daemon = SignIns.daemon(sandbox, database)
                .with("NXT_SCOPE", "openid email offline_access tenants business-graphql-api:access-group-based")
                .with("NXT_CONNECTIONS_MAIN_REFRESH_LIFETIME", "365d").with("NXT_API_TIME_LIMIT", "59s")
                .with("NXT_PULLS_ORDERS_OVERLAP", "3m").with("NXT_CONNECTIONS_SIDE_KIND", "user")
                .with("NXT_CONNECTIONS_SIDE_CLIENT_ID", "isv_demo")
                .with("NXT_CONNECTIONS_SIDE_CLIENT_SECRET", "demo+secret%/:1")
                .with("NXT_CONNECTIONS_MAIN_CLIENT_ID", "isv_demo")
                .with("NXT_CONNECTIONS_MAIN_CLIENT_SECRET", "demo+secret%/:1").without("NXT_CLIENT_ID")
                .without("NXT_CLIENT_SECRET").with("NXT_AUTHORIZATION_PARAMETERS", "ui_locales=nb-NO&tenant_hint=a b")
                .start();
        daemon.awaitReady();
    }

    @AfterAll
    static void stop() {
        daemon.close();
        sandbox.close();
    }

    @AfterEach
    void nobodyIsSignedIn() {
        sandbox.forge(Forgery.NONE);
        sandbox.grantOnly("");
        signOut("main");
    }

    private static void signOut(String connection) {
        assertThat(daemon.operator("DELETE", "/api/connections/" + connection + "/sign-in", SignIns.OPERATOR).status())
                .isEqualTo(200);
    }

    @Test
    void aPersonWhoSignsInIsToldWhoIsConnectedToWhatUntilWhenAndWorkBegins() {
        await().atMost(Duration.ofMinutes(1))
                .until(() -> daemon.get("/q/health/well").body().contains("Run: sign-in main"));
        var page = SignIns.signIn(daemon);
        assertThat(page.body()).contains("You are signed in").contains("Kari Nordmann (kari@example.com)")
                .contains("5f3c1a52-9d0e-4b7a-8c6e-1f2a3b4c5d6e").contains("a1111111-2222-4333-8444-555555555555")
                .contains("(5280001)").contains("business-graphql-api:access-group-based").contains("Good until")
                .contains("re-used").contains("pull orders").doesNotContain("not granted");
        SignIns.awaitRows(database, sandbox);
        assertThat(sandbox.counter("userinfo_requests")).isPositive();
        assertThat(SignIns.grant(database)).containsEntry("kind", "re-use").containsEntry("state", "signed_in");
        // which is told every five seconds
        await().atMost(Duration.ofMinutes(1))
                .until(() -> status().path("connections").get(0).path("state").asText().equals("signed_in"));
        var status = status();
        assertThat(status.path("sign_ins").get(0).path("person").asText()).contains("Kari");
        assertThat(status.path("sign_ins").get(0).path("ends_at").asText()).isNotEmpty();
    }

    @Test
    void whoSignsInWhileBusinessNxtIsSlowIsSignedInWithoutWaitingForTheListOfCompanies() {
        sandbox.holdAnswersTo("availableCustomers");
        long begun = System.nanoTime();
        assertThat(SignIns.signIn(daemon, "side").body()).contains("You are signed in").contains("not known yet");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(40));
        sandbox.release();
        signOut("side");
    }

    private static JsonNode status() {
        return SignIns.json(daemon.operator("GET", "/api/status", SignIns.OPERATOR).body());
    }

    @Test
    void aPageOfOursRunsNothingLoadsNothingIsKeptByNobodyAndFramedByNobody() {
        var visitor = new Visitor();
        var begun = visitor.get(SignIns.link(daemon));
        guarded(begun);
        assertThat(begun.headers().firstValue("Set-Cookie").orElseThrow()).contains("nxt-sign-in=").contains("HttpOnly")
                .contains("SameSite=Lax").contains("Path=/").contains("Max-Age=600");
        var returned = visitor.get(visitor.agree(Visitor.location(begun), "kari", "fjord"));
        guarded(returned);
        assertThat(Visitor.location(returned)).endsWith("/connections/main/signed-in");
        var page = visitor.get(Visitor.location(returned));
        guarded(page);
        assertThat(page.body()).doesNotContain("<script").doesNotContain("http-equiv");
        guarded(visitor.get(daemon.mainUrl() + "/connections/main/sign-in/guessed"));
        assertThat(new Visitor().get(daemon.mainUrl() + "/connections/main/signed-in").statusCode()).isEqualTo(404);
    }

    private static void guarded(HttpResponse<String> response) {
        var headers = response.headers();
        assertThat(headers.firstValue("Content-Security-Policy").orElseThrow()).contains("default-src 'none'")
                .contains("frame-ancestors 'none'").contains("form-action 'none'").contains("base-uri 'none'")
                .doesNotContain("unsafe");
        assertThat(headers.firstValue("X-Frame-Options")).contains("DENY");
        assertThat(headers.firstValue("Cache-Control")).contains("no-store");
        assertThat(headers.firstValue("Referrer-Policy")).contains("no-referrer");
        assertThat(headers.firstValue("X-Content-Type-Options")).contains("nosniff");
    }

    @Test
    void theAuthorizationRequestHasAChallengeAStateAndANonceWhichAreNewEachTime() {
        String first = new Visitor().open(SignIns.link(daemon));
        String second = new Visitor().open(SignIns.link(daemon));
        var query = Visitor.query(first);
        assertThat(first).startsWith(sandbox.url() + "/connect/authorize?");
        assertThat(query).containsEntry("response_type", "code").containsEntry("response_mode", "query")
                .containsEntry("code_challenge_method", "S256").containsEntry("client_id", "isv_demo")
                .containsEntry("redirect_uri", daemon.mainUrl() + "/connections/main/callback")
                .containsEntry("ui_locales", "nb-NO").containsEntry("tenant_hint", "a b")
                .containsEntry("scope", "openid email offline_access tenants business-graphql-api:access-group-based");
        for (String name : new String[]{"state", "nonce", "code_challenge"}) {
            assertThat(query.get(name)).hasSizeGreaterThan(40).isNotEqualTo(Visitor.query(second).get(name));
        }
    }

    @Test
    void aLinkIsGoodOnceAndTheCommandPrintsOneToo() throws Exception {
        String link = SignIns.link(daemon);
        assertThat(new Visitor().head(link).statusCode()).as("a look at it uses nothing up").isEqualTo(204);
        new Visitor().open(link);
        var again = new Visitor().get(link);
        assertThat(again.statusCode()).isEqualTo(400);
        assertThat(again.body()).contains("good once").doesNotContain("authorize");
        String old = SignIns.link(daemon);
        database.execute(
                "update nxt_sync.sign_in set made_at = made_at - interval '11 minutes' where begun_at is null");
        assertThat(new Visitor().get(old).body()).contains("for ten minutes");
        String output = SignIns.daemon(sandbox, database).with("NXT_PUBLIC_URL", daemon.mainUrl()).run(0, "sign-in",
                "main");
        String printed = output.lines().filter(line -> line.startsWith("http")).findFirst().orElseThrow();
        assertThat(new Visitor().signIn(printed, "kari", "fjord").body()).contains("You are signed in");
    }

    @Test
    void aForgedStateOrAnotherBrowserOrAnotherIssuerGetsNowhere() {
        var visitor = new Visitor();
        String callback = visitor.agree(visitor.open(SignIns.link(daemon)), "kari", "fjord");
        refused(visitor.get(Visitor.with(callback, "state", "forged")), "not a sign-in of this browser");
        refused(visitor.get(Visitor.with(callback, "state", "")), "not a sign-in of this browser");
        refused(new Visitor().get(callback), "not a sign-in of this browser");
        // a stranger's code and state in a browser that has begun a sign-in of its own
        var victim = new Visitor();
        victim.open(SignIns.link(daemon));
        refused(victim.get(callback), "not a sign-in of this browser");
        assertThat(visitor.follow(callback).body()).as("none of that has used it up").contains("You are signed in");
    }

    @Test
    void anAnswerOfAnotherIssuerOrOfNoneIsRefused() {
        for (String issuer : new String[]{"https://attacker.example", ""}) {
            var visitor = new Visitor();
            String callback = visitor.agree(visitor.open(SignIns.link(daemon)), "kari", "fjord");
            refused(visitor.follow(Visitor.with(callback, "iss", issuer)), "does not come from " + sandbox.url());
            refused(visitor.get(callback), "not a sign-in of this browser");
        }
    }

    @Test
    void aReplayedOrAStolenCodeIsRefused() {
        var visitor = new Visitor();
        String callback = visitor.agree(visitor.open(SignIns.link(daemon)), "kari", "fjord");
        assertThat(visitor.follow(callback).body()).contains("You are signed in");
        refused(visitor.get(callback), "not a sign-in of this browser");
        var grant = SignIns.grant(database);
        // a thief has the code, before its owner uses it, and brings it into a sign-in of the thief's own
        var owner = new Visitor();
        String stolen = Visitor.query(owner.agree(owner.open(SignIns.link(daemon)), "kari", "fjord")).get("code");
        var thief = new Visitor();
        String own = thief.agree(thief.open(SignIns.link(daemon)), "ola", "fjord");
        refused(thief.follow(Visitor.with(own, "code", stolen)), "does not accept the code");
        // and one that was used
        var late = new Visitor();
        String second = late.agree(late.open(SignIns.link(daemon)), "kari", "fjord");
        refused(late.follow(Visitor.with(second, "code", Visitor.query(callback).get("code"))),
                "does not accept the code");
        assertThat(SignIns.grant(database).get("authorized_at")).isEqualTo(grant.get("authorized_at"));
    }

    @ParameterizedTest
    @EnumSource(value = Forgery.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void anIdTokenThatIsNotToBeTrustedSignsNobodyIn(Forgery forgery) {
        sandbox.forge(forgery);
        var visitor = new Visitor();
        var page = visitor.follow(visitor.agree(visitor.open(SignIns.link(daemon)), "kari", "fjord"));
        refused(page, switch (forgery) {
            case NOT_YET_VALID -> "not valid yet";
            case OTHER_USERINFO -> "names another person";
            default -> "is not valid";
        });
        assertThat(database.number("select count(*) from nxt_sync.user_grant where subject is not null")).isZero();
    }

    @Test
    void aTokenThatIsSaidToBeGoodForEverSignsAPersonInForADay() {
        sandbox.faults(Map.of("token-for-ever", 1.0));
        SignIns.signIn(daemon);
        sandbox.faults(Map.of());
        assertThat(database.number("select count(*) from nxt_sync.user_grant where access_expires_at "
                + "between clock_timestamp() + interval '23 h' and clock_timestamp() + interval '24 h'")).isOne();
    }

    @Test
    void aKeyThatIsNewIsKnownAtOnce() {
        SignIns.signIn(daemon);
        sandbox.rotateKey();
        SignIns.signIn(daemon);
    }

    @Test
    void whoSaysNoOrGrantsLessIsToldWhatThatMeans() {
        var visitor = new Visitor();
        String authorization = visitor.open(SignIns.link(daemon));
        refused(visitor.follow(Visitor.location(visitor.answer(authorization, "kari", "fjord", "deny"))),
                "declined (access_denied)");
        sandbox.grantOnly("openid email business-graphql-api:access-group-based");
        refused(new Visitor().signIn(SignIns.link(daemon), "kari", "fjord"), "no refresh token");
        sandbox.grantOnly("openid offline_access business-graphql-api:access-group-based");
        assertThat(new Visitor().signIn(SignIns.link(daemon), "kari", "fjord").body()).contains("You are signed in")
                .contains("asked for, but not granted: email, tenants");
        await().atMost(Duration.ofMinutes(1))
                .until(() -> daemon.get("/q/health/well").body().contains("granted scope"));
    }

    @Test
    void anotherPersonOrAnotherTenantIsNotTakenUntilTheFirstIsSignedOut() {
        SignIns.signIn(daemon);
        long usable = sandbox.usableRefreshTokens();
        refused(new Visitor().signIn(SignIns.link(daemon), "ola", "fjord"),
                "is signed in as Kari Nordmann (kari@example.com) at tenant a1111111");
        assertThat(sandbox.usableRefreshTokens()).as("that of another is revoked").isEqualTo(usable);
        refused(new Visitor().signIn(SignIns.link(daemon), "kari", "fjell"), "at tenant b1111111");
        long others = sandbox.usableRefreshTokens() - usable;
        assertThat(SignIns.grant(database).get("shown_name")).startsWith("Kari");
        var out = SignIns.json(daemon.operator("DELETE", "/api/connections/main/sign-in", SignIns.OPERATOR).body());
        assertThat(out.path("revoked").asBoolean()).isTrue();
        assertThat(out.path("end_session_url").asText()).isEqualTo(sandbox.url() + "/connect/endsession");
        assertThat(sandbox.usableRefreshTokens()).isEqualTo(usable + others - 1);
        await().atMost(Duration.ofMinutes(1))
                .until(() -> daemon.get("/q/health/well").body().contains("It was signed out"));
        var page = new Visitor().signIn(SignIns.link(daemon), "ola", "fjord");
        assertThat(page.body()).contains("You are signed in").contains("Ola Nordmann &lt;&amp;&gt;")
                .doesNotContain("<&>");
    }

    @Test
    void whatComesBackAsAFormOfAnotherSiteIsTakenWhereThatIsAskedFor() {
        int port = Daemon.freePort();
        try (var posted = SignIns.daemon(sandbox, database).with("NXT_HTTP_PORT", port)
                .with("NXT_PUBLIC_URL", "http://127.0.0.1:" + port).with("NXT_RESPONSE_MODE", "form_post").start()) {
            posted.awaitReady();
            var visitor = new Visitor();
            var begun = visitor.get(SignIns.link(posted));
            assertThat(begun.headers().firstValue("Set-Cookie").orElseThrow()).contains("SameSite=None")
                    .contains("Secure").contains("HttpOnly");
            var form = visitor.answer(Visitor.location(begun), "kari", "fjord", "allow");
            assertThat(form.body()).contains("/connections/main/callback").contains("name=\"code\"");
            assertThat(visitor.follow(visitor.submit(form)).body()).contains("You are signed in");
            refused(visitor.get(posted.mainUrl() + "/connections/main/callback?code=x&state=y"),
                    "in another way than NXT_RESPONSE_MODE says");
        }
    }

    @Test
    void withoutALinkThereIsNothing() {
        var visitor = new Visitor();
        for (String path : new String[]{"/connections/main", "/connections/main/sign-in", "/connections/other/callback",
                "/connections/other/sign-in/x", "/connections"}) {
            assertThat(visitor.get(daemon.mainUrl() + path).statusCode()).as(path).isEqualTo(404);
        }
        refused(visitor.post(daemon.mainUrl() + "/connections/main/callback", Map.of("code", "x")),
                "in another way than NXT_RESPONSE_MODE says");
        assertThat(visitor.head(daemon.mainUrl() + "/connections/other/sign-in/x").statusCode()).isEqualTo(404);
        refused(visitor.get(daemon.mainUrl() + "/connections/main/callback?error=x"), "not a sign-in of this browser");
        assertThat(daemon.getMain("/api/connections/main/sign-in").status()).isIn(401, 404, 405);
        assertThat(daemon.operator("POST", "/api/connections/main/sign-in", "wrong").status()).isEqualTo(401);
        assertThat(daemon.operator("POST", "/api/connections/mian/sign-in", SignIns.OPERATOR).body())
                .contains("did you mean main");
    }

    private static void refused(HttpResponse<String> page, String why) {
        assertThat(page.statusCode()).as(page.body()).isEqualTo(400);
        assertThat(page.body()).contains(why).doesNotContain("You are signed in");
    }
}
