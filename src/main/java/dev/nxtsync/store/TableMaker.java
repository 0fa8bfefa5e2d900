package dev.nxtsync.store;

import static java.util.stream.Collectors.joining;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

/** Makes target tables. What is there is never dropped: it gains columns, and types that hold more. */
@Singleton
public class TableMaker {
    private final Database database;

    TableMaker(Database database) {
        this.database = database;
    }

    /**
     * What has become of a table.
     *
     * @param changes that were made to a table that was there
     * @param problems why it cannot be used; then nothing was changed
     */
    public record Made(List<String> changes, List<String> problems) {}

    /**
     * Makes the table, adds the columns that it lacks, and widens those whose type has become too narrow. Where that leaves
     * rows incomplete, every row is wanted again.
     *
     * @param pull whose table it is
     * @param read the API's names of the columns that the pull reads from now on
     */
    public Made make(String pull, TargetTable table, Collection<String> read) throws SQLException {
        return database.alone(transaction -> {
            var found = columns(transaction, table);
            var changes = new ArrayList<String>();
            if (found.isEmpty()) {
                create(transaction, table);
                Passes.wantAll(transaction, pull);
            } else {
                var problems = problems(transaction, table, found);
                if (!problems.isEmpty()) {
                    return new Made(List.of(), problems);
                }
                // where event triggers of users find their tables
                OwnPath.enter(transaction);
                widen(transaction, table, found, changes);
                boolean added = add(transaction, table, found, changes);
                OwnPath.leave(transaction);
                if (added) {
                    Passes.wantAll(transaction, pull);
                }
            }
            remember(transaction, pull, read);
            return new Made(changes, List.of());
        });
    }

    /** Why a table cannot be used as it is; empty if it can, or is not there. */
    static List<String> flaws(Connection connection, TargetTable table) throws SQLException {
        var found = columns(connection, table);
        return found.isEmpty() ? List.of() : problems(connection, table, found);
    }

