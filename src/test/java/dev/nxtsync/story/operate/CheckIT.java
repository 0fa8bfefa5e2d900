package dev.nxtsync.story.operate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

@Tag("operate")
class CheckIT {
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
    void aSoundSetUpIsFoundWellFromTheClientIdToTheTargetAndNothingIsChanged() throws Exception {
        var database = TestDatabase.create();
        String output = check(0, Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")
                .with("NXT_PULLS_USERS_TABLE", "user"));
        assertThat(output)
                .contains("asked and granted scope business-graphql-service-api:access-group-based, valid for 10 s")
                .contains("customer 1111222: Demo Customer, with 5280001 Fjord AS").contains("PostgreSQL 17")
                .contains("pull orders: table order by orderNo into nxt.order")
                .contains("pull users: table user by userName").contains("All is well.");
        assertThat(database.number("select count(*) from pg_namespace where nspname like 'nxt%'")).isZero();
    }

    @Test
    void aConfigurationThatTheDaemonRefusesIsStillCheckedToItsEnd() throws Exception {
        var database = TestDatabase.create();
        String output = check(3, Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")
                .with("NXT_PULLS_ORDERS_EVERY", "often")
                .with("NXT_HTTP_PORT", "http").with("NXT_PULLS_ORDERS_COLUMNS", "orderDte").with("NXT_CUSTOMER", "7"));
        assertThat(output).contains("NXT_PULLS_ORDERS_EVERY: \"often\" is not a duration").contains("NXT_HTTP_PORT")
                .contains("has no column orderDte that this client id can read; did you mean orderDate?")
                .contains("The customer 7 of NXT_CUSTOMER is not one of those").contains("There are 4 problems.");
    }

    @Test
    void whatNeedsSomethingThatIsNotThereIsSkippedAndAllElseIsChecked() throws Exception {
        assertThat(check(3, Daemon.on(sandbox.url(), TestDatabase.create()).with("NXT_DATABASE_URL",
                "jdbc:postgresql://127.0.0.1:" + Daemon.freePort() + "/x")))
                .contains("It cannot be reached").contains("NXT_DATABASE_URL").contains("customer 1111222");
        assertThat(check(3, new Daemon.Builder())).contains("NXT_CLIENT_ID: is not set")
                .contains("skipped    connection main");
    }

    @Test
    void secretsCanBeSentInTheBodyAndReadFromFiles() throws Exception {
        var database = TestDatabase.create();
        var file = java.nio.file.Files.createTempFile("secret", "");
        java.nio.file.Files.writeString(file, "demo+secret%/:1\n");
        assertThat(check(0,
                Daemon.on(sandbox.url(), database).without("NXT_CLIENT_SECRET").with("NXT_CLIENT_SECRET_FILE", file)
                        .with("NXT_TOKEN_AUTH", "body").with("NXT_PULLS_ORDERS_TABLE", "order")))
                .contains("All is well.");
        java.nio.file.Files.write(file, "demo+secret%/:1".getBytes(StandardCharsets.UTF_16));
        assertThat(check(3,
                Daemon.on(sandbox.url(), database).without("NXT_CLIENT_SECRET").with("NXT_CLIENT_SECRET_FILE", file)
                        .with("NXT_DATABASE_PASSWORD", "s3cret ").with("NXT_PULLS_ORDERS_TABLE", "order")))
                .contains("NXT_CLIENT_SECRET_FILE: the file " + file + " is UTF-16")
                .contains("NXT_DATABASE_PASSWORD: what it says begins or ends with a space; take it out")
                .contains("There are 2 problems.").doesNotContain("\tat ").doesNotContain("s3cret");
        java.nio.file.Files.delete(file);
    }

    @Test
    void aVariableIsReadRightWithoutALocaleOfUtf8() throws Exception {
        var database = TestDatabase.create();
        database.execute("create role \"k\u00e4the\" superuser login");
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var builder = Daemon.on(sandbox.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order").with("LC_ALL", "C")
                .line(List.of("sh", "-c",
                        "NXT_DATABASE_USER=$(printf 'k\\303\\244the') exec " + java + " -jar " + Daemon.jar()
                                + " check"),
                        Path.of("target"));
        assertThat(check(0, builder)).contains("All is well.");
    }

    @Test
    void aDaemonThatWouldDoNothingAndAFileThatCannotBeReadAreFindings() throws Exception {
        var database = TestDatabase.create();
        assertThat(check(3, Daemon.on(sandbox.url(), database))).contains("There is no pull and no push")
                .contains("There is one problem.");
        var builder = Daemon.on(sandbox.url(), database).in("config/application.yaml", "nxt:\n\tpulls:\n");
        String flaw = "config/application.yaml: line 2, column 1: a tab; indent with spaces";
        assertThat(check(3, builder)).contains("PROBLEM    configuration: " + flaw).contains("There is one problem.")
                .doesNotContain("\tat ").doesNotContain("Exception");
        try (var daemon = builder.command().start()) {
            assertThat(daemon.exitCode()).isEqualTo(2);
            assertThat(daemon.output()).contains(flaw).doesNotContain("\tat ").doesNotContain("Exception");
        }
    }

    @Test
    void anAnswerOfHtmlFromTheTokenEndpointIsSaidInTheOperatorsWords() throws Exception {
        var database = TestDatabase.create();
        try (var odd = new Sandbox(
                SandboxOptions.defaults().withPort(0).withStill(true).withFaults(Map.of("token-html", 1.0)))) {
            assertThat(check(3, Daemon.on(odd.url(), database)))
                    .contains("something that is not JSON, such as a web page").contains("NXT_ISSUER");
            odd.faults(Map.of("token-expired-on-arrival", 1.0));
            assertThat(check(3, Daemon.on(odd.url(), database))).contains("(expired_on_arrival)");
            odd.faults(Map.of("no-expires-in", 1.0));
            assertThat(check(0, Daemon.on(odd.url(), database).with("NXT_PULLS_ORDERS_TABLE", "order")))
                    .contains("valid for 300 s");
        }
    }

    private static String check(int exitCode, Daemon.Builder builder) throws InterruptedException {
        try (var command = builder.command("check").start()) {
            int found = command.exitCode();
            assertThat(found).as(command.output()).isEqualTo(exitCode);
            return command.output();
        }
    }
}
