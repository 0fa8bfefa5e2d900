package dev.nxtsync.cli;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import io.quarkus.runtime.QuarkusApplication;

import dev.nxtsync.config.NameSuggestion;

/** Which commands there are, and which options each takes; what else stands in a command line, its command looks at. */
final class CommandLine {
    private static final Map<String, CommandUsage> COMMANDS = new TreeMap<>(Map.ofEntries(
            Map.entry("check", alone(CheckCommand.class, "--wait")), Map.entry("status", alone(StatusCommand.class)),
            Map.entry("discover", alone(DiscoverCommand.class, "--yaml")), Map.entry("plan", alone(PlanCommand.class)),
            Map.entry("verify", of(VerifyCommand.class)),
            Map.entry("pull", of(PullCommand.class, "--full", "--since", "--company", "--confirm-deletes")),
            Map.entry("reset", of(ResetCommand.class)), Map.entry("push", of(PushCommand.class)),
            Map.entry("dead-letters", of(DeadLettersCommand.class, "--payload")),
            Map.entry("adopt", alone(AdoptCommand.class)), Map.entry("sign-in", of(SignInCommand.class)),
            Map.entry("sign-out", of(SignInCommand.class))));

    private CommandLine() {}

    /** @param alone whether the command looks at nothing but its name and its options */
    private record CommandUsage(Class<? extends QuarkusApplication> command, Set<String> options, boolean alone) {}

    private static CommandUsage alone(Class<? extends QuarkusApplication> command, String... options) {
        return new CommandUsage(command, Set.of(options), true);
    }

    private static CommandUsage of(Class<? extends QuarkusApplication> command, String... options) {
        return new CommandUsage(command, Set.of(options), false);
    }

    static Set<String> commands() {
        return COMMANDS.keySet();
    }

    /** What carries out a command that is known. */
    static Class<? extends QuarkusApplication> command(String name) {
        return Objects.requireNonNull(COMMANDS.get(name)).command();
    }

    /** What is wrong with it, and what would be right; empty if nothing is. */
    static Optional<String> flaw(String... arguments) {
        String command = arguments[0];
        var usage = COMMANDS.get(command);
        if (usage == null) {
            return Optional
                    .of("There is no command \"" + command + "\"" + NameSuggestion.hint(command, commands()) + ".");
        }
        for (int i = 1; i < arguments.length; i++) {
            String argument = arguments[i];
            if (argument.startsWith("-") && !usage.options().contains(argument)) {
                return Optional.of("The command " + command + " has no option \"" + argument + "\""
                        + NameSuggestion.hint(argument, usage.options()) + ".");
            }
            if (!argument.startsWith("-") && usage.alone()) {
                return Optional.of("The command " + command + " takes no \"" + argument + "\".");
            }
        }
        return Optional.empty();
    }
}
