package dev.nxtsync.pull.key;

import java.util.List;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;

/** What is told of a key that does not tell rows apart. */
public final class WrongKey {
    private WrongKey() {}

    /**
     * The problem, with what to do.
     *
     * @param whose in words, such as {@code table order}
     * @param flaw what is wrong with it, as the end of a sentence without its stop
     * @param more sentences that follow; may be empty
     */
    public static Problem problem(String pull, List<String> key, String whose, String flaw, String more) {
        String message = "The key " + String.join(",", key) + " of " + whose + " is " + flaw + ". Set "
                + Settings.Pull.variable(pull, "KEY") + " to all columns of the table's primary key, as "
                + "Visma's documentation lists them, and start again. " + more;
        return new Problem(ErrorCode.KEY_NOT_UNIQUE, message.strip());
    }
}
