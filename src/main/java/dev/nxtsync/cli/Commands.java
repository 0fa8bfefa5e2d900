package dev.nxtsync.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import jakarta.enterprise.inject.Instance;

import org.jspecify.annotations.Nullable;

import dev.nxtsync.config.NameSuggestion;
import dev.nxtsync.pull.RunPull;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Help;
import picocli.CommandLine.MaxValuesExceededException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.MutuallyExclusiveArgsException;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Which commands there are, what each takes, and what its help says. A daemon does not load it. */
@CommandLine.Command(name = "nxt-sync", resourceBundle = "nxt-sync", version = {
        "nxt-sync ${bundle:nxt.version}, commit ${bundle:nxt.commit}, JDK ${sys:java.version}"}, subcommands = {
                Commands.DeadLetters.class}, description = {
                        "Without a command it runs as a daemon until it is stopped.",
                        "nxt-sync stands for java -jar quarkus-run.jar."}, footer = {"",
                                "A command exits with 0 if all is well, 1 if it fails unexpectedly, 2 if the command line or the configuration is wrong, and 3 if it has found a problem. It shares the database with daemons that run, opens no port, and writes to standard output. It is a JVM of its own: in a pod start it with -Xmx64m, so that both fit into the memory limit.",
                                "",
                                "Settings are environment variables that begin with NXT_; see docs/configuration.md. What a code means is in docs/errors.md."})
final class Commands {
    /** As Business NXT writes them. */
    private static final DateTimeFormatter SERVER_TIME = new DateTimeFormatterBuilder().appendValue(ChronoField.YEAR, 4)
            .appendPattern("-MM-dd HH:mm:ss").appendFraction(ChronoField.NANO_OF_SECOND, 0, 7, true)
            .toFormatter(Locale.ROOT).withResolverStyle(ResolverStyle.STRICT);

    @Option(names = {"-V", "--version"}, versionHelp = true, description = "prints version, commit and JDK")
    boolean version;

    @Spec
    private @Nullable CommandSpec spec;

    /** A command with what it was given; it needs beans. */
    @FunctionalInterface
    interface ParsedCommand {
        int on(Instance<Command> beans) throws Exception;
    }

    /**
     * What a command line comes to.
     *
     * @param call     what it asks to be run; empty if all has been said
     * @param exitCode with which a process ends that has nothing to run
     */
    record ParsedLine(Optional<ParsedCommand> call, int exitCode, String out, String err) {}

    /** As what that which is discovered is printed, if not for people. */
    static final class FormOfDiscovery {
        @Option(names = "--yaml", description = "as a configuration")
        boolean yaml;
        @Option(names = "--sql", description = "as views over target tables, in words: orders and lines with customers and products")
        boolean sql;
    }

    /** How a pull is run that does not just go on from where it was. */
    static final class WayToPull {
        @Option(names = "--full", description = "reads every row again")
        boolean full;
        @Option(names = "--since", paramLabel = "T", description = "reads what has changed since T, in the server's local time, such as 2026-10-01 or \"2026-10-01 12:00:00\"")
        @Nullable
        LocalDateTime since;
        @Option(names = "--confirm-deletes", description = "reconciles, and deletes all rows that are gone, however many")
        boolean confirmDeletes;
    }

    @CommandLine.Command(description = "says what is wrong on the way from the client id to the last row, and what to do about it")
    ParsedCommand check(@Option(names = "--wait", description = "also waits for a webhook") boolean wait) {
        return beans -> beans.select(CheckCommand.class).get().run(wait);
    }

    @CommandLine.Command(description = "the state of everything: findings, connections, pulls, pushes, last runs")
    ParsedCommand status(@Option(names = "--watch", description = "again and again, until Ctrl-C") boolean watch) {
        return beans -> beans.select(StatusCommand.class).get().run(watch);
    }

    @CommandLine.Command(description = "tables and columns that can be read, with types and numbers of rows")
    ParsedCommand discover(@ArgGroup @Nullable FormOfDiscovery form) {
        return form != null && form.sql
                ? beans -> beans.select(ViewsCommand.class).get().run()
                : beans -> beans.select(DiscoverCommand.class).get().run(form != null);
    }

