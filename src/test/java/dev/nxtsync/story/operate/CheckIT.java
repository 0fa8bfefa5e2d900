package dev.nxtsync.story.operate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.story.SignIns;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.TestDatabase;

@Tag("operate")
class CheckIT {

    /** Its secret is in a file and goes into the body; the name of its user is UTF-8, of which the locale has nothing. */
    @Test
    void aSoundSetUpIsFoundWellFromTheClientIdToTheTargetAndNothingIsChanged() throws Exception {
        var database = TestDatabase.create();
        database.execute("create role \"k\u00e4the\" superuser login");
        var secret = Files.writeString(Files.createTempFile("secret", ""), "demo+secret%/:1\n");
        try (var sandbox = new Sandbox(SandboxOptions.defaults().withPort(0).withStill(true))) {
            String output = Daemon.on(sandbox.url(), database).without("NXT_DATABASE_USER").with("LC_ALL", "C")
                    .shell("export NXT_DATABASE_USER=$(printf 'k\\303\\244the');").without("NXT_CLIENT_SECRET")
                    .with("NXT_CLIENT_SECRET_FILE", secret).with("NXT_TOKEN_AUTH", "body")
                    .with("NXT_PULLS_ORDERS_TABLE", "order").with("NXT_PULLS_USERS_TABLE", "user").run(0, "check");
            assertThat(output)
                    .contains("asked and granted scope business-graphql-service-api:access-group-based, valid for 10 s")
                    .contains("customer 1111222: Demo Customer, with 5280001 Fjord AS").contains("PostgreSQL 17")
                    .contains("pull orders: table order by orderNo into nxt.order")
                    .contains("pull users: table user by userName")
                    .contains("rows: one of each pull can be read in 3 companies and 1 customer")
                    .contains("All is well.");
            assertThat(database.number("select count(*) from pg_namespace where nspname like 'nxt%'")).isZero();
        } finally {
            Files.delete(secret);
        }
    }

    @Test
    void ofAUserWithoutADatabaseNothingIsAskedAndNoOtherDatabaseIsTried() throws Exception {
        String output = Daemon.alone().with("NXT_CONNECTIONS_MAIN_KIND", "user").with("NXT_CLIENT_ID", "isv_demo")
                .with("NXT_CLIENT_SECRET", "secret").with("NXT_DATABASE_URL", "db.example.com")
                .with("NXT_PUBLIC_URL", "https://nxt.example.com").with("NXT_ENCRYPTION_KEY", SignIns.KEY)
                .with("NXT_PULLS_ORDERS_TABLE", "order").run(3, "check");
        assertThat(output).contains("skipped    connection main: its tokens are in the database")
                .contains("There is one problem.").doesNotContain("localhost");
    }

    @Test
    void whatCannotBeWrittenWholeIsNoSuccess() throws Exception {
        var full = Daemon.alone().shell("exec >/dev/full;");
        assertThat(full.run(1, "--help")).contains("The output could not be written completely");
        assertThat(full.run(2, "chek")).contains("There is no command");
    }

    @Test
    void aFileThatCannotBeReadIsAFindingAndADaemonDoesNotStartWithIt() throws Exception {
        var builder = Daemon.alone().in("config/application.yaml", "nxt:\n\tpulls:\n");
        String flaw = "config/application.yaml: line 2, column 1: a tab; indent with spaces";
        assertThat(builder.run(3, "check")).contains("PROBLEM    configuration: " + flaw)
                .contains("There is one problem.").doesNotContain("\tat ").doesNotContain("Exception");
        assertThat(builder.run(2)).contains(flaw).doesNotContain("\tat ").doesNotContain("Exception");
    }
}
