package dev.nxtsync.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"chek | There is no command \"chek\"; did you mean check?.",
            "CHECK | There is no command \"CHECK\"; did you mean check?.",
            "signin shop | There is no command \"signin\"; did you mean sign-in?.",
            "dead-leters list | There is no command \"dead-leters\"; did you mean dead-letters?.",
            "verfiy orders | There is no command \"verfiy\"; did you mean verify?.",
            "frobnicate | There is no command \"frobnicate\".",
            "check --wiat | The command check has no option \"--wiat\"; did you mean --wait?.",
            "check --yaml | The command check has no option \"--yaml\".",
            "discover --yml | The command discover has no option \"--yml\"; did you mean --yaml?.",
            "pull orders --ful | The command pull has no option \"--ful\"; did you mean --full?.",
            "pull orders --confirm-delete | The command pull has no option \"--confirm-delete\"; did you mean --confirm-deletes?.",
            "pull orders --sinse 2026-01-01 | The command pull has no option \"--sinse\"; did you mean --since?.",
            "dead-letters retry 1 --paylod f | The command dead-letters has no option \"--paylod\"; did you mean --payload?.",
            "push orders --full | The command push has no option \"--full\".",
            "status orders | The command status takes no \"orders\".",
            "check wait | The command check takes no \"wait\"."})
    void whatIsMistypedIsNamedWithWhatIsThere(String line, String said) {
        assertThat(CommandLine.flaw(line.split(" "))).contains(said);
    }

    @ParameterizedTest
    @CsvSource({"check", "check --wait", "discover --yaml", "pull orders --full --company 5280001", "push orders",
            "pull orders --since 2026-01-01", "sign-in shop"})
    void whatIsRightIsLeftToItsCommand(String line) {
        assertThat(CommandLine.flaw(line.split(" "))).isEmpty();
    }

    @Test
    void eachCommandThatIsKnownCanBeRun() {
        assertThat(CommandLine.commands()).allMatch(each -> CommandLine.command(each) != null);
    }
}