    @CommandLine.Command(description = "how many rows, requests and minutes the first loads will take")
    ParsedCommand plan() {
        return beans -> beans.select(PlanCommand.class).get().run();
    }

    @CommandLine.Command(description = "where source and target of a pull differ")
    ParsedCommand verify(@Parameters(paramLabel = "NAME", description = "of the pull") String name) {
        return beans -> beans.select(VerifyCommand.class).get().run(name);
    }

    @CommandLine.Command(description = "runs a pull at once: what has changed since the last time")
    ParsedCommand pull(@Parameters(paramLabel = "NAME", description = "of the pull") String name,
            @ArgGroup @Nullable WayToPull way,
            @Option(names = "--company", paramLabel = "N", description = "in the company of this number only") @Nullable Integer company) {
        var given = Optional.ofNullable(way);
        var request = new RunPull.Request(given.filter(each -> each.full).isPresent(),
                given.map(each -> each.since).map(SERVER_TIME::format), Optional.ofNullable(company),
                given.filter(each -> each.confirmDeletes).isPresent());
        return beans -> beans.select(PullCommand.class).get().run(name, request);
    }

    @CommandLine.Command(description = "a pull begins anew with its next run; its rows stay")
    ParsedCommand reset(@Parameters(paramLabel = "NAME", description = "of the pull") String name) {
        return beans -> beans.select(ResetCommand.class).get().run(name);
    }

    @CommandLine.Command(description = "sends what waits of a push, and says how it went")
    ParsedCommand push(@Parameters(paramLabel = "NAME", description = "of the push") String name) {
        return beans -> beans.select(PushCommand.class).get().run(name);
    }

    @CommandLine.Command(description = "allows sending from an outbox that was restored, copied or failed over")
    ParsedCommand adopt() {
        return beans -> beans.select(AdoptCommand.class).get().run();
    }

    @CommandLine.Command(name = "sign-in", description = "prints a link for a person to sign in; it works once, within ten minutes")
    ParsedCommand signIn(@Parameters(paramLabel = "NAME", description = "of a user's connection") String name) {
        return beans -> beans.select(SignInCommand.class).get().signIn(name);
    }

    @CommandLine.Command(name = "sign-out", description = "revokes a sign-in; another person may then sign in")
    ParsedCommand signOut(@Parameters(paramLabel = "NAME", description = "of a user's connection") String name) {
        return beans -> beans.select(SignInCommand.class).get().signOut(name);
    }

