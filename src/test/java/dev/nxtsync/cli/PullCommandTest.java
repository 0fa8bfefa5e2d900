package dev.nxtsync.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.pull.RunPull;
import dev.nxtsync.pull.state.AbsentPull;

class PullCommandTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "poeple | There is no pull \"poeple\"; did you mean people? There are goods, people.",
            "xyz | There is no pull \"xyz\". There are goods, people."})
    void aPullThatThereIsNotIsToldWithTheNearestAndThoseThatThereAre(String name, String said) {
        var settings = SettingsFixture
                .of(Map.of("NXT_PULLS_PEOPLE_TABLE", "associate", "NXT_PULLS_GOODS_TABLE", "product"));
        var pulls = new Pulls(settings);
        var named = new NamedPull(pulls, null, new AbsentPull(pulls, null));
        assertThatThrownBy(() -> new PullCommand(named, null, null).run(name,
                new RunPull.Request(false, Optional.empty(), Optional.empty(), false)))
                .isInstanceOf(UnusableArgument.class).hasMessage(said);
    }

    @Test
    void aDatabaseThatNoDaemonHasMigratedIsSaidToNeedOne() {
        assertThat(CommandRunner.problem(new SQLException("relation \"nxt_sync.replica\" does not exist", "42P01")))
                .isEqualTo("database: It has no tables of nxt-sync yet. Start the daemon on it once: it makes them. "
                        + "If it has run, compare NXT_DATABASE_URL with what it has. (database_new)");
    }
}
