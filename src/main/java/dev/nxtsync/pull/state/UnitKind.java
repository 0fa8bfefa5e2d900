package dev.nxtsync.pull.state;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.UnitSelection;

/** What a unit of work of pulls does. Every unit of a pull is of one of these kinds, and each pull and company has all. */
public enum UnitKind {
    /** Reads the changes of all pulls of a company. */
    POLL,
    /** Reads rows that webhooks named, of all pulls of a company. */
    FETCH,
    /** Reads the whole table of a pull. */
    LOAD,
    /** Compares the whole table of a pull with what is stored. */
    RECONCILIATION;

    /** As it is stored, shown and measured. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether one unit serves all pulls of a company. */
    public boolean servesAllPulls() {
        return this == POLL || this == FETCH;
    }

    /** What is done for a pull by a unit of this kind. */
    UnitSelection.KindOfEntry of(String pull) {
        return new UnitSelection.KindOfEntry(text(), servesAllPulls() ? "" : pull);
    }

    /** The units of some kinds that work on a pull, on all connections. */
    static UnitSelection selection(String pull, UnitKind... kinds) {
        return UnitSelection.of(Stream.of(kinds).map(kind -> kind.of(pull)).toList());
    }

    /** Whether a claim is one of this kind. */
    public boolean isOf(Claim claim) {
        return claim.kind().equals(text());
    }

    /** All kinds, as they are stored. */
    static List<String> texts() {
        return Arrays.stream(values()).map(UnitKind::text).toList();
    }
}
