package dev.nxtsync.story.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.support.Visitor;

@Tag("signin")
class GrantKeepsItsIssuerIT {
    private static final Duration LONG = Duration.ofMinutes(1);

    @Test
    void anotherIssuerThanTheOneThatAPersonSignedInAtGetsNoTokenOfThePerson() throws Exception {
        var database = TestDatabase.migrated();
        try (var home = new Sandbox(SignIns.options(Duration.ofSeconds(4)));
                var other = new Sandbox(SignIns.options(Duration.ofSeconds(4)))) {
            try (var daemon = SignIns.daemon(home, database).start()) {
                daemon.awaitReady();
                SignIns.signIn(daemon);
                assertThat(SignIns.grant(database)).containsEntry("issuer", home.url());
                // as an earlier version left it
                database.execute("update nxt_sync.user_grant set issuer = null");
                await().atMost(LONG).until(() -> home.url().equals(SignIns.grant(database).get("issuer")));
                SignIns.awaitRows(database, home);
                daemon.terminate();
                daemon.exitCode();
            }
            try (var daemon = SignIns.daemon(other, database).with("NXT_API_URL", home.url())
                    .with("NXT_PUBLIC_URL", "https://nxt.example.com").start()) {
                daemon.awaitReady();
                await().atMost(LONG).until(() -> daemon.get("/q/health/well").body().contains("It was signed in at "));
                assertThat(daemon.get("/q/health/well").body()).contains("It was signed in at " + home.url())
                        .contains("the issuer is " + other.url() + " now").contains("Run: sign-in main");
                int port = Integer.parseInt(daemon.mainUrl().replaceFirst(".*:", ""));
                assertThat(daemon.operator("DELETE", "/api/connections/main/sign-in", SignIns.OPERATOR).body())
                        .contains("\"revoked\":false");
                assertThat(other.counter("token_requests")).isZero();
                assertThat(other.counter("revocations")).isZero();
                cookieOfHttps(daemon, port);
            }
        }
    }

    /** Where browsers come by https, a cookie counts only with the prefix that binds it to this host. */
    private static void cookieOfHttps(Daemon daemon, int port) {
        var visitor = new Visitor();
        var begun = visitor.get(SignIns.link(daemon).replace("https://nxt.example.com", "http://127.0.0.1:" + port));
        String cookie = begun.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
        assertThat(cookie).startsWith("__Host-nxt-sign-in=");
        String callback = visitor.agree(Visitor.location(begun), "kari", "fjord").replace("https://nxt.example.com",
                "http://127.0.0.1:" + port);
        visitor.forgetCookies();
        assertThat(visitor.get(callback, cookie.replace("__Host-", "")).body())
                .contains("not a sign-in of this browser");
        assertThat(visitor.get(callback, cookie).statusCode()).isEqualTo(303);
    }
}
