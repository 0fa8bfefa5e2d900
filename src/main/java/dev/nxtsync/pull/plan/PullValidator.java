package dev.nxtsync.pull.plan;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

import dev.nxtsync.config.NameSuggestion;
import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.schema.PrimaryKeys;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.graphql.schema.Tables;
import dev.nxtsync.pull.key.KeyChoice;

/** Checks pulls against the schema that their connection sees; asks nothing and writes nothing. */
public final class PullValidator {
    private PullValidator() {}

    /** A pull that can be made as configured, or why not. */
    public sealed interface Design {
        /** Why it cannot run now; empty if it can. */
        Optional<Problem> obstacle();
    }

    /** @param key how its key was found */
    public record Sound(PullPlan plan, KeyChoice.ChosenKey key) implements Design {
        @Override
        public Optional<Problem> obstacle() {
            return Optional.empty();
        }

        /** What somebody should look at, though nothing is in the way. */
        public List<String> remarks() {
            return plan.mapping().remarks();
        }

        /** That rows may have the same key, because it is only a part of the one that is known. */
        public Optional<String> keyDoubt() {
            String table = plan.table().name();
            return PrimaryKeys.isPart(table, plan.key())
                    ? Optional.of(Settings.Pull.variable(plan.name(), "KEY") + " is only a part of the primary key of "
                            + table + ", which is " + Words.list(PrimaryKeys.of(table).orElseThrow())
                            + ". If two rows have the same " + Words.list(plan.key())
                            + ", the pull stops (key_not_unique). Name all of its columns, or take the setting out.")
                    : Optional.empty();
        }

        @Override
        public String toString() {
            return "table " + plan.table().name() + " by " + String.join(", ", plan.key())
                    + (KeyChoice.isSaid(plan.pull()) ? "" : " (" + key.reason() + ")") + " into " + plan.target() + ", "
                    + Words.count(plan.target().columns().size(), "column") + ", "
                    + (plan.tellsChanges()
                            ? "incremental by " + Table.CHANGED
                            : "read completely each time, because " + Table.CHANGED + " cannot be read");
        }
    }

    public record Flawed(Problem reason) implements Design {
        Flawed(ErrorCode errorCode, String message) {
            this(new Problem(errorCode, message));
        }

        @Override
        public Optional<Problem> obstacle() {
            return Optional.of(reason);
        }
    }

    /** It cannot be made before Business NXT has said something. */
    public record AwaitingProof(Problem reason) implements Design {
        @Override
        public Optional<Problem> obstacle() {
            return Optional.of(reason);
        }
    }

    /**
     * Checks pulls.
     *
     * @param tables what the connection sees of the tables of its pulls
     * @param keys by which their rows are told apart
     */
    public static Map<String, Design> validate(List<Settings.Pull> pulls, Tables tables,
            Function<Settings.Pull, KeyChoice> keys, Settings settings) {
        var designs = new TreeMap<String, Design>();
        for (Settings.Pull pull : pulls) {
            designs.put(pull.name(), design(pull, tables, keys.apply(pull), settings));
        }
        return designs;
    }

    private static Design design(Settings.Pull pull, Tables tables, KeyChoice choice, Settings settings) {
        var refusal = tables.refused().get(pull.table());
        if (refusal != null) {
            return new Flawed(refusal);
        }
        var table = tables.known().get(pull.table());
        if (table == null) {
            return new Flawed(ErrorCode.TABLE_UNKNOWN,
                    "There is no table " + pull.table() + " that this client id can read"
                            + NameSuggestion.end(pull.table(), tables.names()) + " Correct "
                            + Settings.Pull.variable(pull.name(), "TABLE")
                            + ", or give the access group of the client id the right to it.");
        }
        if (choice instanceof KeyChoice.NoKey none) {
            return new Flawed(none.reason());
        }
        if (choice instanceof KeyChoice.KeyToProve open) {
            return new AwaitingProof(open.reason());
        }
        var key = (KeyChoice.ChosenKey) choice;
        var flaw = pull.filter().flatMap(text -> Filters.flaw(text, table.filters()));
        if (flaw.isPresent()) {
            return new Flawed(ErrorCode.FILTER_INVALID,
                    Words.sentence(Settings.Pull.variable(pull.name(), "FILTER") + " " + flaw.get()));
        }
        try {
            var mapping = TableMapping.of(pull, table, key.columns(), settings.target().schema());
            var plan = new PullPlan(pull, pull.cadence(settings.timeZone()), table, key.columns(),
                    KeyChoice.isSaid(pull) ? mapping : mapping.saying("Its key was found " + key.reason() + "."));
            return new Sound(plan, key);
        } catch (TableMapping.Unmappable e) {
            return new Flawed(ErrorCode.COLUMN_UNKNOWN, String.valueOf(e.getMessage()));
        }
    }
}
