package dev.nxtsync.config;

import static dev.nxtsync.config.SettingsFixture.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsReaderTest {
    @TempDir
    Path directory;

    @Test
    void everyDefaultIsAsTheContractSays() {
        Settings settings = read(Map.of("NXT_PULLS_ORDERS_TABLE", "order")).settings();
        var connection = settings.connections().get("main");
        assertThat(connection.askedScope()).isEqualTo("business-graphql-service-api:access-group-based");
        assertThat(connection.tokenAuth()).isEqualTo(Settings.TokenAuth.BASIC);
        assertThat(connection.customer()).isEmpty();
        assertThat(settings.issuer(connection)).isEqualTo("https://connect.visma.com");
        assertThat(settings.graphqlUrl(connection)).isEqualTo("https://business.visma.net/api/graphql-service");
        assertThat(settings.target().schema()).isEqualTo("nxt");
        assertThat(settings.api().timeLimit()).isEqualTo(Duration.ofSeconds(59));
        assertThat(settings.budget()).isEqualTo(new Settings.BudgetSettings(540, 4, 40, 1));
        assertThat(settings.http().port()).isEqualTo(8080);
        assertThat(settings.management().port()).isEqualTo(9000);
        assertThat(settings.timeZone()).isEqualTo(ZoneId.of("UTC"));
        var pull = settings.pulls().get("orders");
        assertThat(pull.connection()).isEqualTo("main");
        assertThat(pull.pageSize()).isEqualTo(1000);
        assertThat(pull.companies()).isEmpty();
        assertThat(pull.cadence(settings.timeZone())).isEqualTo(new Cadence.Every(Duration.ofMinutes(5)));
    }

    @Test
    void everySettingIsReadFromItsVariable() {
        var reading = read(Map.ofEntries(Map.entry("NXT_CONNECTIONS_SIDE_CLIENT_ID", "isv_side"),
                Map.entry("NXT_CONNECTIONS_SIDE_CLIENT_SECRET", "${x}"), Map.entry("NXT_CONNECTIONS_SIDE_SCOPE", "s"),
                Map.entry("NXT_CONNECTIONS_SIDE_CUSTOMER", "1, 2"), Map.entry("NXT_CONNECTIONS_SIDE_TENANT_ID", "t"),
                Map.entry("NXT_CONNECTIONS_SIDE_TOKEN_PARAMETERS", "a=b&c=d"),
                Map.entry("NXT_CONNECTIONS_SIDE_TOKEN_AUTH", "body"),
                Map.entry("NXT_CONNECTIONS_SIDE_ISSUER", "https://i.example/"),
                Map.entry("NXT_CONNECTIONS_SIDE_API_URL", "https://a.example/"),
                Map.entry("NXT_PULLS_X1_TABLE", "orderLine"), Map.entry("NXT_PULLS_X1_KEY", "orderNo,lineNo"),
                Map.entry("NXT_PULLS_X1_CONNECTION", "side"), Map.entry("NXT_PULLS_X1_COMPANIES", "7"),
                Map.entry("NXT_PULLS_X1_COLUMNS", "quantity"), Map.entry("NXT_PULLS_X1_EXCEPT", "description"),
                Map.entry("NXT_PULLS_X1_FILTER", "{\"orderNo\":{\"_gt\":0}}"),
                Map.entry("NXT_PULLS_X1_CRON", "0 30 2 * * ?"), Map.entry("NXT_PULLS_X1_PAGE_SIZE", "17"),
                Map.entry("NXT_PULLS_X1_TARGET", "lines"), Map.entry("NXT_TARGET_SCHEMA", "erp"),
                Map.entry("NXT_API_TIME_LIMIT", "20s"), Map.entry("NXT_BUDGET_REQUESTS_PER_MINUTE", "60"),
                Map.entry("NXT_BUDGET_SHARE", "2"), Map.entry("NXT_TIME_ZONE", "Europe/Oslo"),
                Map.entry("NXT_HTTP_PORT", "1"), Map.entry("NXT_MANAGEMENT_PORT", "2"),
                Map.entry("NXT_DATABASE_USER", "u"), Map.entry("NXT_DATABASE_PASSWORD", "p")));
        assertThat(reading.problems()).isEmpty();
        assertThat(reading.warnings()).isEmpty();
        Settings settings = reading.settings();
        var side = settings.connections().get("side");
        assertThat(side.clientSecret().reveal()).as("never expanded").isEqualTo("${x}");
        assertThat(side.customer()).containsExactly(1, 2);
        assertThat(side.tokenAuth()).isEqualTo(Settings.TokenAuth.BODY);
        assertThat(settings.issuer(side)).isEqualTo("https://i.example");
        assertThat(settings.graphqlUrl(side)).isEqualTo("https://a.example/api/graphql-service");
        var pull = settings.pulls().get("x1");
        assertThat(pull.key()).isEqualTo(List.of("orderNo", "lineNo"));
        assertThat(pull.cadence(settings.timeZone()).next(Instant.parse("2026-07-01T00:00:00Z")))
                .isEqualTo(Instant.parse("2026-07-01T00:30:00Z"));
        assertThat(pull.pageSize()).isEqualTo(17);
        assertThat(settings.toString()).doesNotContain("${x}").doesNotContain("=p,");
    }

    @Test
    void theYamlFileHoldsTheSameKeysAndTheEnvironmentGoesFirst() throws IOException {
        Files.writeString(directory.resolve("application.yaml"), """
                nxt:
                  client-id: isv_yaml
                  connections:
                    main:
                      client-secret: from-yaml
                  database:
                    url: jdbc:postgresql://yaml/db
                  target-schema: yaml
                  pulls:
                    orders:
                      table: order
                      companies: [1, 2]
                      every: 7m
                """);
        var reading = SettingsReader.read(Map.of("NXT_PULLS_ORDERS_EVERY", "9m"), new Properties(),
                directory.resolve("application.yaml"));
        assertThat(reading.problems()).isEmpty();
        assertThat(reading.settings().connections().get("main").clientId()).isEqualTo("isv_yaml");
        assertThat(reading.settings().database().url()).isEqualTo("jdbc:postgresql://yaml/db");
        assertThat(reading.settings().target().schema()).isEqualTo("yaml");
        assertThat(reading.settings().pulls().get("orders").companies()).containsExactly(1, 2);
        assertThat(reading.settings().pulls().get("orders").every()).contains(Duration.ofMinutes(9));
    }

    @Test
    void aSecretInAFileIsReadAnewAtEachUse() throws IOException {
        Path file = directory.resolve("secret");
        Files.writeString(file, "one\n");
        var settings = read(Map.of("NXT_DATABASE_PASSWORD_FILE", file.toString())).settings();
        var password = settings.database().password().orElseThrow();
        assertThat(password.reveal()).isEqualTo("one");
        Files.writeString(file, "two\n");
        assertThat(password.reveal()).isEqualTo("two");
        assertThat(
                read(Map.of("NXT_DATABASE_PASSWORD_FILE", directory.resolve("none").toString())).problems().toString())
                .contains("NXT_DATABASE_PASSWORD_FILE").contains("cannot be read");
        assertThat(read(Map.of("NXT_DATABASE_PASSWORD_FILE", file.toString(), "NXT_DATABASE_PASSWORD", "hidden"))
                .problems().toString()).contains("set only one of the two").doesNotContain("hidden");
    }

    @Test
    void aNoticeNeedsAnAddressAndAKeyOfTheStandardWebhooksSchemeAndNeitherIsShown() {
        assertThat(read(Map.of("NXT_NOTICE_URL", "https://hooks.example/s3cret")).problems().toString())
                .contains("NXT_NOTICE_KEY: is not set").doesNotContain("s3cret");
        assertThat(read(Map.of("NXT_NOTICE_URL", "s3cret", "NXT_NOTICE_KEY", "s3cret")).problems().toString())
                .contains("NXT_NOTICE_URL: is not an http or https address").contains("whsec_")
                .doesNotContain("s3cret");
        assertThat(read(Map.of("NXT_NOTICE_URL_FILE", "/none", "NXT_NOTICE_KEY", "s3cret")).problems().toString())
                .contains("NXT_NOTICE_URL_FILE: the file /none cannot be read").contains("NXT_NOTICE_KEY: is not a key")
                .doesNotContain("s3cret");
        assertThat(read(Map.of("NXT_NOTICE_URL", "https://hooks.example", "NXT_NOTICE_KEY",
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).problems()).isEmpty();
    }

    @Test
    void aNoticeForSlackOrTeamsNeedsNoKeyAndAllThatIsWrongWithItsHeadersIsSaidByTheirPlaces() throws IOException {
        assertThat(read(Map.of("NXT_NOTICE_URL", "https://hooks.example", "NXT_NOTICE_FORMAT", "teams")).problems())
                .isEmpty();
        assertThat(read(Map.of("NXT_NOTICE_FORMAT", "discord")).problems().toString())
                .contains("\"discord\" is not one of: standard, slack, teams");
        assertThat(read(Map.of("NXT_NOTICE_HEADERS", "A: b")).problems().toString())
                .contains("NXT_NOTICE_URL: is not set, and NXT_NOTICE_HEADERS is");
        Path file = directory.resolve("headers");
        Files.writeString(file, "Authorization: Bearer a:b=; X-Team: erp;X-Last: one;\n");
        var headers = read(Map.of("NXT_NOTICE_HEADERS_FILE", file.toString())).settings().notice().headers();
        assertThat(NoticeHeaders.read(headers.orElseThrow().reveal()).values())
                .containsExactly(entry("Authorization", "Bearer a:b="), entry("X-Team", "erp"), entry("X-Last", "one"));
        var reading = read(
                Map.of("NXT_NOTICE_URL", "https://hooks.example", "NXT_NOTICE_FORMAT", "slack", "NXT_NOTICE_HEADERS",
                        "s3cret; A: ; B: s3crét; s3 cret: x; webhook-id: s3cret; D: fine; d: s3cret; : s3cret"));
        assertThat(reading.problems()).extracting(SettingError::toString)
                .allMatch(each -> each.startsWith("NXT_NOTICE_HEADERS: header "))
                .satisfiesExactly(each -> assertThat(each).contains("header 1 does not begin with a name and a colon"),
                        each -> assertThat(each).contains("header 2 has no value"),
                        each -> assertThat(each).contains("header 3 has a character that headers cannot have"),
                        each -> assertThat(each).contains("header 4 does not begin with a name"),
                        each -> assertThat(each).contains("header 5 has a name that nxt-sync sets by itself"),
                        each -> assertThat(each).contains("header 7 has the name of one before it"),
                        each -> assertThat(each).contains("header 8 does not begin with a name"));
        assertThat(reading.problems() + reading.settings().toString()).doesNotContain("s3");
    }

    @Test
    void everyKeyOfTheContractIsKnown() {
        var reading = read(Map.of("NXT_PULLS_A_TABLE", "order", "NXT_PULLS_A_RECONCILE", "24h", "NXT_PUSHES_B_TABLE",
                "order", "NXT_BUDGET_SLOTS", "40", "NXT_PULLS_A_DELETES", "remove", "NXT_PULLS_A_MAX_DELETE_SHARE",
                "0.5", "NXT_PUBLIC_URL", "https://x.example", "NXT_PUSHES_B_KEY_COLUMN", "yourReference",
                "NXT_SERVER_TIME_ZONE", "Europe/Oslo"));
        assertThat(reading.problems()).isEmpty();
        assertThat(reading.settings().pulls().get("a").maxDeleteShare()).isEqualTo(0.5);
        assertThat(reading.settings().pushes().get("b").keep()).isEqualTo(Duration.ofDays(90));
        assertThat(reading.warnings()).isEmpty();
    }

    @Test
    void anOverlapInWhichALateCommitCouldBeMissedIsRefusedAndSoAreOtherContradictions() {
        assertThat(read(Map.of("NXT_PULLS_A_TABLE", "order", "NXT_PULLS_A_OVERLAP", "90s")).problems().toString())
                .contains("NXT_PULLS_A_OVERLAP: \"90s\" is less than twice NXT_API_TIME_LIMIT (59s)");
        assertThat(read(Map.of("NXT_OPERATOR_KEY", "k".repeat(23))).problems().toString())
                .contains("NXT_OPERATOR_KEY: has a length of 23").contains("at least 24").doesNotContain("kkk");
        assertThat(read(Map.of("NXT_OPERATOR_KEY", "k".repeat(24))).problems().toString())
                .doesNotContain("NXT_OPERATOR_KEY");
        assertThat(read(Map.of("NXT_WEBHOOK_KEYS", ", ,")).problems().toString())
                .contains("NXT_WEBHOOK_KEYS: holds no key");
        assertThat(read(Map.of("NXT_BUDGET_IN_PROGRESS", "9", "NXT_BUDGET_SLOTS", "8")).problems().toString())
                .contains("NXT_BUDGET_IN_PROGRESS: \"9\" is more than NXT_BUDGET_SLOTS (8)");
        assertThat(
                read(Map.of("NXT_PULLS_A_TABLE", "order", "NXT_PULLS_A_MAX_DELETE_SHARE", "20%")).problems().toString())
                .contains("NXT_PULLS_A_MAX_DELETE_SHARE: \"20%\" is not a number from 0 to 1");
    }

    @Test
    void aPushThatCouldNotWorkIsRefusedWithWhatWouldBeRight() {
        assertThat(read(Map.of("NXT_PUSHES_A_TABLE", "order")).problems().toString())
                .contains("NXT_PUSHES_A_KEY_COLUMN: is not set; name the column that carries the key");
        assertThat(read(Map.of("NXT_PUSHES_A_TABLE", "order", "NXT_PUSHES_A_KEY_COLUMN", "a,b")).problems().toString())
                .contains("for create, name the one that carries the key");
        assertThat(read(Map.of("NXT_PUSHES_A_TABLE", "order", "NXT_PUSHES_A_KEY_COLUMN", "a", "NXT_SCOPE",
                "business-graphql-service-api:access-group-based-readonly")).problems().toString())
                .contains("NXT_PUSHES_A_CONNECTION: \"main\" has the scope").contains("allows no writing");
        assertThat(read(Map.of("NXT_PUSHES_A_TABLE", "order", "NXT_PUSHES_A_KEY_COLUMN", "a", "NXT_PUSHES_A_OPERATION",
                "insert", "NXT_PUSHES_A_DONE_WHEN", "done", "NXT_PUSHES_A_COMPANY", "x", "NXT_PUSHES_A_MODE", "dry"))
                .problems().toString()).contains("\"insert\" is not one of: create, update, upsert, delete")
                .contains("\"dry\" is not one of: live, dry-run").contains("\"x\" is not a whole number")
                .contains("NXT_PUSHES_A_DONE_WHEN: is set, and NXT_PUSHES_A_THEN is not");
        assertThat(read(Map.of("NXT_PUSHES_A_TABLE", "order", "NXT_PUSHES_A_KEYCOLUMN", "a")).problems().toString())
                .contains("did you mean NXT_PUSHES_A_KEY_COLUMN?");
        assertThat(read(Map.of("NXT_PUSH_REPEAT_AFTER", "30s")).problems().toString())
                .contains("NXT_PUSH_REPEAT_AFTER: \"30s\" is not more than NXT_API_TIME_LIMIT (59s)");
    }

    @Test
    void aConnectionOfAUserNeedsAnAddressAndAKeyAndAScopeThatBringsARefreshToken() {
        assertThat(read(Map.of("NXT_CONNECTIONS_MAIN_KIND", "user", "NXT_CLIENT_ID", "x", "NXT_CLIENT_SECRET", "s"))
                .problems().toString()).contains("NXT_PUBLIC_URL: is not set")
                .contains("NXT_ENCRYPTION_KEY: is not set");
        assertThat(read(user("NXT_SCOPE", "openid business-graphql-api:access-group-based")).problems().toString())
                .contains("NXT_SCOPE: \"openid business").contains("has no offline_access");
        assertThat(read(user("NXT_PUBLIC_URL", "http://nxt.example.com")).problems().toString())
                .contains("is not an https address without a path");
        assertThat(read(user("NXT_PUBLIC_URL", "http://app.local:8080")).problems()).isEmpty();
        assertThat(read(user("NXT_PUBLIC_URL", "https://nxt.example.com/path")).problems().toString())
                .contains("is not an https address without a path");
        assertThat(read(user("NXT_ENCRYPTION_KEY", "c2hvcnQ=")).problems().toString())
                .contains("NXT_ENCRYPTION_KEY: is not a key of 32 bytes in base64").doesNotContain("c2hvcnQ");
        assertThat(read(user("NXT_AUTHORIZATION_PARAMETERS", "ui_locales=nb-NO&state=x")).problems().toString())
                .contains("NXT_AUTHORIZATION_PARAMETERS: has state, which the sign-in sets by itself");
        assertThat(read(user("NXT_CONNECTIONS_MAIN_REFRESH_GRACE", "90s")).problems().toString())
                .contains("NXT_CONNECTIONS_MAIN_REFRESH_GRACE: \"90s\" is not from 0s to 60s");
        assertThat(read(user("NXT_RESPONSE_MODE", "fragment")).problems().toString())
                .contains("\"fragment\" is not one of: query, form_post");
        assertThat(read(Map.of("NXT_CONNECTIONS_MAIN_CLIENT_ID", "isv_x", "NXT_CONNECTIONS_MAIN_CLIENT_SECRET", "s",
                "NXT_CONNECTIONS_MAIN_REFRESH_IDLE", "30d")).problems().toString())
                .contains("NXT_CONNECTIONS_MAIN_REFRESH_IDLE: is set, but the connection acts as a service");
    }

    @ParameterizedTest
    @CsvSource({"http://connect.example, false", "http://connect.local, false", "http://10.0.0.1, false",
            "http://127.0.0.1.example, false", "http://localhost.example, false", "https://connect.example, true",
            "http://localhost:8089, true", "http://127.0.0.1:8089, true", "http://127.8.9.10, true",
            "'http://[::1]:8089', true", "http://Sandbox.internal:8089, true"})
    void secretsGoByPlainHttpToThisMachineAndToHostsThatAreNamedOnly(String address, boolean taken) {
        for (String variable : List.of("NXT_ISSUER", "NXT_API_URL", "NXT_CONNECTIONS_MAIN_ISSUER",
                "NXT_CONNECTIONS_MAIN_API_URL")) {
            var problems = read(Map.of("NXT_CLIENT_ID", "x", "NXT_CLIENT_SECRET", "s", "NXT_DATABASE_URL",
                    "jdbc:postgresql://db/x", variable, address, "NXT_PLAIN_HTTP_HOSTS", "a, sandbox.internal"))
                    .problems();
            if (taken) {
                assertThat(problems).isEmpty();
            } else {
                assertThat(problems).singleElement().satisfies(problem -> {
                    assertThat(problem.setting()).isEqualTo(variable);
                    assertThat(problem.toString()).contains("\"" + address + "\" is not an https address")
                            .contains("NXT_PLAIN_HTTP_HOSTS");
                });
            }
        }
    }

    @Test
    void languagesAreThoseOfBusinessNxt() {
        assertThat(read(Map.of()).settings().languages()).containsExactly("en");
        assertThat(read(Map.of("NXT_LANGUAGES", "nb, no,se")).problems().toString())
                .contains("NXT_LANGUAGES: \"no\" is not one of: en, nb, sv, da, fi").contains("\"se\" is not one of");
    }

    @Test
    void hostsOfPlainHttpAreNames() {
        assertThat(read(Map.of("NXT_PLAIN_HTTP_HOSTS", "http://sandbox.internal:8089")).problems().toString())
                .contains("NXT_PLAIN_HTTP_HOSTS: \"http://sandbox.internal:8089\" is not a host");
    }

    @Test
    void aUsersSignInEndsAtTheEarlierOfItsTwoLimits() {
        var reading = read(user("NXT_CONNECTIONS_MAIN_REFRESH_LIFETIME", "365d"));
        assertThat(reading.problems()).isEmpty();
        var settings = reading.settings();
        var connection = settings.connections().get("main");
        assertThat(connection.askedScope())
                .isEqualTo("openid email offline_access business-graphql-api:access-group-based");
        assertThat(settings.graphqlUrl(connection)).isEqualTo("https://business.visma.net/api/graphql");
        assertThat(SignInSettings.of(settings).publicUrl("/x")).isEqualTo("http://127.0.0.1:8080/x");
        Instant then = Instant.parse("2026-01-01T00:00:00Z");
        assertThat(connection.signInEnds(then, then.plusSeconds(5), then)).contains(then.plus(Duration.ofDays(365)));
        var both = new HashMap<>(user("NXT_CONNECTIONS_MAIN_REFRESH_LIFETIME", "365d"));
        both.put("NXT_CONNECTIONS_MAIN_REFRESH_IDLE", "30d");
        var limited = read(both).settings().connections().get("main");
        assertThat(limited.signInEnds(then, then, then.plus(Duration.ofDays(14))))
                .as("a refresh puts the second limit off").contains(then.plus(Duration.ofDays(365)));
        assertThat(limited.signInEnds(then, then, then.plus(Duration.ofDays(16))))
                .contains(then.plus(Duration.ofDays(30)));
        assertThat(read(user("NXT_LOG", "text")).settings().connections().get("main").signInEnds(then, then, then))
                .isEmpty();
    }

    private static Map<String, String> user(String variable, String value) {
        var all = new HashMap<>(Map.of("NXT_CONNECTIONS_MAIN_KIND", "user", "NXT_CONNECTIONS_MAIN_CLIENT_ID",
                "isv_with_a_very_long_client_id", "NXT_CONNECTIONS_MAIN_CLIENT_SECRET", "s", "NXT_PUBLIC_URL",
                "http://127.0.0.1:8080/", "NXT_ENCRYPTION_KEY", "vG2xVcjVHY1pPvxFWkMIW0dIyJqGXTqvWRSpIDhqLSE="));
        all.put(variable, value);
        return all;
    }

    @Test
    void aNameThatCannotBeOneIsSaidToBe() {
        assertThat(read(Map.of("NXT_PULLS_1A_TABLE", "order")).problems().toString())
                .contains("begins with a letter, not \"1A\"");
        assertThat(read(Map.of("NXT_PULLS_orders_TABLE", "order")).problems().toString())
                .contains("only capitals, digits and underscores: NXT_PULLS_ORDERS_TABLE");
        assertThat(read(Map.of("NXT_PULLS_ORDERS", "order")).problems().toString()).contains("has no name or no key");
    }

    @Test
    void aMissingClientIdAndSecretAreNamedAsAnOperatorSetsThem() {
        assertThat(SettingsReader.read(Map.of("NXT_DATABASE_URL", "jdbc:postgresql://127.0.0.1:1/none"),
                new Properties(), directory.resolve("none")).problems()).extracting(Object::toString)
                .anyMatch(each -> each.startsWith("NXT_CLIENT_ID: is not set"))
                .anyMatch(each -> each.startsWith("NXT_CLIENT_SECRET: is not set"));
    }

    @Test
    void dueTimesAreMultiplesOfTheInterval() {
        var cadence = new Cadence.Every(Duration.ofMinutes(5));
        assertThat(cadence.next(Instant.parse("2026-11-24T12:03:07Z")))
                .isEqualTo(Instant.parse("2026-11-24T12:05:00Z"));
        assertThat(cadence.next(Instant.parse("2026-11-24T12:05:00Z")))
                .isEqualTo(Instant.parse("2026-11-24T12:10:00Z"));
    }
}
