package dev.nxtsync.pull.key;

import java.util.List;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.schema.KeyCandidate.KeyEvidence;
import dev.nxtsync.graphql.schema.PrimaryKeys;

/** By which columns a pull tells its rows apart. */
public sealed interface KeyChoice {

    /** What is known of a pull without a question: its setting, or what is documented. */
    static KeyChoice known(Settings.Pull pull) {
        return pull.key().isEmpty()
                ? PrimaryKeys.of(pull.table()).<KeyChoice>map(key -> new ChosenKey(key, KeyEvidence.BUILT_IN, false))
                        .orElseGet(() -> NoKey.unknown(pull, ""))
                : new ChosenKey(pull.key(), KeyEvidence.SETTING, false);
    }

    /** Whether somebody has said what the key is. */
    static boolean isSaid(Settings.Pull pull) {
        return !pull.key().isEmpty() || PrimaryKeys.of(pull.table()).isPresent();
    }

    /**
     * These.
     *
     * @param isProven whether Business NXT has said that no two rows share them
     */
    record ChosenKey(List<String> columns, KeyEvidence evidence, boolean isProven) implements KeyChoice {
        public ChosenKey {
            columns = List.copyOf(columns);
        }

        /** What speaks for it, for people. */
        public String reason() {
            return evidence.text() + (isProven ? ", proven by Business NXT" : "");
        }
    }

    /** Business NXT is being asked. */
    record KeyToProve(Problem reason) implements KeyChoice {}

    /** None, until somebody has done what the reason says. */
    record NoKey(Problem reason) implements KeyChoice {
        /** @param candidates what it may be, in sentences with a blank behind them; empty if nothing is known */
        static NoKey unknown(Settings.Pull pull, String candidates) {
            return new NoKey(new Problem(ErrorCode.KEY_UNKNOWN, "The primary key of " + pull.table() + " is not known. "
                    + candidates + "Set " + Settings.Pull.variable(pull.name(), "KEY")
                    + " to all of its columns, separated by commas, as Visma's documentation of the table lists "
                    + "them. A part of the key would lose rows."));
        }
    }
}
