package dev.nxtsync.pull.target;

import static java.util.stream.Collectors.joining;

import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.generic.GenericType;
import org.postgresql.PGConnection;

import dev.nxtsync.database.OwnPath;
import dev.nxtsync.database.SqlName;
import dev.nxtsync.database.Timestamps;

/** The temporary table into which a page is copied, and from which it is merged into the target. */
public final class PageTable {
    /** Those of a page before in the same transaction. */
    static final String WITHOUT = "drop table if exists pg_temp.nxt_page, pg_temp.nxt_staged; ";

    private PageTable() {}

    /** Makes the temporary table whose rows {@link #merge} merges. */
    static void make(Handle transaction, TargetTable table) {
        // with the target's own types, so that no comparison needs a conversion
        transaction.execute(WITHOUT + "create temporary table nxt_page on commit drop as select " + columns(table)
                + " from " + table.quotedName() + " with no data");
    }

    /** Merges them into the target. */
    static WriteCounts merge(Handle transaction, TargetTable table, Checkpoint checkpoint) throws SQLException {
        try (var merge = transaction.getConnection().prepareStatement(OwnPath.around(mergeStatement(table)))) {
            int parameter = 1;
            merge.setInt(parameter++, checkpoint.company());
            merge.setObject(parameter++, Timestamps.timestamp(checkpoint.readAt()));
            merge.setInt(parameter++, checkpoint.company());
            merge.setString(parameter++, checkpoint.pull());
            merge.setInt(parameter++, checkpoint.company());
            merge.setObject(parameter, Timestamps.timestamp(checkpoint.readAt()));
            try (var row = OwnPath.query(merge)) {
                row.next();
                return new WriteCounts(row.getInt(1), row.getInt(2), 0);
            }
        }
    }

