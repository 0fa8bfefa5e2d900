package dev.nxtsync.cli;

import java.util.Map;
import java.util.Optional;

import dev.nxtsync.config.NameSuggestion;

/** A command's work. It gets what it needs as any bean does, once the framework has started; {@link Commands} lists them. */
interface Command {
    /** The pull, push or connection that a command names. */
    static <T> T named(String what, Map<String, T> entries, String name) throws UnusableArgument {
        return Optional.ofNullable(entries.get(name)).orElseThrow(() -> new UnusableArgument(
                "There is no " + what + " \"" + name + "\"" + NameSuggestion.among(name, entries.keySet())));
    }
}
