package dev.nxtsync.story.operate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Detour;
import dev.nxtsync.support.TestDatabase;

/** Every line of the contract's table of what happens at the start. */
@Tag("operate")
class StartIT {
    private static Sandbox sandbox;

    @BeforeAll
    static void startSandbox() {
        sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true));
    }

    @AfterAll
    static void stopSandbox() {
        sandbox.close();
    }

    @Test
    void everythingThatIsWrongIsListedAtOnceWithTheVariableTheValueAndTheNearestName() throws Exception {
        try (var daemon = new Daemon.Builder().with("NXT_CLIENT_SECRT", "s3cret-value")
                .with("NXT_BUDGET_REQUESTS_PER_MINUTE", "many").with("NXT_PULLS_ORDERS_TABEL", "order")
                .with("NXT_PULLS_ORDERS_TABLE", "order").with("NXT_PULLS_ORDERS_EVERY", "5 minutes")
                .with("NXT_PULLS_LINES_TABLE", "orderLine").with("NXT_PULLS_LINES_CRON", "every day")
                .with("NXT_PULLS_MY_LINES_TABLE", "orderLine").with("NXT_TIME_ZONE", "Europe/Olso")
                .with("NXT_CONNECTIONS_OTHER_CLIENT_ID", "isv_a_client_id_of_26_chars")
                .with("NXT_CONNECTIONS_OTHER_CLIENT_SECRET", "x").with("NXT_PULLS_ORDERS_CONNECTION", "othr").start()) {
            assertThat(daemon.exitCode()).isEqualTo(2);
            assertThat(daemon.output()).contains(
                    "Warning: NXT_CLIENT_SECRT is not a setting and has no effect; did you mean NXT_CLIENT_SECRET?")
                    .contains("NXT_DATABASE_URL: is not set")
                    .contains("NXT_BUDGET_REQUESTS_PER_MINUTE: \"many\" is not a whole number from 1 to 600")
                    .contains("NXT_PULLS_ORDERS_TABEL: is not a setting; did you mean NXT_PULLS_ORDERS_TABLE?")
                    .contains(
                            "NXT_PULLS_ORDERS_EVERY: \"5 minutes\" is not a duration; write for example 30s, 5m or 24h")
                    .contains("NXT_PULLS_LINES_CRON: \"every day\" is not a cron expression")
                    .contains("NXT_PULLS_MY_LINES_TABLE").contains("NXT_PULLS_MYLINES_TABLE")
                    .contains("NXT_TIME_ZONE: \"Europe/Olso\" is not a time zone; did you mean Europe/Oslo?")
                    .contains("has 27 characters").contains("\"othr\" is not a connection; there is other")
                    .doesNotContain("s3cret-value").doesNotContain("\tat ");
        }
    }

    /**
     * Connections and pulls, each with a cause of its own, behind settings that are written in every way. Its database comes,
     * goes and comes again.
     */
    @Test
    void whatIsAwayOrRefusedIsNamedAndStopsItselfOnlyAndTheDatabaseMayComeLater() throws Exception {
        var database = TestDatabase.create();
        String name = "a${b}$$${PATH}\\$\\\\${nxt.log}";
        int port = Daemon.freePort();
        try (var proxy = new Detour(database.port());
                var daemon = Daemon.on(sandbox.url(), database).with("NXT_HTTP_PORT", "")
                        .with("NXT_DATABASE_PASSWORD", "")
                        .with("NXT_DATABASE_URL", database.url(proxy.port()) + "?ApplicationName=" + name)
                        .with("NXT_CONNECTIONS_AWAY_CLIENT_ID", "isv_demo")
                        .with("NXT_CONNECTIONS_AWAY_CLIENT_SECRET", "demo+secret%/:1")
                        .with("NXT_CONNECTIONS_AWAY_ISSUER", "http://127.0.0.1:" + Daemon.freePort())
                        .with("NXT_CONNECTIONS_MUTE_CLIENT_ID", "isv_demo")
                        .with("NXT_CONNECTIONS_MUTE_CLIENT_SECRET", "demo+secret%/:1")
                        .with("NXT_CONNECTIONS_MUTE_API_URL", "http://127.0.0.1:" + Daemon.freePort())
                        .with("NXT_PULLS_MUTE_CONNECTION", "mute").with("NXT_PULLS_MUTE_TABLE", "product")
                        .with("NXT_CONNECTIONS_REFUSED_CLIENT_ID", "isv_demo")
                        .with("NXT_CONNECTIONS_REFUSED_CLIENT_SECRET", "wr0ng-secret")
                        .with("NXT_PULLS_TYPO_TABLE", "ordr").with("NXT_PULLS_COLUMN_TABLE", "associate")
                        .with("NXT_PULLS_COLUMN_COLUMNS", "name,emailAdress")
                        .with("NXT_PULLS_KEYLESS_TABLE", "orderLine")
                        .with("NXT_PULLS_KEYLESS_KEY", "orderNumber,lineNo").in("config/application.yaml", """
                                x-often: &often {every: 1m}
                                nxt.http.port: %d
                                nxt.database: {url: "jdbc:postgresql://127.0.0.1:1/of-the-file", password: "${unknown}"}
                                nxt:
                                  pulls.no:
                                    <<: *often
                                    table: generalLedgerAccount
                                """.formatted(port)).start()) {
            await().atMost(Duration.ofSeconds(30)).until(() -> daemon.output().contains("The database cannot be used"));
            assertThat(daemon.get("/q/health/live").status()).isEqualTo(200);
            assertThat(daemon.get("/q/health/started").status()).isEqualTo(200);
            assertThat(daemon.get("/q/health/ready").status()).isEqualTo(503);
            assertThat(daemon.get("/q/health/ready").body()).contains("NXT_DATABASE_URL");
            proxy.open();
            await().atMost(Duration.ofSeconds(40)).until(() -> daemon.get("/q/health/ready").status() == 200);
            await().atMost(Duration.ofSeconds(30)).until(() -> database.count("nxt.general_ledger_account") == 166);
            assertThat(database.number("select count(*) from pg_stat_activity where application_name = '" + name + "'"))
                    .isPositive();
            assertThatCode(() -> new Socket(InetAddress.getLoopbackAddress(), port).close()).doesNotThrowAnyException();
            await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                var well = daemon.get("/q/health/well");
                assertThat(well.status()).isEqualTo(503);
                assertThat(well.body()).contains("Visma Connect cannot be reached").contains("next request in")
                        .contains("Business NXT cannot be reached").contains("invalid_client")
                        .contains("NXT_CONNECTIONS_REFUSED_CLIENT_SECRET").doesNotContain("wr0ng-secret")
                        .contains("There is no table ordr").contains("did you mean order?")
                        .contains("has no column emailAdress").contains("did you mean emailAddress?")
                        .contains("has no column orderNumber").contains("did you mean orderNo?");
            });
            assertThat(daemon.output()).contains("Pull typo is stopped; the others run.")
                    .doesNotContain("wr0ng-secret");
            assertThat(database.count("nxt.associate")).isZero();
            assertThat(daemon.get("/q/health/live").status()).isEqualTo(200);
            assertThat(daemon.get("/q/health/ready").status()).isEqualTo(200);
            proxy.shut();
            await().atMost(Duration.ofSeconds(30)).until(() -> daemon.get("/q/health/ready").status() == 503);
            assertThat(daemon.get("/q/health/live").status()).isEqualTo(200);
            proxy.open();
            await().atMost(Duration.ofSeconds(40)).until(() -> daemon.get("/q/health/ready").status() == 200);
        }
    }

    @Test
    void withoutPullsItIsReadySaysWhatItCouldPullAndWhatItPassesOverAndStopsOnSigterm() throws Exception {
        var database = TestDatabase.migrated();
        try (var daemon = Daemon.on(sandbox.url(), database).jvm("-Xlog:class+load")
                .with("NXT_SYNC_SERVICE_HOST", "10.0.0.1").with("NXT_SYNC_PORT_8080_TCP", "tcp://10.0.0.1:8080")
                .with("NXT_ISUER", "x").start()) {
            daemon.awaitReady();
            assertThat(daemon.output())
                    .contains("NXT_ISUER is not a setting and has no effect; did you mean NXT_ISSUER?")
                    .as("variables of Kubernetes").doesNotContain("NXT_SYNC_");
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> daemon.output().contains("Connection main is signed in, and no pull is configured."));
            assertThat(daemon.output()).contains("1111222").contains("5280001 Fjord AS")
                    .contains("generalLedgerTransaction");
            assertThat(daemon.get("/q/health/well").status()).isEqualTo(200);
            for (String path : new String[]{"/q/health/started", "/q/health/live", "/q/health/ready", "/q/metrics"}) {
                assertThat(daemon.get(path).status()).as(path).isEqualTo(200);
                assertThat(daemon.getMain(path).status()).as(path + " on the main port").isEqualTo(404);
            }
            assertThat(daemon.output()).as("what only a command line needs is not loaded").contains("dev.nxtsync.")
                    .doesNotContain("picocli");
            daemon.terminate();
            assertThat(daemon.exitCode()).isEqualTo(143);
        }
    }

    @Test
    void aPortThatIsTakenIsOneLineThatNamesItsSettingAndItEnds() throws Exception {
        try (var taken = new ServerSocket(0);
                var daemon = Daemon.alone().with("NXT_HTTP_PORT", taken.getLocalPort()).start()) {
            assertThat(daemon.exitCode()).as(daemon.output()).isEqualTo(2);
            assertThat(daemon.output().lines().filter(line -> !line.contains(" INFO ")))
                    .containsExactly("nxt-sync does not start: NXT_HTTP_PORT: the port " + taken.getLocalPort()
                            + " is in use by another process; set it to a free port");
        }
    }

    @Test
    void soIsThePortOfHealthAlsoInJson() throws Exception {
        try (var taken = new ServerSocket(0);
                var daemon = Daemon.alone().with("NXT_MANAGEMENT_PORT", taken.getLocalPort()).with("NXT_LOG", "json")
                        .start()) {
            assertThat(daemon.exitCode()).as(daemon.output()).isEqualTo(2);
            assertThat(daemon.output().lines().filter(line -> !line.contains("\"INFO\""))).containsExactly(
                    "{\"level\":\"ERROR\",\"message\":\"nxt-sync does not start: NXT_MANAGEMENT_PORT: the port "
                            + taken.getLocalPort() + " is in use by another process; set it to a free port\"}");
        }
    }

    @Test
    void anUnknownCommandIsAUsageErrorAndTheVersionIsToldWithoutAnySetting() throws Exception {
        assertThat(new Daemon.Builder().run(2, "chekc")).contains("There is no command \"chekc\"; did you mean check?")
                .contains("Usage: nxt-sync ").doesNotContain("NXT_DATABASE_URL");
        assertThat(new Daemon.Builder().run(0, "--version")).startsWith("nxt-sync ").contains(", JDK ")
                .doesNotContain("$");
    }
}
