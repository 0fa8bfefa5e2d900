package dev.nxtsync.cli;

import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;

import dev.nxtsync.config.NameSuggestion;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.pull.target.TargetFault;

/** What commands say alike. */
final class Command {
    private Command() {}

    /** The pull or push that a command names; says so if there is none. */
    static <T> Optional<T> named(String what, Map<String, T> entries, String... arguments) {
        if (arguments.length < 2 || arguments[1].startsWith("--")) {
            System.err.println("Which " + what + "? There is " + String.join(", ", entries.keySet()) + ".");
            return Optional.empty();
        }
        var entry = Optional.ofNullable(entries.get(arguments[1]));
        if (entry.isEmpty()) {
            System.err.println("There is no " + what + " \"" + arguments[1] + "\""
                    + NameSuggestion.hint(arguments[1], entries.keySet()) + ".");
        }
        return entry;
    }

    /** Says what is in the way. */
    static int problem(Exception e) {
        System.out
                .println(
                        "PROBLEM    " + (e instanceof FailedAnswer failed
                                ? "API: " + failed.failure().reason().coded()
                                : e instanceof TargetFault fault
                                        ? fault.reason().coded()
                                        : "database: " + DatabaseFault.of(e).coded() + (isThere(e)
                                                ? " Has the daemon run on it once, which makes the schema nxt_sync?"
                                                : "")));
        return ExitCode.FOUND_PROBLEMS;
    }

    private static boolean isThere(Exception e) {
        return !(e instanceof SQLException sql && DatabaseFault.isAway(sql));
    }
}
