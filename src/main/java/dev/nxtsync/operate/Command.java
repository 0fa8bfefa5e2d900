package dev.nxtsync.operate;

import java.util.Optional;

import dev.nxtsync.config.Nearest;
import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.FailedAnswer;

/** What commands say alike. */
final class Command {
    private Command() {}

    /** The pull that a command names; says so if there is none. */
    static Optional<Settings.Pull> pull(Settings settings, String... arguments) {
        if (arguments.length < 2 || arguments[1].startsWith("--")) {
            System.err.println("Which pull? There is " + String.join(", ", settings.pulls().keySet()) + ".");
            return Optional.empty();
        }
        var pull = Optional.ofNullable(settings.pulls().get(arguments[1]));
        if (pull.isEmpty()) {
            System.err.println("There is no pull \"" + arguments[1] + "\""
                    + Nearest.hint(arguments[1], settings.pulls().keySet()) + ".");
        }
        return pull;
    }

    /** Says what is in the way. */
    static int problem(Exception e) {
        System.out.println("PROBLEM    " + (e instanceof FailedAnswer failed
                ? "API: " + failed.failure().message()
                : "database: " + e.getMessage()
                        + ". Is it up, and has the daemon run on it once, which makes the schema nxt_sync?"));
        return NxtSync.FOUND_PROBLEMS;
    }
}