    @CommandLine.Command(description = "shows the arguments and options of a command")
    void help(
            @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "such as pull, or dead-letters retry") @Nullable List<String> path) {
        var command = Optional.ofNullable(spec).orElseThrow().commandLine();
        for (String name : path == null ? List.<String>of() : path) {
            var next = command.getSubcommands().get(name);
            if (next == null) {
                throw new UnmatchedArgumentException(command, List.of(name));
            }
            command = next;
        }
        command.usage(command.getOut());
    }

    /** The command {@code dead-letters}. */
    @CommandLine.Command(name = "dead-letters", description = "dead rows of the outbox, which need a decision")
    static final class DeadLetters {
        @Spec
        private @Nullable CommandSpec spec;

        @CommandLine.Command(description = "lists the rows that need a decision")
        ParsedCommand list() {
            return beans -> beans.select(DeadLettersCommand.class).get().list();
        }

        @CommandLine.Command(description = "shows all about one")
        ParsedCommand show(@Parameters(paramLabel = "ID", description = "of the row") Long id) {
            return beans -> beans.select(DeadLettersCommand.class).get().show(id);
        }

        @CommandLine.Command(description = "looks for rows in Business NXT, and sends those again that are not there")
        ParsedCommand retry(@Parameters(paramLabel = "ID", arity = "1..*", description = "of the rows") List<Long> ids,
                @Option(names = "--payload", paramLabel = "FILE", description = "with another payload, for one row") @Nullable Path payload) {
            if (payload != null && ids.size() > 1) {
                throw new ParameterException(Optional.ofNullable(spec).orElseThrow().subcommands().get("retry"),
                        "Option '--payload' (FILE) is for one row; " + ids.size() + " IDs are given");
            }
            return beans -> beans.select(DeadLettersCommand.class).get().retry(ids, Optional.ofNullable(payload));
        }

        @CommandLine.Command(description = "gives rows up, so that their groups go on")
        ParsedCommand discard(
                @Parameters(paramLabel = "ID", arity = "1..*", description = "of the rows") List<Long> ids) {
            return beans -> beans.select(DeadLettersCommand.class).get().discard(ids);
        }
    }

    static ParsedLine parse(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var line = line().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        int code = line.execute(arguments);
        Object last = code == 0 ? last(line.getParseResult().asCommandLineList()).getExecutionResult() : null;
        return new ParsedLine(last instanceof ParsedCommand call ? Optional.of(call) : Optional.empty(), code,
                out.toString(), err.toString());
    }

    static CommandLine line() {
        var line = new CommandLine(new Commands());
        var completion = new CommandLine(new GenerateCompletion());
        completion.getCommandSpec().usageMessage()
                .description("prints a script that completes nxt-sync in bash and zsh");
        line.addSubcommand(completion);
        withHelp(line);
        return line.registerConverter(Integer.class, text -> Integer.valueOf(digits(text, 9)))
                .registerConverter(Long.class, text -> Long.valueOf(digits(text, 18)))
                .registerConverter(LocalDateTime.class, Commands::serverTime).setUsageHelpWidth(100)
                .setExpandAtFiles(false).setColorScheme(Help.defaultColorScheme(Help.Ansi.OFF))
                .setParameterExceptionHandler((e, all) -> {
                    var writer = e.getCommandLine().getErr();
                    writer.println(said(e) + "\n");
                    e.getCommandLine().usage(writer);
                    return ExitCode.USAGE;
                });
    }

    private static <T> T last(List<T> all) {
        return all.get(all.size() - 1);
    }

    /** Each but those that have it of themselves. */
    private static void withHelp(CommandLine line) {
        if (line.getCommandSpec().findOption("--help") == null) {
            line.getCommandSpec()
                    .addOption(OptionSpec.builder("-h", "--help").usageHelp(true).description("shows this").build());
        }
        Set.copyOf(line.getSubcommands().values()).forEach(Commands::withHelp);
    }

    private static String said(ParameterException e) {
        var command = e.getCommandLine();
        var oneOf = command.getCommandSpec().argGroups();
        if (!oneOf.isEmpty()
                && (e instanceof MutuallyExclusiveArgsException || e instanceof MaxValuesExceededException)) {
            return "Only one of " + oneOf.get(0).synopsis() + " can be given, and only once.";
        }
        if (!(e instanceof UnmatchedArgumentException unmatched)) {
            return String.valueOf(e.getMessage()).replaceFirst("^Error: ", "") + ".";
        }
        String found = unmatched.getUnmatched().get(0);
        var options = command.getCommandSpec().optionsMap().keySet();
        var commands = command.getSubcommands().keySet();
        if (found.startsWith("-")) {
            return "The command " + command.getCommandName() + " has no option \"" + found + "\""
                    + NameSuggestion.end(found, options);
        }
        return commands.isEmpty()
                ? "The command " + command.getCommandName() + " takes no \"" + found + "\"."
                : "There is no command \"" + found + "\"" + NameSuggestion.end(found, commands);
    }

    private static String digits(String text, int most) {
        if (!text.matches("\\d{1," + most + "}")) {
            throw new TypeConversionException("\"" + text + "\" is not a whole number of at most " + most + " digits");
        }
        return text;
    }

    private static LocalDateTime serverTime(String text) {
        String whole = text.length() == 10 ? text + " 00:00:00" : text.length() == 16 ? text + ":00" : text;
        try {
            return LocalDateTime.parse(whole.replace('T', ' '), SERVER_TIME);
        } catch (DateTimeParseException e) {
            throw new TypeConversionException("\"" + text + "\" is not a date, or a date and time, in the server's "
                    + "local time, such as \"2026-10-01 12:00:00\"");
        }
    }
}
