package dev.nxtsync.inbox;

import java.util.List;

/**
 * The key of a row, as an event names it.
 *
 * @param columns in the order of the event, with small first letters
 * @param json them with their values, as an object in ASCII, sorted by name, so that one row has one text
 */
public record EventKey(List<String> columns, String json) {
    public EventKey {
        columns = List.copyOf(columns);
    }
}
