package dev.nxtsync.pull.key;

import java.util.List;

/**
 * Columns of which it is to be found out whether they are the key of a table.
 *
 * @param columns in the order of the key
 * @param filter of the rows that it is about, as JSON; empty for all
 */
record ProposedKey(String table, List<String> columns, String filter) {
    public ProposedKey {
        columns = List.copyOf(columns);
    }

    /** The columns as a setting names them. */
    public String shown() {
        return String.join(",", columns);
    }
}
