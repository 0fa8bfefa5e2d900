package dev.nxtsync.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.support.Daemon;
import dev.nxtsync.support.Pooler;
import dev.nxtsync.support.TestDatabase;

class DatabaseCheckTest {
    private final TestDatabase database = TestDatabase.create();

    @Test
    void aUserWithoutRightsIsToldWhatTheOwnerHasToRun() {
        database.execute("create role feeble login; create schema nxt");
        try {
            var problems = ask(database.url(), "feeble").problems();
            assertThat(problems).extracting(Problem::errorCode).containsOnly(ErrorCode.DATABASE_RIGHTS);
            assertThat(problems.toString()).contains("create schema \"nxt_sync\" authorization \"feeble\"")
                    .contains("grant create, usage on schema \"nxt\" to \"feeble\"");
        } finally {
            database.execute("drop role feeble");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "?currentSchema=nxt | unsupported startup parameter: search_path | ignore_startup_parameters",
            "?prepareThreshold=1 | Take prepareThreshold | out of NXT_DATABASE_URL"})
    void aPoolerIsNamedWithWhatToSetWhereItDoesNotLetTheDriverInOrKeepsNoStatements(String parameter, String why,
            String cure) throws Exception {
        try (var pooler = new Pooler(database, 2, "search_path")) {
            assertThat(ask(database.url(pooler.port()) + parameter, database.user()).problems()).singleElement()
                    .satisfies(problem -> {
                        assertThat(problem.errorCode()).isEqualTo(ErrorCode.DATABASE_POOLER);
                        assertThat(problem.message()).contains(why).contains(cure);
                    });
        }
    }

    @Test
    void aPoolerThatPoolsByTransactionIsFine() throws Exception {
        try (var pooler = new Pooler(database, 3, "")) {
            var found = ask(database.url(pooler.port()), database.user());
            assertThat(found.problems()).isEmpty();
            assertThat(found.notes()).anyMatch(each -> each.contains("a pooler pools by"));
        }
    }

    @Test
    void anEncodingThatLacksCharactersIsAProblem() {
        var latin = TestDatabase.create("LATIN1");
        assertThat(ask(latin.url(), latin.user()).problems()).singleElement().extracting(Problem::message).asString()
                .contains("The database has the encoding LATIN1").contains("encoding 'UTF8'");
    }

    @Test
    void oneThatIsAwayIsSaidToBe() {
        var found = ask("jdbc:postgresql://127.0.0.1:" + Daemon.freePort() + "/x", database.user());
        assertThat(found.summary()).isEmpty();
        assertThat(found.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.errorCode()).isEqualTo(ErrorCode.DATABASE_AWAY);
            assertThat(problem.message()).contains("It cannot be reached").contains("Check NXT_DATABASE_URL");
        });
    }

    private static DatabaseCheck.DatabaseFindings ask(String url, String user) {
        return DatabaseCheck.ask(SettingsFixture.of(Map.of("NXT_DATABASE_URL", url, "NXT_DATABASE_USER", user)),
                List.of(), List.of());
    }
}
