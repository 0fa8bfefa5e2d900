package dev.nxtsync.sandbox;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

import dev.nxtsync.support.TestDatabase;

/** Compares a target table with the sandbox's truth, row for row, by a mapping that is written anew from the contract. */
public final class Mirror {
    private static final Map<String, String> NAMES = new ConcurrentHashMap<>();

    private Mirror() {}

    /** At most ten differences; empty if source and target are equal. */
    public static List<String> differences(Sandbox sandbox, TestDatabase database, int owner, String table) {
        return differences(sandbox, database, owner, table, List.of());
    }

    /** The same but for rows with these keys, which are set aside. */
    public static List<String> differences(Sandbox sandbox, TestDatabase database, int owner, String table,
            List<List<String>> but) {
        return differences(sandbox, database, owner, table, "nxt.\"" + snake(table) + "\"", but);
    }

    /** The same in a target of another name. */
    public static List<String> differencesIn(String target, Sandbox sandbox, TestDatabase database, int owner,
            String table, List<List<String>> but) {
        return differences(sandbox, database, owner, table, target, but);
    }

    private static List<String> differences(Sandbox sandbox, TestDatabase database, int owner, String table,
            String target, List<List<String>> but) {
        try {
            return database.inTransaction(connection -> {
                try (Statement statement = connection.createStatement()) {
                    statement.setFetchSize(1000);
                    return differences(sandbox, statement, owner, table, target, but);
                }
            });
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> differences(Sandbox sandbox, Statement statement, int owner, String table,
            String target, List<List<String>> but) throws SQLException {
        TableModel model = Data.table(table);
        var differences = new ArrayList<String>();
        String ownerColumn = model.system() ? "nxt_customer" : "nxt_company";
        List<String> columns = columns(statement, target);
        var expected = new HashMap<String, List<String>>();
        for (Row row : sandbox.truth(owner, table)) {
            expected.put(key(model, row), values(model, row, columns));
        }
        try (ResultSet rows = statement.executeQuery(
                "select * from " + target + " where nxt_deleted_at is null and " + ownerColumn + " = " + owner)) {
            while (rows.next() && differences.size() < 10) {
                var found = new ArrayList<String>();
                for (String column : columns) {
                    found.add(rows.getString(column));
                }
                var keys = new ArrayList<String>();
                for (String column : model.key()) {
                    keys.add(rows.getString(snake(column)));
                }
                var wanted = expected.remove(keys.toString());
                if (but.contains(keys)) {
                    continue;
                }
                if (wanted == null) {
                    differences.add("too many: " + keys);
                } else if (!wanted.equals(found)) {
                    differences.add(keys + ": is " + found + ", not " + wanted + " in " + columns);
                }
            }
        }
        but.forEach(key -> expected.remove(key.toString()));
        expected.keySet().stream().limit(10 - Math.min(10, differences.size()))
                .forEach(key -> differences.add("missing: " + key));
        return differences;
    }

    private static List<String> columns(Statement statement, String target) throws SQLException {
        try (ResultSet none = statement.executeQuery("select * from " + target + " where false")) {
            var columns = new ArrayList<String>();
            for (int i = 1; i <= none.getMetaData().getColumnCount(); i++) {
                if (!none.getMetaData().getColumnName(i).startsWith("nxt_")) {
                    columns.add(none.getMetaData().getColumnName(i));
                }
            }
            return columns;
        }
    }

    private static String key(TableModel model, Row row) {
        return model.key().stream().map(column -> String.valueOf(row.get(model.column(column)))).toList().toString();
    }

    private static List<String> values(TableModel model, Row row, List<String> columns) {
        Map<String, String> all = new HashMap<>();
        for (ColumnModel column : model.columns()) {
            Object value = row.get(column);
            Object companion = column.kind().suffix.isEmpty() || value == null ? null : row.companion(column);
            String name = snake(column.name());
            switch (column.kind()) {
                case DATE -> all.put(name, Objects.toString(companion, null));
                case TIME, PRECISION_TIME -> all.put(name, companion == null ? null : trimmed(companion.toString()));
                case ENUM -> {
                    all.put(name, Objects.toString(value, null));
                    all.put(name + "_as_enum", Objects.toString(companion, null));
                }
                case FLAGS -> {
                    all.put(name, Objects.toString(value, null));
                    all.put(name + "_flags",
                            companion == null
                                    ? null
                                    : companion.toString().replace("[", "{").replace("]", "}").replace(", ", ","));
                }
                case TIMESTAMP -> all.put(name,
                        value == null
                                ? null
                                : trimmed(value.toString().substring(0, Math.min(26, value.toString().length()))));
                case DECIMAL -> all.put(name, value == null ? null : new BigDecimal(value.toString()).toPlainString());
                case BOOLEAN -> all.put(name, value == null ? null : (Boolean) value ? "t" : "f");
                default -> all.put(name, Objects.toString(value, null));
            }
        }
        return new ArrayList<>(columns.stream().map(all::get).toList());
    }

    /** As PostgreSQL prints: without zeros at the end of a fraction. */
    private static String trimmed(String time) {
        return time.contains(".") ? time.replaceAll("0+$", "").replaceAll("\\.$", "") : time;
    }

    private static String snake(String name) {
        return NAMES.computeIfAbsent(name, Mirror::made);
    }

    private static String made(String name) {
        var snake = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            snake.append(Character.isUpperCase(c) ? "_" : "").append(c);
        }
        return snake.toString().toLowerCase(Locale.ROOT);
    }
}
