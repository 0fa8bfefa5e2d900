package dev.nxtsync.pull.target;

import static java.util.stream.Collectors.joining;

import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.OwnPath;
import dev.nxtsync.database.SqlName;
import dev.nxtsync.database.Timestamps;

/** Rows that the API was asked for by their keys and did not have. */
public final class Tombstones {
    private Tombstones() {}

    /**
     * Marks or removes those that are stored and were read earlier, or in the future, before the database's clock was set
     * back. What is neither stored nor marked is remembered for an hour, so that a read from before that does not bring it in.
     * One that the target refuses to delete, such as for a foreign key, stays, and no other does for it. What was set aside of
     * the others is forgotten.
     *
     * @param keys as PostgreSQL writes them, in the order of the table's key
     * @return how many rows were deleted, and which are refused
     */
    public static WriteCounts delete(Handle transaction, TargetTable table, Checkpoint read, List<List<String>> keys)
            throws SQLException {
        if (keys.isEmpty()) {
            return WriteCounts.NOTHING;
        }
        String statement = statement(table);
        var done = RefusedRows.write(transaction, table, read, keys.size(), new RefusedRows.Rows() {
            @Override
            public WriteCounts write(int from, int to) throws SQLException {
                return new WriteCounts(0, 0, delete(transaction, table, read, keys.subList(from, to), statement));
            }

            @Override
            public List<String> key(int place) {
                return keys.get(place);
            }
        }).written();
        // those that are refused are set aside behind it
        RowFaults.forget(transaction, read, keys.stream().map(table::keyAsJson).toList());
        return done;
    }

    private static int delete(Handle transaction, TargetTable table, Checkpoint read, List<List<String>> keys,
            String statement) throws SQLException {
        try (var delete = transaction.getConnection().prepareStatement(OwnPath.around(statement))) {
            int parameter = 1;
            for (int i = 0; i < table.key().size(); i++) {
                int column = i;
                delete.setArray(parameter++, transaction.getConnection().createArrayOf("text",
                        keys.stream().map(key -> key.get(column)).toArray()));
            }
            var at = Timestamps.timestamp(read.readAt());
            if (!table.removes()) {
                delete.setObject(parameter++, at);
                delete.setObject(parameter++, at);
            }
            delete.setInt(parameter++, read.company());
            delete.setObject(parameter++, at);
            delete.setString(parameter++, read.pull());
            delete.setInt(parameter++, read.company());
            delete.setObject(parameter, at);
            try (var row = OwnPath.query(delete)) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    /**
     * Forgets of which rows it was remembered that they are gone, once no read from before is under way any more.
     *
     * @return of how many
     */
    public static int forgetOld(Handle transaction) {
        return transaction.createUpdate("""
                delete from nxt_sync.removed
                where read_at not between clock_timestamp() - interval '1 hour' and clock_timestamp()""").execute();
    }

    /** @see Settings.Deletes */
    private static String statement(TargetTable table) {
        var columns = table.keyColumns();
        String same = columns.stream().map(column -> SqlName.quoted(column.name()))
                .map(column -> "stored." + column + " operator(pg_catalog.=) absent." + column)
                .collect(joining(" and "));
        String which = same + " and stored." + SqlName.quoted(table.owner())
                + " = ? and (stored.nxt_read_at < ? or stored.nxt_read_at > pg_catalog.clock_timestamp())";
        String target = table.quotedName();
        return """
                with absent as (select distinct %s from rows from (%s) as given (%s)),
                deleted as (%s returning %s as key),
                kept as (
                    insert into nxt_sync.removed (pull, company, key, read_at)
                    select ?, ?, %s, ? from absent %s
                    on conflict (pull, company, key) do update set read_at = excluded.read_at
                    where removed.read_at not between excluded.read_at and pg_catalog.clock_timestamp())
                select pg_catalog.count(*) from deleted
                """.formatted(
                columns.stream()
                        .map(column -> SqlName.quoted(column.name()) + "::" + column.type().sql() + " as "
                                + SqlName.quoted(column.name()))
                        .collect(joining(", ")),
                IntStream.range(0, columns.size()).mapToObj(i -> "pg_catalog.unnest(?::text[])").collect(joining(", ")),
                columns.stream().map(column -> SqlName.quoted(column.name())).collect(joining(", ")),
                table.removes()
                        ? "delete from " + target + " stored using absent where " + which
                        : "update " + target + " stored set nxt_deleted_at = ?, nxt_read_at = ? from absent where "
                                + which + " and stored.nxt_deleted_at is null",
                PageTable.keyText(table, "stored"), PageTable.keyText(table, "absent"),
                // a mark says by itself when the row was gone
                table.removes()
                        ? ""
                        : "where " + PageTable.keyText(table, "absent") + " not in (select key from deleted)");
    }
}
