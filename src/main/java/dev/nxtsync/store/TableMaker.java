package dev.nxtsync.store;

import static java.util.stream.Collectors.joining;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

/** Makes target tables. What is there is never dropped, and only gains columns. */
@Singleton
public class TableMaker {
    private static final Map<String, String> OURS = Map.of("nxt_read_at", "timestamptz", "nxt_deleted_at",
            "timestamptz");

    private final Database database;

    TableMaker(Database database) {
        this.database = database;
    }

    /**
     * Makes the table, or adds the columns that it lacks.
     *
     * @return what about a table that is already there cannot be used; empty if all is well
     */
    public List<String> make(TargetTable table) throws SQLException {
        return database.alone(transaction -> {
            var found = columns(transaction, table);
            if (found.isEmpty()) {
                create(transaction, table);
                return List.of();
            }
            var problems = problems(table, found);
            if (problems.isEmpty()) {
                add(transaction, table, found);
            }
            return problems;
        });
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
    }

    private static void add(Connection transaction, TargetTable table, Map<String, String> found) throws SQLException {
        try (Statement statement = transaction.createStatement()) {
            for (TargetColumn column : table.columns()) {
                if (!found.containsKey(column.name())) {
                    statement.execute("alter table " + table.quotedName() + " add column if not exists "
                            + SqlName.quoted(column.name()) + " " + column.type().sql());
                    comment(statement, table, column.name(), column.comment());
                }
            }
        }
    }

    private static List<String> problems(TargetTable table, Map<String, String> found) {
        var problems = new ArrayList<String>();
        var expected = new HashMap<>(OURS);
        expected.put(table.owner(), "integer");
        table.key().forEach(key -> expected.put(key, ""));
        for (String name : expected.keySet()) {
            if (!found.containsKey(name)) {
                problems.add("the table " + table + " has no column " + name
                        + ", so it is not one of ours; set NXT_PULLS_…_TARGET to another"
                        + " name, or move the table away");
            }
        }
        for (TargetColumn column : table.columns()) {
            var type = found.get(column.name());
            String wanted = column.type() == ColumnType.TIMESTAMP
                    ? "timestamp without time zone"
                    : column.type() == ColumnType.TIME ? "time without time zone" : column.type().sql();
            if (type != null && !type.equals(wanted)) {
                problems.add("the column " + column.name() + " of " + table + " is " + type + ", not " + wanted
                        + "; change its type, or set NXT_PULLS_…_TARGET to another name");
            }
        }
        return problems;
    }

    private static void comment(Statement statement, TargetTable table, String column, String text)
            throws SQLException {
        statement.execute("comment on column " + table.quotedName() + "." + SqlName.quoted(column) + " is "
                + SqlName.literal(text));
    }
}