    /** The API's names of the columns that a pull has read so far. */
    public Set<String> read(String pull) throws SQLException {
        return database.inTransaction(transaction -> {
            try (var select = transaction
                    .prepareStatement("select column_name from nxt_sync.pull_column where pull = ?")) {
                select.setString(1, pull);
                var names = new TreeSet<String>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        names.add(row.getString(1));
                    }
                }
                return names;
            }
        });
    }

    private static void remember(Connection transaction, String pull, Collection<String> read) throws SQLException {
        try (var forget = transaction
                .prepareStatement("delete from nxt_sync.pull_column where pull = ? and column_name <> all (?)");
                var insert = transaction.prepareStatement("""
                        insert into nxt_sync.pull_column (pull, column_name) select ?, unnest(?::text[])
                        on conflict (pull, column_name) do nothing""")) {
            var names = transaction.createArrayOf("text", read.toArray());
            forget.setString(1, pull);
            forget.setArray(2, names);
            forget.executeUpdate();
            insert.setString(1, pull);
            insert.setArray(2, names);
            insert.executeUpdate();
        }
    }

    private static Map<String, String> columns(Connection transaction, TargetTable table) throws SQLException {
        try (var select = transaction.prepareStatement("""
                select attname, format_type(atttypid, null) from pg_attribute
                where attrelid = to_regclass(?) and attnum > 0 and not attisdropped""")) {
            select.setString(1, table.quotedName());
            var found = new HashMap<String, String>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    found.put(row.getString(1), row.getString(2));
                }
            }
            return found;
        }
    }

    private static void create(Connection transaction, TargetTable table) throws SQLException {
        String owner = SqlName.quoted(table.owner());
        String columns = table.columns().stream()
                .map(column -> SqlName.quoted(column.name()) + " " + column.type().sql() + ",\n").collect(joining());
        String key = Stream.concat(Stream.of(table.owner()), table.key().stream()).map(SqlName::quoted)
                .collect(joining(", "));
        try (Statement statement = transaction.createStatement()) {
            Database.makeSchema(transaction, table.schema());
            OwnPath.enter(transaction);
            statement.execute("create table " + table.quotedName() + " (\n" + owner + " integer not null,\n" + columns
                    + "nxt_read_at timestamptz not null,\nnxt_deleted_at timestamptz,\nprimary key (" + key + "))");
            statement.execute("comment on table " + table.quotedName() + " is " + SqlName.literal(table.comment()));
            comment(statement, table, table.owner(), table.owner().equals("nxt_company")
                    ? "The Visma.net company id that the row belongs to"
                    : "The Visma.net customer id that the row belongs to");
            comment(statement, table, "nxt_read_at", "When the row was asked for, in the state in which it is here");
            comment(statement, table, "nxt_deleted_at",
                    "When the row was found to be deleted in Business NXT; null while it is there");
            for (TargetColumn column : table.columns()) {
                comment(statement, table, column.name(), column.comment());
            }
        }
        OwnPath.leave(transaction);
    }

    /** Adds the columns that are missing. Says whether there were any. */
    private static boolean add(Connection transaction, TargetTable table, Map<String, String> found,
            List<String> changes)
            throws SQLException {
        boolean added = false;
        try (Statement statement = transaction.createStatement()) {
            for (TargetColumn column : table.columns()) {
                if (!found.containsKey(column.name())) {
                    statement.execute("alter table " + table.quotedName() + " add column if not exists "
                            + SqlName.quoted(column.name()) + " " + column.type().sql());
                    comment(statement, table, column.name(), column.comment());
                    changes.add("the column " + column.name() + " was added");
                    added = true;
                }
            }
        }
        return added;
    }

    private static void widen(Connection transaction, TargetTable table, Map<String, String> found,
            List<String> changes) throws SQLException {
        try (Statement statement = transaction.createStatement()) {
            for (TargetColumn column : table.columns()) {
                if (isTooNarrow(column, found)) {
                    statement.execute("alter table " + table.quotedName() + " alter column "
                            + SqlName.quoted(column.name()) + " type " + column.type().sql());
                    comment(statement, table, column.name(), column.comment());
                    changes.add("the column " + column.name() + " was widened from " + found.get(column.name()) + " to "
                            + column.type().sql());
                }
            }
        }
    }

    /** Whether its type must change, and can without a loss. */
    private static boolean isTooNarrow(TargetColumn column, Map<String, String> found) {
        var sql = found.get(column.name());
        var type = sql == null ? null : ColumnType.of(sql);
        return type != null && type != column.type() && column.type().holds(type);
    }

    private static List<String> problems(Connection transaction, TargetTable table, Map<String, String> found)
            throws SQLException {
        var problems = new ArrayList<String>();
        var expected = new TreeSet<>(Set.of("nxt_read_at", "nxt_deleted_at", table.owner()));
        expected.addAll(table.key());
        for (String name : expected) {
            if (!found.containsKey(name)) {
                problems.add("the table " + table + " has no column " + name
                        + ", so it is not one of ours; set NXT_PULLS_…_TARGET to another"
                        + " name, or move the table away");
            }
        }
        for (TargetColumn column : table.columns()) {
            var sql = found.get(column.name());
            var type = sql == null ? null : ColumnType.of(sql);
            if (isTooNarrow(column, found)) {
                for (String view : views(transaction, table, column.name())) {
                    problems.add("the column " + column.name() + " of " + table + " must become " + column.type().sql()
                            + ", and the view " + view
                            + " uses it; drop the view, and make it again once this pull runs");
                }
            } else if (sql != null && (type == null || !type.holds(column.type()))) {
                problems.add("the column " + column.name() + " of " + table + " is " + sql + ", not "
                        + column.type().sql() + "; change its type, or set NXT_PULLS_…_TARGET to another name");
            }
        }
        return problems;
    }

    private static List<String> views(Connection transaction, TargetTable table, String column) throws SQLException {
        try (var select = transaction.prepareStatement(
                """
                        select distinct view.oid::regclass::text from pg_depend
                        join pg_rewrite on pg_rewrite.oid = pg_depend.objid join pg_class view on view.oid = pg_rewrite.ev_class
                        join pg_attribute on attrelid = pg_depend.refobjid and attnum = pg_depend.refobjsubid
                        where pg_depend.classid = 'pg_rewrite'::regclass and pg_depend.refobjid = to_regclass(?) and attname = ?""")) {
            select.setString(1, table.quotedName());
            select.setString(2, column);
            var views = new ArrayList<String>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    views.add(row.getString(1));
                }
            }
            return views;
        }
    }

    private static void comment(Statement statement, TargetTable table, String column, String text)
            throws SQLException {
        statement.execute("comment on column " + table.quotedName() + "." + SqlName.quoted(column) + " is "
                + SqlName.literal(text));
    }
}
