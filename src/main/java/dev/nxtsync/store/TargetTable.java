package dev.nxtsync.store;

import java.util.List;
import java.util.Optional;

/**
 * A mirrored table.
 *
 * @param owner the first column of its primary key: {@code nxt_company} or {@code nxt_customer}
 * @param columns without ours, which begin with {@code nxt_}
 * @param key names of columns, the rest of the primary key
 * @param changeStamp the column that says when a row last changed; empty if it cannot be read
 */
public record TargetTable(String schema, String name, String owner, String comment, List<TargetColumn> columns,
        List<String> key,
        Optional<String> changeStamp) {

    String quotedName() {
        return SqlName.quoted(schema) + "." + SqlName.quoted(name);
    }

    @Override
    public String toString() {
        return schema + "." + name;
    }
}
