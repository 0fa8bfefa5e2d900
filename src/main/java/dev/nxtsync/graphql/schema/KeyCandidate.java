package dev.nxtsync.graphql.schema;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Columns that may be the primary key of a table.
 *
 * @param columns in their order
 * @param evidence what speaks for them
 * @param leastRows of how many rows they must be the key to be taken for it: where few rows share the table, many columns tell
 *        them apart
 */
public record KeyCandidate(List<String> columns, KeyEvidence evidence, long leastRows) {
    public KeyCandidate {
        columns = List.copyOf(columns);
    }

    /** One that Business NXT is only asked to contradict. */
    public KeyCandidate(List<String> columns, KeyEvidence evidence) {
        this(columns, evidence, 0);
    }

    /**
     * Candidates, with the key that webhooks name before all others.
     *
     * @param named its columns; empty if none came
     */
    public static List<KeyCandidate> naming(List<String> named, Table table, List<KeyCandidate> others) {
        if (named.isEmpty() || !table.columns().keySet().containsAll(named)) {
            return others;
        }
        var columns = Set.copyOf(named);
        return Stream.concat(Stream.of(new KeyCandidate(named, KeyEvidence.WEBHOOKS)),
                others.stream().filter(each -> !Set.copyOf(each.columns()).equals(columns))).toList();
    }

    /** The columns as a setting names them, and what speaks for them. */
    public String shown() {
        return String.join(",", columns) + " (" + evidence.text() + ")";
    }

    /** Whether only a person can say that it is the key. */
    public boolean isForAPerson() {
        return evidence == KeyEvidence.NUMBER;
    }

    /** Whether a table of so many rows can show that it is the key. */
    public boolean isShownBy(long rows) {
        return rows >= leastRows;
    }

    /** What speaks for a key. */
    public enum KeyEvidence {
        /** A person has said so. */
        SETTING("set by KEY"),
        /** It is documented. */
        BUILT_IN("built in"),
        /** Events about rows of the table have these. */
        WEBHOOKS("by webhooks"),
        /** A new record takes columns that a change of it does not, and lacks the number that the server gives. */
        INPUTS("by what new and changed records take"),
        /** The schema says in words what it is. */
        DESCRIPTION("by the schema's descriptions"),
        /** It was found before, and the schema hints at it no more. */
        KEPT("found before"),
        /** The server gives a number, which may be only the last column of a key. */
        NUMBER("by the number that new records are given");

        private final String text;

        KeyEvidence(String text) {
            this.text = text;
        }

        /** As people are told, behind the columns. */
        public String text() {
            return text;
        }
    }
}
