package dev.nxtsync.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.nxtsync.MarkdownPage;
import picocli.CommandLine;

class CommandsTest {
    /** Of the contract. */
    private static final List<String> COMMANDS = List.of("check", "discover", "plan", "pull", "push", "verify",
            "status", "reset", "adopt", "dead-letters", "sign-in", "sign-out");

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"chek | There is no command \"chek\"; did you mean check?",
            "CHECK | There is no command \"CHECK\"; did you mean check?",
            "signin shop | There is no command \"signin\"; did you mean sign-in?",
            "dead-leters list | There is no command \"dead-leters\"; did you mean dead-letters?",
            "verfiy orders | There is no command \"verfiy\"; did you mean verify?",
            "frobnicate | There is no command \"frobnicate\".", "help frobnicate | There is no command \"frobnicate\".",
            "help dead-letters lits | There is no command \"lits\"; did you mean list?",
            "@check | There is no command \"@check\"; did you mean check?",
            "check --wiat | The command check has no option \"--wiat\"; did you mean --wait?",
            "check --yaml | The command check has no option \"--yaml\".",
            "status --wach | The command status has no option \"--wach\"; did you mean --watch?",
            "discover --yml | The command discover has no option \"--yml\"; did you mean --yaml?",
            "pull orders --ful | The command pull has no option \"--ful\"; did you mean --full?",
            "pull orders --confirm-delete | The command pull has no option \"--confirm-delete\"; did you mean --confirm-deletes?",
            "pull orders --sinse 2026-01-01 | The command pull has no option \"--sinse\"; did you mean --since?",
            "dead-letters retry 1 --paylod f | The command retry has no option \"--paylod\"; did you mean --payload?",
            "push orders --full | The command push has no option \"--full\".",
            "status orders | The command status takes no \"orders\".",
            "check wait | The command check takes no \"wait\".", "adopt now | The command adopt takes no \"now\".",
            "pull people now | The command pull takes no \"now\".", "pull | Missing required parameter: 'NAME'.",
            "sign-in | Missing required parameter: 'NAME'.",
            "pull people --since | Missing required parameter for option '--since' (T).",
            "pull people --since monday | Invalid value for option '--since': \"monday\" is not a date, or a date and time, in the server's local time, such as \"2026-10-01 12:00:00\".",
            "pull people --since 2026-02-30 | Invalid value for option '--since': \"2026-02-30\" is not a date, or a date and time, in the server's local time, such as \"2026-10-01 12:00:00\".",
            "pull people --since +2026-02-20T10:00 | Invalid value for option '--since': \"+2026-02-20T10:00\" is not a date, or a date and time, in the server's local time, such as \"2026-10-01 12:00:00\".",
            "pull people --company Fjord | Invalid value for option '--company': \"Fjord\" is not a whole number of at most 9 digits.",
            "pull people --company -1 | Invalid value for option '--company': \"-1\" is not a whole number of at most 9 digits.",
            "pull people --company 1234567890 | Invalid value for option '--company': \"1234567890\" is not a whole number of at most 9 digits.",
            "pull people --company --full | Expected parameter for option '--company' but found '--full'.",
            "pull people --company 1 --company 2 | option '--company' (N) should be specified only once.",
            "pull people --full --since 2026-11-01 | 'Only one of [--full | --since=T | --confirm-deletes] can be given, and only once.'",
            "pull people --full --full | 'Only one of [--full | --since=T | --confirm-deletes] can be given, and only once.'",
            "dead-letters | Missing required subcommand.",
            "dead-letters shwo 1 | There is no command \"shwo\"; did you mean show?",
            "dead-letters show | Missing required parameter: 'ID'.",
            "dead-letters show 1 2 | The command show takes no \"2\".",
            "dead-letters show one | Invalid value for positional parameter at index 0 (ID): \"one\" is not a whole number of at most 18 digits.",
            "dead-letters list 1 | The command list takes no \"1\".",
            "dead-letters retry | Missing required parameter: 'ID'.",
            "dead-letters retry 1 2 --payload f | Option '--payload' (FILE) is for one row; 2 IDs are given.",
            "dead-letters discard 1 --payload f | The command discard has no option \"--payload\"."})
    void whatIsWrongIsNamedWithWhatIsRightAndTheUsageOfItsCommand(String line, String said) {
        var parsed = Commands.parse(line.split(" "));
        assertThat(parsed.err()).startsWith(said + "\n\nUsage: nxt-sync ");
        assertThat(parsed.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(parsed.call()).isEmpty();
        assertThat(parsed.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"check", "check --wait", "discover --yaml", "discover --sql", "plan", "status",
            "status --watch", "verify orders", "reset orders", "pull orders --full --company 5280001",
            "pull orders --confirm-deletes", "push orders", "adopt", "pull orders --since 2026-01-01",
            "pull --since=2026-01-01T10:00 orders", "pull orders --since 2026-01-01T10:00:30.1234567", "sign-in shop",
            "sign-out shop", "dead-letters list", "dead-letters show 1", "dead-letters retry 1 2 3",
            "dead-letters retry 1 --payload f", "dead-letters discard 1 2"})
    void whatIsRightCanBeRun(String line) {
        var parsed = Commands.parse(line.split(" "));
        assertThat(parsed.call()).as(parsed.err()).isPresent();
        assertThat(parsed.out() + parsed.err()).isEmpty();
    }

    @Test
    void everyCommandOfTheContractHasADescriptionAndHelpAndEachPartOfItToo() {
        var commands = new TreeMap<String, CommandLine>();
        below("", Commands.line(), commands);
        assertThat(commands).containsKeys(COMMANDS.toArray(String[]::new));
        commands.forEach((name, command) -> {
            assertThat(command.getCommandSpec().usageMessage().description()).as(name).isNotEmpty();
            assertThat(command.getCommandSpec().args()).allMatch(each -> each.description().length > 0, name);
            assertThat(Commands.parse((name + " --help").split(" "))).as(name)
                    .matches(help -> help.exitCode() == 0 && help.call().isEmpty() && help.err().isEmpty())
                    .extracting(Commands.ParsedLine::out).asString().contains("Usage: nxt-sync " + name);
        });
    }

    @Test
    void everyCommandIsInTheTableOfCommandsAndNoOther() {
        String table = MarkdownPage.of("docs/operating.md").section("Commands").split("\\| command \\|", 2)[1];
        var commands = new TreeSet<>(Commands.line().getSubcommands().keySet());
        commands.remove("help");
        assertThat(found(table.substring(0, table.indexOf("\n\n")), "(?m)^\\| `([a-z-]+)")).isEqualTo(commands);
    }

    @Test
    void everyCommandLineThatADocumentNamesCanBeRun() {
        var commands = Commands.line().getSubcommands().keySet();
        var lines = new TreeSet<String>();
        for (MarkdownPage page : MarkdownPage.all()) {
            lines.addAll(found(page.text(), "quarkus-run\\.jar ([a-z][a-z-]*( [a-z-]+)*)"));
            page.code().stream().filter(code -> commands.contains(code.split(" ", 2)[0]) && code.contains(" "))
                    .forEach(lines::add);
        }
        assertThat(lines).hasSizeGreaterThan(10).allSatisfy(line -> {
            var parsed = Commands.parse(line.replace("NAME", "orders").replace("FILE", "f")
                    .replaceAll("\\b(ID…?|N)( |$)", "1$2").replaceAll(" T$", " 2026-10-01").split(" "));
            assertThat(parsed.call()).as(line + ": " + parsed.err()).isPresent();
        });
    }

    private static Set<String> found(String text, String pattern) {
        return Pattern.compile(pattern).matcher(text).results().map(each -> each.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void below(String path, CommandLine command, Map<String, CommandLine> found) {
        command.getSubcommands().forEach((name, each) -> {
            found.put(path + name, each);
            below(path + name + " ", each, found);
        });
    }

    @Test
    void helpTellsOfACommandAndOfAPartOfOneWhatTheOptionTells() {
        assertThat(Commands.parse("help", "pull")).isEqualTo(Commands.parse("pull", "--help"));
        assertThat(Commands.parse("help", "dead-letters", "retry"))
                .isEqualTo(Commands.parse("dead-letters", "retry", "--help"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"help", "--help", "-h"})
    void theWholeHelpNamesEveryCommandAndTheExitCodes(String line) {
        var help = Commands.parse(line);
        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).contains("Without a command it runs as a daemon", "exits with 0", "NXT_");
        assertThat(COMMANDS).allSatisfy(each -> assertThat(help.out()).contains("\n  " + each + " "));
        assertThat(help.out()).as("what the library says by itself").doesNotContain("Display", "Generate");
        assertThat(help.out().lines()).allMatch(each -> each.length() <= 100);
    }

    @Test
    void theVersionIsThatOfTheBuildWithItsCommitAndTheJdk() {
        assertThat(Commands.parse("--version").out()).matches("nxt-sync \\d+\\.\\d+\\.\\d+(-SNAPSHOT)?, commit "
                + "(unknown|[0-9a-f]{7,40}), JDK " + System.getProperty("java.version") + "\\R");
    }

    @Test
    void aShellTakesTheCompletionAndItKnowsEveryCommand() throws Exception {
        String script = Commands.parse("generate-completion").out();
        var bash = new ProcessBuilder("bash", "-n").redirectErrorStream(true).start();
        try (var in = bash.getOutputStream()) {
            in.write(script.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8)).isEmpty();
        assertThat(bash.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(bash.exitValue()).isZero();
        assertThat(COMMANDS).allSatisfy(each -> assertThat(script).contains(each));
        assertThat(script).contains("--confirm-deletes", "--payload", "nxt-sync");
    }
}
