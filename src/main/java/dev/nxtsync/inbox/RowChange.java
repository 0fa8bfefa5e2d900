package dev.nxtsync.inbox;

import java.util.Arrays;
import java.util.Locale;

/** What happened to a row, as an event says; a hint only. */
public enum RowChange {
    INSERT, UPDATE, DELETE,
    /** Something else, or the event does not say. */
    OTHER;

    /** Reads it in letters of either size. */
    public static RowChange of(String text) {
        String small = text.toLowerCase(Locale.ROOT);
        return Arrays.stream(values()).filter(each -> each.toString().equals(small)).findFirst().orElse(OTHER);
    }

    /** As it is stored and measured. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