    /**
     * Copies a page into a table whose columns have our types.
     *
     * @param into the table's quoted name
     * @param first columns before those of the page
     * @return how many rows are in
     */
    public static long copy(Handle transaction, String into, TargetTable table, PageBuffer page, FirstColumns first)
            throws SQLException {
        String columns = Stream.concat(first.names.stream(), table.columns().stream().map(TargetColumn::name))
                .map(SqlName::quoted).collect(joining(", "));
        var copy = transaction.getConnection().unwrap(PGConnection.class).getCopyAPI()
                .copyIn("copy " + into + " (" + columns + ") from stdin (format binary)");
        try {
            page.copyTo(copy, first);
            return copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    /**
     * Whether the columns that are written have our types, and not wider ones of a user's, until the transaction ends: binary
     * values of other types would be refused, or be taken for others.
     */
    static boolean hasOurTypes(Handle transaction, TargetTable table) {
        String types = Stream
                .concat(Stream.of(table.owner(), "nxt_read_at"), table.columns().stream().map(TargetColumn::name))
                .map(name -> "pg_catalog.pg_typeof(" + SqlName.quoted(name) + ")::text")
                .collect(joining(", ", "array[", "]"));
        // of no row, but with a lock on the table
        var found = transaction.createQuery(
                "select " + types + " from (values (1)) one (nxt_one) left join " + table.quotedName() + " on false")
                .mapTo(new GenericType<List<String>>() {
                }).one();
        return found.get(0).equals("integer") && found.get(1).equals("timestamp with time zone")
                && IntStream.range(0, table.columns().size())
                        .allMatch(i -> ColumnType.of(found.get(i + 2)) == table.columns().get(i).type());
    }

    /** Columns as a table is made of them. */
    public static String typed(List<TargetColumn> columns) {
        return columns.stream().map(column -> SqlName.quoted(column.name()) + " " + column.type().sql())
                .collect(joining(", "));
    }

    /** The columns of the key as one array, as PostgreSQL writes them. */
    public static String key(TargetTable table) {
        return table.key().stream().map(column -> SqlName.quoted(column) + "::text")
                .collect(joining(", ", "array[", "]"));
    }

    public static String columns(TargetTable table) {
        return table.columns().stream().map(column -> SqlName.quoted(column.name())).collect(joining(", "));
    }

    /** The key of a row as one text, the same for equal keys, as {@code nxt_sync.removed} has it. */
    static String keyText(TargetTable table, String alias) {
        return "pg_catalog.concat_ws(E'\\x1f', " + keyTexts(table, alias) + ")";
    }

    /** The same of the stored row, but never empty, as the setting is before a row is updated. */
    private static String updated(TargetTable table) {
        return "pg_catalog.concat_ws(E'\\x1f', '', " + keyTexts(table, "stored") + ")";
    }

    private static String keyTexts(TargetTable table, String alias) {
        return table.keyColumns().stream().map(column -> {
            String value = alias + "." + SqlName.quoted(column.name());
            // 1 and 1.0 are equal
            return (column.type() == ColumnType.NUMERIC ? "pg_catalog.trim_scale(" + value + ")" : value) + "::text";
        }).collect(joining(", "));
    }

    /**
     * The one rule by which every writer of a mirrored row goes. A read row wins over the stored one if it was read later or
     * has a larger change stamp; over a deletion mark only if it was read later, then even if it is equal. What was read in the
     * future, before the database's clock was set back, counts as read earlier. An equal row is not written, and not even
     * locked, which would cost as much WAL: so most of them never come to the conflict, and {@code offset 0} keeps the planner
     * from reading the whole target for it. What was found to be gone after the read and has no mark in the target stays away.
     * Rows are taken in key order, so that two merges of one page each cannot wait for each other; of those that have several
     * pages, or write in another way, PostgreSQL ends one, which is repeated. Whether a row was there is known to its
     * assignments only, since a partitioned table has no system columns here: they note its key, which {@code returning}
     * compares row for row.
     */
    static String mergeStatement(TargetTable table) {
        String key = Stream.concat(Stream.of(table.owner()), table.key().stream()).map(SqlName::quoted)
                .collect(joining(", "));
        String assignments = table.columns().stream().filter(column -> !table.key().contains(column.name()))
                .map(column -> SqlName.quoted(column.name()) + " = excluded." + SqlName.quoted(column.name()) + ", ")
                .collect(joining());
        String newer = table.changeStamp().map(SqlName::quoted).map(stamp -> " or coalesce(excluded." + stamp
                + ", '-infinity') > coalesce(stored." + stamp + ", '-infinity')").orElse("");
        String removed = """
                and not exists (select from nxt_sync.removed where removed.pull = ?::text and removed.company = ?
                    and removed.key = %s and removed.read_at between ? and pg_catalog.clock_timestamp())"""
                .formatted(keyText(table, "nxt_page"));
        String known = table.key().stream().map(SqlName::quoted)
                .map(column -> " and known." + column + " = nxt_page." + column).collect(joining())
                + table.columns().stream().filter(column -> !table.key().contains(column.name()))
                        .map(column -> SqlName.quoted(column.name()))
                        .map(column -> " and known." + column + " is not distinct from nxt_page." + column)
                        .collect(joining());
        return """
                with merged as (
                insert into %s as stored (%s, nxt_read_at, %s)
                select ?, ?, %s from pg_temp.nxt_page
                where not exists (select 1 from %s known where known.%s = ? and known.nxt_deleted_at is null%s offset 0) %s
                order by %s
                on conflict (%s) do update set %s nxt_read_at = excluded.nxt_read_at,
                    nxt_deleted_at = case when pg_catalog.set_config('nxt_sync.updated', %s, true) is null then stored.nxt_deleted_at end
                where case when stored.nxt_deleted_at is null
                           then (excluded.nxt_read_at > stored.nxt_read_at or stored.nxt_read_at > pg_catalog.clock_timestamp()%s)
                                and (%s)
                           else excluded.nxt_read_at > stored.nxt_read_at
                                or stored.nxt_read_at > pg_catalog.clock_timestamp() end
                returning pg_catalog.current_setting('nxt_sync.updated', true) is distinct from %s as inserted)
                select pg_catalog.count(*) filter (where inserted), pg_catalog.count(*) filter (where not inserted) from merged
                """
                .formatted(table.quotedName(), SqlName.quoted(table.owner()), columns(table), columns(table),
                        table.quotedName(), SqlName.quoted(table.owner()), known, removed,
                        table.key().stream().map(SqlName::quoted).collect(joining(", ")), key, assignments,
                        updated(table), newer,
                        table.columns().stream().map(column -> SqlName.quoted(column.name()))
                                .map(column -> "stored." + column + " is distinct from excluded." + column)
                                .collect(joining(" or ")),
                        updated(table));
    }
}
