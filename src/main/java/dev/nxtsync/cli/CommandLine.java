package dev.nxtsync.cli;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import dev.nxtsync.config.Nearest;

/** Which commands there are, and which options each takes; what else stands in a command line, its command looks at. */
final class CommandLine {
    private static final Map<String, Set<String>> OPTIONS = new TreeMap<>(Map.ofEntries(
            Map.entry("check", Set.of("--wait")), Map.entry("status", Set.of()),
            Map.entry("discover", Set.of("--yaml")), Map.entry("plan", Set.of()), Map.entry("verify", Set.of()),
            Map.entry("pull", Set.of("--full", "--since", "--company", "--confirm-deletes")),
            Map.entry("reset", Set.of()), Map.entry("push", Set.of()),
            Map.entry("dead-letters", Set.of("--payload")), Map.entry("adopt", Set.of()),
            Map.entry("sign-in", Set.of()), Map.entry("sign-out", Set.of())));
    /** Those that look at nothing but their name and their options. */
    private static final Set<String> ALONE = Set.of("check", "status", "discover", "plan", "adopt");

    private CommandLine() {}

    static Set<String> commands() {
        return OPTIONS.keySet();
    }

    /** What is wrong with it, and what would be right; empty if nothing is. */
    static Optional<String> flaw(String... arguments) {
        String command = arguments[0];
        var options = OPTIONS.get(command);
        if (options == null) {
            return Optional.of("There is no command \"" + command + "\"" + Nearest.hint(command, commands()) + ".");
        }
        for (int i = 1; i < arguments.length; i++) {
            String argument = arguments[i];
            if (argument.startsWith("-") && !options.contains(argument)) {
                return Optional.of("The command " + command + " has no option \"" + argument + "\""
                        + Nearest.hint(argument, options) + ".");
            }
            if (!argument.startsWith("-") && ALONE.contains(command)) {
                return Optional.of("The command " + command + " takes no \"" + argument + "\".");
            }
        }
        return Optional.empty();
    }
}
