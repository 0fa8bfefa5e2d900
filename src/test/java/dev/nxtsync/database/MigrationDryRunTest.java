package dev.nxtsync.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;

import jakarta.enterprise.inject.Instance;

import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.push.outbox.OutboxOrigin;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;

class MigrationDryRunTest {
    private static final String NOT_TO_ITS_END = " could not be tried to its end";
    private static final String FAILS = "V1__jobs_and_pulls.sql fails here";

    private final TestDatabase database = TestDatabase.create();

    @ParameterizedTest
    @CsvSource({"55P03, passes", "40P01, passes", "40001, passes", "57014, passes", "42501, fails", "42P07, fails",
            "0A000, fails", "P0001, fails", "53100, fails", "25006, is away", "57P01, is away", "08006, is away"})
    void whatPassesIsNotToldAsAMigrationThatFails(String state, String what) {
        at("ddl_command_start", "raise exception 'no' using errcode = '" + state + "'");
        var found = rehearse(Duration.ofMinutes(1));
        if (what.equals("passes")) {
            assertThat(found.problems()).isEmpty();
            assertThat(found.notes()).singleElement().asString().contains(NOT_TO_ITS_END);
        } else {
            assertThat(found.notes()).isEmpty();
            assertThat(found.problems()).singleElement().satisfies(
                    reason -> assertThat(reason.message().startsWith(FAILS)).isEqualTo(what.equals("fails")));
        }
    }

    @Test
    void allThatIsRehearsedTogetherHasOneDeadline() {
        at("ddl_command_start", "perform pg_sleep(0.3)");
        var found = rehearse(Duration.ofSeconds(2));
        assertThat(found.problems()).isEmpty();
        assertThat(found.notes()).singleElement().asString().contains(NOT_TO_ITS_END).contains("take longer than 2 s");
        assertThat(database.value("select to_regnamespace('nxt_sync')")).as("it leaves nothing").isNull();
    }

    @Test
    void whatCanBeRehearsedIs() {
        var found = rehearse(Duration.ofMinutes(1));
        assertThat(found.problems()).isEmpty();
        assertThat(found.notes()).singleElement().asString().contains("migrations will be run at the start");
    }

    @Test
    void whatSomebodyHasChangedOfAMigrationThatWasRunIsNamed() {
        var changed = TestDatabase.migrated();
        changed.execute("update nxt_sync.schema_history set checksum = 42 where version = '3'");
        assertThat(rehearse(changed, Duration.ofMinutes(1), OutboxOrigin.check(true)).problems()).singleElement()
                .satisfies(problem -> assertThat(problem.message())
                        .contains("made by other migrations than those of this version")
                        .contains("checksum mismatch for migration version 3"));
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void aServerThatRefusesItsWalFunctionsIsAProblemWhereSomethingIsPushed(boolean pushing) {
        String words = "WAL control functions cannot be executed here (SQLSTATE 0A000)";
        database.refuseWalFunctions("0A000");
        var found = rehearse(database, Duration.ofMinutes(1), OutboxOrigin.check(pushing));
        if (pushing) {
            assertThat(found.problems()).singleElement().asString().contains(words).contains("WAL_REFUSED");
        } else {
            assertThat(found.problems()).isEmpty();
            assertThat(found.notes())
                    .anyMatch(note -> note.contains("pulls would run, but pushes would not") && note.contains(words));
        }
        assertThat(database.value("select to_regnamespace('nxt_sync')")).as("it leaves nothing").isNull();
        database.allowWalFunctions();
        assertThat(rehearse(database, Duration.ofMinutes(1), OutboxOrigin.check(pushing)).problems()).isEmpty();
    }

    private void at(String event, String statement) {
        database.execute("create function public.at() returns event_trigger language plpgsql as $$ begin " + statement
                + "; end $$; create event trigger at on " + event
                + " when tag in ('CREATE TABLE', 'CREATE FUNCTION', 'CREATE INDEX', 'COMMENT') execute function public.at()");
    }

    private MigrationDryRun.MigrationFindings rehearse(Duration deadline) {
        return rehearse(database, deadline, transaction -> new MigrationDryRun.MigrationFindings(List.of(), List.of()));
    }

    @SuppressWarnings("unchecked")
    private static MigrationDryRun.MigrationFindings rehearse(TestDatabase database, Duration deadline,
            Database.Work<MigrationDryRun.MigrationFindings> then) {
        var configuration = Flyway.configure().dataSource(ScheduleFixture.source(database)).defaultSchema("nxt_sync")
                .table("schema_history").locations("filesystem:src/main/resources/db/migration");
        new PatientMigrations().customize(configuration);
        var flyway = (Instance<Flyway>) Proxy.newProxyInstance(Flyway.class.getClassLoader(),
                new Class<?>[]{Instance.class}, (proxy, method, arguments) -> configuration.load());
        return new MigrationDryRun(flyway, new Database(ScheduleFixture.source(database)), deadline).run(then);
    }
}
