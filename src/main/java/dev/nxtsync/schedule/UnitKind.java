package dev.nxtsync.schedule;

import java.util.Locale;

/** What a unit of work does. */
public enum UnitKind {
    /** Reads the changes of all pulls of a company. */
    POLL,
    /** Reads rows that webhooks named, of all pulls of a company. */
    FETCH,
    /** Reads the whole table of a pull. */
    LOAD,
    /** Compares the whole table of a pull with what is stored. */
    RECONCILIATION,
    /** Compares what the rows of a pull add up to. */
    PROOF,
    /** Sends the rows of one lane of a push. */
    PUSH,
    /** Uses the refresh token of a connection. */
    TOKEN;

    /** As it is stored, shown and measured. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException if no kind is stored like that */
    public static UnitKind of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** Whether one unit serves all pulls of a company. */
    private boolean servesAllPulls() {
        return this == POLL || this == FETCH;
    }

    /** The entry of a unit of this kind: the pull or push itself, or empty where one unit serves all of a company. */
    String entry(String name) {
        return servesAllPulls() ? "" : name;
    }

    @Override
    public String toString() {
        return text();
    }
}
