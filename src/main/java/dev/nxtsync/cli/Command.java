package dev.nxtsync.cli;

import java.util.Map;

import dev.nxtsync.config.NameSuggestion;

/** A command's work. It gets what it needs as any bean does, once the framework has started; {@link Commands} lists them. */
abstract class Command {
    /** The pull, push or connection that a command names. */
    static <T> T named(String what, Map<String, T> entries, String name) throws UnusableArgument {
        var entry = entries.get(name);
        if (entry == null) {
            throw new UnusableArgument(
                    "There is no " + what + " \"" + name + "\"" + NameSuggestion.hint(name, entries.keySet()) + ".");
        }
        return entry;
    }
}
