package dev.nxtsync.story.signin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.support.Visitor;

@Tag("signin")
class SignInSecretsIT {

    @Test
    void aDumpOfTheDatabaseAndOfTheLogsAtDebugContainsNoUsableTokenOrSecret() throws Exception {
        var database = TestDatabase.migrated();
        var forbidden = new ArrayList<>(
                List.of("demo+secret%/:1", "demo%2Bsecret%25%2F%3A1", SignIns.KEY, SignIns.OPERATOR));
        try (var sandbox = new Sandbox(SignIns.options(Duration.ofSeconds(3)));
                var daemon = SignIns.daemon(sandbox, database).with("NXT_CONNECTIONS_MAIN_REFRESH_GRACE", "20s")
                        .with("QUARKUS_LOG_LEVEL", "DEBUG").with("QUARKUS_LOG_MIN_LEVEL", "DEBUG")
                        .with("QUARKUS_LOG_CATEGORY__IO_QUARKUS_OIDC__LEVEL", "DEBUG").start()) {
            sandbox.oneTimeTokens(Duration.ofSeconds(20));
            daemon.awaitReady();
            // one that is begun and not ended, one that fails, and one that is good
            var begun = new Visitor();
            String unused = begun.agree(begun.open(SignIns.link(daemon)), "kari", "fjord");
            forbidden.addAll(Visitor.query(unused).values().stream().filter(value -> value.length() > 30).toList());
            var wrong = new Visitor();
            String callback = wrong.agree(wrong.open(SignIns.link(daemon)), "kari", "fjord");
            wrong.follow(Visitor.with(callback, "code", "stolen"));
            String link = SignIns.link(daemon);
            forbidden.add(link.substring(link.lastIndexOf('/') + 1));
            assertThat(new Visitor().signIn(link, "kari", "fjord").statusCode()).isEqualTo(200);
            SignIns.awaitRows(database, sandbox);
            sandbox.faults(Map.of("html-401", 0.1, "5xx", 0.1, "token-down", 0.1));
            long refreshes = Size.of(4, 60);
            await().atMost(Duration.ofMinutes(5)).until(() -> sandbox.counter("refreshes") > refreshes);
            var seen = new StringBuilder(dump(database));
            for (String path : new String[]{"/q/health/well", "/q/metrics"}) {
                seen.append(daemon.get(path).body());
            }
            seen.append(daemon.operator("GET", "/api/status", SignIns.OPERATOR).body());
            daemon.terminate();
            daemon.exitCode();
            seen.append(daemon.output());
            assertThat(seen).contains("DEBUG").contains("Kari");
            var secrets = sandbox.secretsOfPersons();
            assertThat(secrets).hasSizeGreaterThan(10);
            forbidden.addAll(secrets);
            secrets.stream().filter(secret -> secret.contains("."))
                    .forEach(token -> forbidden.add(token.substring(token.lastIndexOf('.') + 1)));
            for (String each : forbidden) {
                int at = seen.indexOf(each);
                assertThat(at).as("a secret behind: %s", at < 0 ? "" : seen.substring(Math.max(0, at - 300), at))
                        .isNegative();
            }
            Size.figure("%d secrets of sign-ins, %d kB of dump, log, status and metrics: none in them",
                    forbidden.size(), seen.length() / 1000);
        }
    }

    /** Every row of every table, as text. */
    private static String dump(TestDatabase database) {
        var dump = new StringBuilder();
        database.rows("select table_schema || '.' || quote_ident(table_name) as name from information_schema.tables "
                + "where table_schema in ('nxt', 'nxt_sync') and table_type = 'BASE TABLE'")
                .forEach(table -> database.rows("select each::text from " + table.get("name") + " each")
                        .forEach(row -> dump.append(row).append('\n')));
        return dump.toString();
    }
}
