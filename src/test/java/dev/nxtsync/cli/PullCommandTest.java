package dev.nxtsync.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.config.SettingsFixture;

class PullCommandTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"pull poeple | There is no pull \"poeple\"; did you mean people?",
            "pull | Which pull? There is people.", "pull people --since monday | in the server's local time",
            "pull people --since | in the server's local time",
            "pull people --company Fjord | --company takes a company's number, not \"Fjord\"",
            "pull people --full --since 2026-11-01 | give one of them", "pull people now | There is no option \"now\""})
    void whatCannotBePulledIsNamedWithWhatWouldBeRight(String line, String why) throws Exception {
        var settings = SettingsFixture.of(Map.of("NXT_PULLS_PEOPLE_TABLE", "associate"));
        var printed = Printed.by(() -> new PullCommand(settings, null, null).run(line.split(" ")));
        assertThat(printed.code()).isEqualTo(ExitCode.USAGE);
        assertThat(printed.text()).contains(why);
    }

    @Test
    void aDatabaseThatNoDaemonHasMigratedIsSaidToNeedOne() throws Exception {
        var printed = Printed
                .by(() -> Command.problem(new SQLException("relation \"nxt_sync.replica\" does not exist", "42P01")));
        assertThat(printed.code()).isEqualTo(ExitCode.FOUND_PROBLEMS);
        assertThat(printed.text()).contains("Has the daemon run on it once").contains("(database_error)");
    }
}
