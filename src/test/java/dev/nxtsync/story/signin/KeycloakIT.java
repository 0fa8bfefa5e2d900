package dev.nxtsync.story.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Keycloak;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.support.Visitor;

/** The protocol with an OpenID provider that others wrote; with {@code -Pinterop} only, which brings it. */
@Tag("signin")
class KeycloakIT {
    private static final Pattern FORM = Pattern.compile("action=\"([^\"]+)\"");
    private static final String HOME = System.getProperty("nxt.interop", "");

    @BeforeAll
    static void itIsHere() {
        assumeFalse(HOME.isEmpty(), "it comes with -Pinterop");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPersonSignsInAtKeycloakAndTokensAreRenewedUntilTheyAreRevoked(boolean oneTime) throws Exception {
        var database = TestDatabase.create();
        int port = Daemon.freePort();
        String address = "http://127.0.0.1:" + port;
        try (var sandbox = new Sandbox(SignIns.options(Duration.ofHours(1)));
                var keycloak = Keycloak.start(Path.of(HOME), address, oneTime);
                var daemon = SignIns.daemon(sandbox, database).with("NXT_HTTP_PORT", port)
                        .with("NXT_PUBLIC_URL", address).with("NXT_ISSUER", keycloak.issuer()).start()) {
            sandbox.acceptAnyToken();
            daemon.awaitReady();
            var page = signIn(daemon);
            // a refresh brings another token in any case, so that each is treated as good one time
            assertThat(page).contains("You are signed in").contains("Kari Nordmann (kari@example.com)")
                    .contains("one time");
            SignIns.awaitRows(database, sandbox);
            await().atMost(Duration.ofMinutes(1))
                    .until(() -> daemon.metric("nxt_token_renewals_total", "outcome=\"ok\"") > 4);
            assertThat(SignIns.grant(database)).containsEntry("state", "signed_in");
            var out = SignIns.json(daemon.operator("DELETE", "/api/connections/main/sign-in", SignIns.OPERATOR).body());
            assertThat(out.path("revoked").asBoolean()).isTrue();
            assertThat(out.path("end_session_url").asText()).startsWith(keycloak.issuer());
            assertThat(signIn(daemon)).contains("You are signed in");
        }
    }

    /** By Keycloak's own page. */
    private static String signIn(Daemon daemon) {
        var visitor = new Visitor();
        var form = visitor.follow(visitor.open(SignIns.link(daemon)));
        Matcher action = FORM.matcher(form.body());
        assertThat(action.find()).as(form.body()).isTrue();
        var answer = visitor.post(action.group(1).replace("&amp;", "&"),
                Map.of("username", "kari", "password", "kari's password", "credentialId", ""));
        return visitor.follow(Visitor.location(answer)).body();
    }
}
