package dev.nxtsync.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.config.SettingsFixture;

class PullCommandTest {
    private final PrintStream out = System.out;
    private final PrintStream err = System.err;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @BeforeEach
    void listen() {
        var stream = new PrintStream(said, true, StandardCharsets.UTF_8);
        System.setOut(stream);
        System.setErr(stream);
    }

    @AfterEach
    void goOn() {
        System.setOut(out);
        System.setErr(err);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"pull poeple | There is no pull \"poeple\"; did you mean people?",
            "pull | Which pull? There is people.", "pull people --since monday | in the server's local time",
            "pull people --since | in the server's local time",
            "pull people --company Fjord | --company takes a company's number, not \"Fjord\"",
            "pull people --full --since 2026-11-01 | give one of them", "pull people now | There is no option \"now\""})
    void whatCannotBePulledIsNamedWithWhatWouldBeRight(String line, String why) {
        var settings = SettingsFixture.of(Map.of("NXT_PULLS_PEOPLE_TABLE", "associate"));
        assertThat(new PullCommand(settings, null, null).run(line.split(" "))).isEqualTo(ExitCode.USAGE);
        assertThat(said.toString(StandardCharsets.UTF_8)).contains(why);
    }

    @Test
    void aDatabaseThatNoDaemonHasMigratedIsSaidToNeedOne() {
        assertThat(Command.problem(new SQLException("relation \"nxt_sync.replica\" does not exist", "42P01")))
                .isEqualTo(ExitCode.FOUND_PROBLEMS);
        assertThat(said.toString(StandardCharsets.UTF_8)).contains("Has the daemon run on it once")
                .contains("(database_error)");
    }
}
