package dev.nxtsync.story.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

@Tag("operate")
class SecretsStaySecretIT {

    @Test
    void noSecretAndNoTokenIsInAnyOutputOfAFullRunAtDebugWhateverGoesWrong() throws Exception {
        String secret = "demo+secret%/:1";
        String password = "p4ss${word}\\tricky";
        var database = TestDatabase.migrated();
        database.execute("create role keeper login superuser password '" + password + "'");
        var seen = new StringBuilder();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withTokenLifetime(Duration.ofSeconds(3))
                .withFaults(Map.of("html-401", 0.1, "token-down", 0.2, "token-line-feed", 0.2, "5xx", 0.1, "cut-body",
                        0.1)));
                var daemon = Daemon.on(sandbox.url(), database).with("NXT_DATABASE_USER", "keeper")
                        .with("NXT_DATABASE_PASSWORD", password).with("NXT_PULLS_ORDERS_TABLE", "order")
                        .with("NXT_PULLS_ORDERS_EVERY", "1s").with("NXT_WEBHOOK_KEYS", "s3cret-key-of-webhooks")
                        .with("QUARKUS_LOG_LEVEL", "DEBUG").with("QUARKUS_LOG_MIN_LEVEL", "DEBUG")
                        .with("QUARKUS_LOG_CATEGORY__IO_QUARKUS_OIDC__LEVEL", "DEBUG")
                        .with("QUARKUS_LOG_CATEGORY__ORG_JBOSS_RESTEASY_REACTIVE_CLIENT__LEVEL", "DEBUG").start()) {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> sandbox.counter("tokens_issued") > 6 && sandbox.counter("requests") > 20
                            && daemon.output().contains("rows,")
                            && daemon.output().contains("characters, and one of them is a line break"));
            sandbox.webhook(daemon.mainUrl() + "/webhooks/visma-connect", "s3cret-key-of-webhooks");
            await().atMost(Duration.ofSeconds(60)).until(() -> daemon.metric("nxt_webhooks_total", "accepted") > 3);
            sandbox.webhook(daemon.mainUrl() + "/webhooks/visma-connect", "another");
            await().atMost(Duration.ofSeconds(60)).until(() -> daemon.output().contains("was refused with 401"));
            for (String path : new String[]{"/q/health", "/q/health/well", "/q/metrics"}) {
                seen.append(daemon.get(path).body());
            }
            database.rows("select coalesce(error, '') as text from nxt_sync.run union all "
                    + "select coalesce(reason, '') from nxt_sync.pull_state").forEach(seen::append);
            daemon.terminate();
            daemon.exitCode();
            seen.append(daemon.output());
            assertThat(seen).contains("DEBUG");
            for (String forbidden : forbidden(secret, sandbox.tokens())) {
                assertThat(seen.indexOf(forbidden)).as("a secret at %s", context(seen, forbidden)).isNegative();
            }
            assertThat(seen.indexOf(password)).isNegative();
            assertThat(seen.indexOf("s3cret-key-of-webhooks")).isNegative();
        }
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0));
                var check = Daemon.on(sandbox.url(), database).with("QUARKUS_LOG_LEVEL", "DEBUG")
                        .with("NXT_PULLS_ORDERS_TABLE", "order").command("check").start()) {
            assertThat(check.exitCode()).isZero();
            for (String forbidden : forbidden(secret, sandbox.tokens())) {
                assertThat(check.output()).doesNotContain(forbidden);
            }
        }
    }

    private static List<String> forbidden(String secret, List<String> tokens) {
        String encoded = "demo%2Bsecret%25%2F%3A1";
        var forbidden = new ArrayList<>(tokens);
        assertThat(forbidden).isNotEmpty();
        // the signature alone would do
        tokens.forEach(token -> forbidden.add(token.substring(token.lastIndexOf('.') + 1)));
        // and what there is before a line feed
        tokens.forEach(token -> forbidden.add(token.substring(0, 100)));
        forbidden.add(secret);
        forbidden.add(encoded);
        for (String pair : new String[]{"isv_demo:" + secret, "isv_demo:" + encoded}) {
            forbidden.add(Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        }
        return forbidden;
    }

    private static String context(StringBuilder text, String forbidden) {
        int at = text.indexOf(forbidden);
        return at < 0 ? "" : text.substring(Math.max(0, at - 200), at);
    }
}
