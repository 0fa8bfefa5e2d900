package dev.nxtsync.pull.key;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * Columns of which it is to be found out whether they are the key of a table.
 *
 * @param columns in the order of the key
 * @param filter of the rows that it is about, as JSON; empty for all
 */
record ProposedKey(String table, List<String> columns, String filter) {
    private static final String DIGEST = "digest ";

    ProposedKey {
        columns = List.copyOf(columns);
    }

    /** The same with a digest of its filter, which may be long, as it is remembered. */
    ProposedKey remembered() {
        return filter.isEmpty() || filter.startsWith(DIGEST)
                ? this
                : new ProposedKey(table, columns,
                        DIGEST + UUID.nameUUIDFromBytes(filter.getBytes(StandardCharsets.UTF_8)));
    }

    /** The columns as a setting names them. */
    public String shown() {
        return String.join(",", columns);
    }
}
