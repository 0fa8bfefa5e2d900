package dev.nxtsync.story.operate;

import static dev.nxtsync.story.Pulls.loaded;
import static dev.nxtsync.story.Pulls.values;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.Pushes;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Detour;
import dev.nxtsync.support.TestDatabase;

@Tag("operate")
@Execution(ExecutionMode.CONCURRENT)
class StatusIT {
    private static final String KEY = Daemon.OPERATOR;
    private static final int COMPANY = 5_280_001;
    private static final String JAR = String.join(" ", Daemon.line(List.of()));

    @Test
    void theStatusShowsHowEverythingStandsAndWhatToDoNext() throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox(); var detour = new Detour(database.port())) {
            var builder = daemon(sandbox, database).with("NXT_DATABASE_URL", database.url(detour.port()))
                    .with("NXT_PULLS_TYPO_TABLE", "ordr").with("NXT_PUSHES_SALES_TABLE", "order")
                    .with("NXT_PUSHES_SALES_COMPANY", COMPANY).with("NXT_PUSHES_SALES_KEY_COLUMN", "yourReference");
            try (var daemon = builder.start()) {
                withoutItsDatabaseItSaysSoAndWhatTheProcessKnows(daemon);
                assertThat(builder.run(3, "status")).contains("PROBLEM    database");
                detour.open();
                loaded(daemon, database, 3);
                assertThat(daemon.getMain("/api/status").status()).as("without the key").isEqualTo(401);
                database.execute("select nxt_sync.push('sales', 'bad', '{\"customerNo\": 99000}')");
                await().atMost(Duration.ofSeconds(60)).until(() -> status(daemon).path("dead_letters").size() == 1);
                await().atMost(Duration.ofSeconds(30)).until(() -> status(daemon).path("replicas").size() == 1
                        && finding(status(daemon), "pull typo", "table_unknown").path("since").isTextual());
                var status = status(daemon);
                assertThat(status.path("state").asText()).isEqualTo("in_trouble");
                assertThat(finding(status, "pull typo", "table_unknown").path("next_step").asText())
                        .contains("Correct the table's name");
                assertThat(finding(status, "push sales, dead letters", "dead_letters").path("alarm").asBoolean())
                        .isTrue();
                assertThat(status.path("dead_letters").get(0).path("error").asText()).contains("(record_refused)");
                assertThat(status.path("connections").get(0).path("state").asText()).isEqualTo("signed_in");
                assertThat(status.path("connections").get(0).path("budget").path("used").asInt()).isPositive();
                assertThat(status.path("pulls")).hasSize(3).allMatch(each -> each.path("state").asText().equals("ok")
                        && each.path("rows").asInt() > 0 && each.path("lag_seconds").asInt() < 60);
                assertThat(status.path("runs").get(0).path("requests").isInt()).isTrue();
                assertThat(status.toString()).doesNotContain("demo+secret").doesNotContain(sandbox.tokens().get(0));

                assertThat(builder.run(0, "status")).contains("There is trouble.")
                        .contains("PROBLEM    pull typo: There is no table ordr").contains("(table_unknown); since 2")
                        .containsPattern("main +\\S+ +token until").containsPattern("people +5280001 +ok +300 rows")
                        .contains("1 dead").contains("requests a minute");
            }
        }
    }

    @Test
    void onATerminalTheStatusIsLaidOutForEyesWithoutColoursWhereAPersonWantsNone() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "script, which makes a terminal, is not here");
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox()) {
            var builder = daemon(sandbox, database).with("NXT_PULLS_TYPO_TABLE", "ordr").with("TERM", "xterm")
                    .with("NO_COLOR", "");
            try (var daemon = builder.start()) {
                loaded(daemon, database, 3);
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> finding(status(daemon), "pull typo", "table_unknown").path("since").isTextual());
                try (var shown = onATerminal(builder, "status")) {
                    assertThat(shown.exitCode()).isZero();
                    assertThat(shown.output()).contains("\033[1;31mThere is trouble.\033[0m")
                            .contains("\033[1;31mPROBLEM\033[0m    pull typo: There is no table ordr")
                            .containsPattern("since (now|\\d+ s ago) \\(\\d\\d:\\d\\d:\\d\\d\\)")
                            .contains("\r\n\r\n\033[1mpulls\033[0m\r\n  people  5280001  \033[32mok\033[0m");
                }
                try (var shown = onATerminal(builder.with("NO_COLOR", "1"), "status")) {
                    assertThat(shown.exitCode()).isZero();
                    assertThat(shown.output()).contains("\r\n\r\npulls\r\n  people  5280001  ok")
                            .doesNotContain("\033");
                }
                try (var shown = onATerminal(builder, "status --watch")) {
                    await().atMost(Duration.ofSeconds(60))
                            .until(() -> shown.output().matches("(?s)(\033\\[HThere is trouble.*\033\\[J){2}.*"));
                    assertThat(shown.output()).as("it fits on the terminal")
                            .containsPattern("PROBLEM .{10,53}\033\\[K\r\n {11}\\S").contains("… and more: ");
                }
            }
            database.execute("""
                    alter function pg_catalog.clock_timestamp() rename to clock_of_the_server;
                    create function pg_catalog.clock_timestamp() returns timestamptz language sql volatile
                    as $$ select clock_of_the_server() + interval '48 h' $$""");
            try (var shown = onATerminal(builder, "status")) {
                assertThat(shown.exitCode()).isZero();
                assertThat(shown.output()).as("by the database's clock")
                        .contains("  " + LocalDate.now(ZoneOffset.UTC).plusDays(2) + " ");
            }
        }
    }

    @Test
    void theStatusIsWatchedWithoutADaemonThroughAnOutageOfTheDatabaseUntilAPersonStopsIt() throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox(); var detour = new Detour(database.port())) {
            var builder = daemon(sandbox, database).with("NXT_DATABASE_URL", database.url(detour.port()));
            detour.open();
            try (var daemon = builder.start()) {
                loaded(daemon, database, 3);
            }
            try (var watch = builder.command("status", "--watch").start()) {
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> watch.output().matches("(?s)All is well\\..*people.*All is well\\..*"));
                detour.shut();
                await().atMost(Duration.ofSeconds(60)).until(() -> watch.output().contains("PROBLEM    database: "));
                assertThat(watch.output()).contains("(database_away)").contains("It is asked again every 3 s.");
                detour.open();
                await().atMost(Duration.ofSeconds(60)).until(
                        () -> watch.output().substring(watch.output().lastIndexOf("PROBLEM")).contains("people"));
                assertThat(watch.output()).doesNotContain("\033");
                watch.terminate();
                assertThat(watch.exitCode()).isEqualTo(143);
            }
            database.execute("create role watcher login in role pg_read_all_data; "
                    + "grant execute on all functions in schema nxt_sync to watcher");
            try (var watch = builder.with("NXT_DATABASE_USER", "watcher").command("status", "--watch").start()) {
                await().atMost(Duration.ofSeconds(60)).until(() -> watch.output().contains("people"));
                database.execute("alter role watcher connection limit 0");
                detour.shut();
                detour.open();
                await().atMost(Duration.ofSeconds(60)).until(() -> watch.output().contains("too many connections"));
                database.execute("alter role watcher connection limit -1");
                await().atMost(Duration.ofSeconds(60)).until(
                        () -> watch.output().substring(watch.output().lastIndexOf("PROBLEM")).contains("people"));
            }
            try (var watch = builder
                    .line(List.of("sh", "-c", "{ " + JAR + " status --watch; echo exit $? >&2; } | head -n 1"),
                            Files.createTempDirectory("pipe"))
                    .start()) {
                assertThat(watch.exitCode()).isZero();
                assertThat(watch.output().lines()).as("whoever read has gone").containsExactly("All is well.",
                        "exit 141");
            }
        }
    }

    private static Daemon onATerminal(Daemon.Builder builder, String command) throws IOException {
        return builder.line(List.of("script", "-qec", "stty rows 12 cols 60; " + JAR + " " + command, "/dev/null"),
                Files.createTempDirectory("terminal")).start();
    }

    private static void withoutItsDatabaseItSaysSoAndWhatTheProcessKnows(Daemon daemon) throws Exception {
        await().atMost(Duration.ofSeconds(30)).until(() -> daemon.operator("GET", "/api/status", KEY).status() == 200
                && status(daemon).path("connections").size() == 1);
        assertThat(finding(status(daemon), "database", "database_away").path("next_step").asText())
                .contains("NXT_DATABASE_URL");
        Map.of("pulls/people/run", "POST", "pulls/people/pause", "POST", "pulls/people/resume", "POST",
                "pushes/sales/a", "GET").forEach((path, method) -> {
                    var away = daemon.operator(method, "/api/" + path, KEY);
                    assertThat(away.status()).as(path).isEqualTo(503);
                    assertThat(away.body()).as(path).contains("\"code\":\"database_away\"");
                });
    }

    @Test
    void aPullIsPausedAlsoInTheMiddleOfALoadResumedAndRunAtOnce() throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withCompanies(1)
                .withRows(Map.of("associate", 15_000)))) {
            var builder = daemon(sandbox, database).with("NXT_PULLS_PEOPLE_EVERY", "24h")
                    .with("NXT_PULLS_PEOPLE_PAGE_SIZE", 100).with("NXT_PULLS_PEOPLE_PAGE_SIZE_MAX", 100);
            try (var daemon = builder.start()) {
                await().atMost(Duration.ofSeconds(60)).pollInterval(Duration.ofMillis(20))
                        .until(() -> database.count("nxt.associate") >= 6000);
                assertThat(post(daemon, "people/pause")).isEqualTo(202);
                long there = database.count("nxt.associate");
                Pushes.pause(Duration.ofSeconds(3));
                assertThat(database.count("nxt.associate")).isEqualTo(there).isLessThan(15_000);
                assertThat(post(daemon, "people/resume")).isEqualTo(202);
                loaded(daemon, database, 1);
                assertThat(Mirror.differences(sandbox, database, COMPANY, "associate")).isEmpty();
                assertThat(sandbox.counter("requests_load_associate")).as("from its checkpoint").isLessThan(180);
                await().until(() -> status(daemon).path("state").asText().equals("well"));

                sandbox.put(COMPANY, "associate", values("associateNo", 5, "name", "run"));
                assertThat(post(daemon, "people/run")).isEqualTo(202);
                arrives(sandbox, database);
                await().until(() -> database.number("select count(*) from nxt_sync.job where holder is not null") == 0);

                assertThat(post(daemon, "people/pause")).isEqualTo(202);
                assertThat(post(daemon, "people/pause")).as("twice is as once").isEqualTo(202);
                assertThat(database.value("select distinct state from nxt_sync.freshness")).isEqualTo("paused");
                sandbox.put(COMPANY, "associate", values("associateNo", 6, "name", "paused"));
                long requests = sandbox.counter("requests_poll");
                assertThat(post(daemon, "people/run")).isEqualTo(202);
                Pushes.pause(Duration.ofSeconds(4));
                assertThat(sandbox.counter("requests_poll")).as("nothing is asked").isEqualTo(requests);
                assertThat(daemon.get("/q/health/well").status()).as("a pause is no alarm").isEqualTo(200);
                assertThat(daemon.get("/q/health/well").body()).contains("pull people, paused");
                assertThat(builder.run(3, "pull", "people")).contains("it is paused").contains("(pull_paused)");

                assertThat(post(daemon, "people/resume")).isEqualTo(202);
                arrives(sandbox, database);
                assertThat(database.value("select distinct state from nxt_sync.freshness")).isEqualTo("ok");

                assertThat(daemon.operator("POST", "/api/pulls/poeple/run", KEY).status()).isEqualTo(404);
                assertThat(daemon.operator("POST", "/api/pulls/poeple/run", KEY).body())
                        .contains("did you mean people?");
                assertThat(daemon.operator("POST", "/api/pulls/people/run", "wrong").status()).isEqualTo(401);
            }
        }
    }

    @Test
    void whatIsDiscoveredIsAConfigurationThatRuns() throws Exception {
        var database = TestDatabase.migrated();
        try (var sandbox = sandbox()) {
            var builder = Daemon.on(sandbox.url(), database);
            String yaml = builder.with("LC_ALL", "C").run(0, "discover", "--yaml");
            assertThat(sandbox.counter("requests")).as("few requests").isLessThan(15);
            assertThat(yaml).contains("    associate:  # 333 rows").contains("    # voucher:")
                    .contains(
                            "# key may be voucherNo (by the number that new records are given), which a person has to "
                                    + "confirm; unless Business NXT proves it, name it by key:")
                    .doesNotContain("key: batchNo");
            database.execute(
                    """
                            insert into nxt_sync.webhook_event values ('voucher', 5280001, now(), 'insert', '{batchNo,voucherNo}');
                            insert into nxt_sync.key_proof (connection, table_name, columns, company, verdict, rows, at)
                            values ('main', 'voucher', '{batchNo,voucherNo}', 5280001, 'unique', 30, '2026-11-29 04:00Z')""");
            assertThat(builder.run(0, "discover")).contains("5280001 Fjord AS, of customer 1111222")
                    .contains("table associate, 333 rows in 3 companies, key associateNo")
                    .containsPattern("birthDate +Int, a date").contains("table company, 3 rows in 1 customer")
                    .contains("key batchNo,voucherNo (by webhooks), proven at 2026-11-29T04:00:00Z; or voucherNo (by ")
                    .containsPattern(
                            "\nall \\d+ tables that have a key, or may have one: \\d+ rows, about \\d+ requests, \\d+ of them about keys, "
                                    + "1 minute or more at 540 requests a minute. NXT_PULLS_ALL_TABLE='\\*' takes them; plan");
            assertThat(builder.in("config/application.yaml", yaml).with("NXT_PULLS_VOUCHERS_TABLE", "voucher").run(0,
                    "check")).contains("pull orderline: table orderLine by orderNo, lineNo")
                    .containsPattern("pull vouchers: table voucher by batchNo, voucherNo .*by webhooks, proven by")
                    .contains("10 pulls");
        }
    }

    private static Sandbox sandbox() {
        return new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true).withRows(Map.of("associate", 300)));
    }

    private static Daemon.Builder daemon(Sandbox sandbox, TestDatabase database) {
        return Daemon.on(sandbox.url(), database).with("NXT_OPERATOR_KEY", KEY)
                .with("NXT_PULLS_PEOPLE_TABLE", "associate").with("NXT_PULLS_PEOPLE_EVERY", "1s");
    }

    private static void arrives(Sandbox sandbox, TestDatabase database) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> Mirror.differences(sandbox, database, COMPANY, "associate").isEmpty());
    }

    private static int post(Daemon daemon, String what) {
        return daemon.operator("POST", "/api/pulls/" + what, KEY).status();
    }

    private static JsonNode status(Daemon daemon) throws Exception {
        return new ObjectMapper().readTree(daemon.operator("GET", "/api/status", KEY).body());
    }

    private static JsonNode finding(JsonNode status, String subject, String code) {
        for (JsonNode each : status.path("findings")) {
            if (each.path("subject").asText().equals(subject) && each.path("code").asText().equals(code)) {
                return each;
            }
        }
        return status.path("there is none");
    }
}
