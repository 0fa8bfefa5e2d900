package dev.nxtsync.pull.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SnakeCase;
import dev.nxtsync.database.SqlName;
import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.pull.target.ColumnType;
import dev.nxtsync.pull.target.TargetColumn;

/** Finds out which columns a target has, and from which fields of an answer they come. */
final class MappingBuilder {
    final Settings.Pull pull;
    final List<String> key;
    final Map<String, Integer> fields = new LinkedHashMap<>();
    final Map<String, TargetColumn> columns = new LinkedHashMap<>();
    final Map<String, String> origins = new HashMap<>();
    final List<Integer> sources = new ArrayList<>();
    final List<String> problems = new ArrayList<>();

    MappingBuilder(Settings.Pull pull, List<String> key) {
        this.pull = pull;
        this.key = key;
    }

    /** Key and change stamp are always read: without them no two reads of a row could be put in order. */
    boolean wanted(Column column) {
        return key.contains(column.name()) || column.name().equals(TableMapping.CHANGE_STAMP)
                || ((pull.columns().isEmpty() || pull.columns().contains(column.name()))
                        && !pull.except().contains(column.name()));
    }

    void add(Column column) {
        String name = SnakeCase.of(column.name());
        switch (column.companion()) {
            case DATE -> put(name, ColumnType.DATE, column, column.name(), "a date; 0 and invalid dates are null");
            case TIME -> put(name, ColumnType.TIME, column, column.companionField(), "a time of day");
            case ENUM -> {
                put(name, type(column.scalar()), column, column.name(), "an enumeration's number");
                put(name + "_as_enum", ColumnType.TEXT, column, column.companionField(),
                        "the name of the enumeration's value");
            }
            case FLAGS -> {
                put(name, type(column.scalar()), column, column.name(), "a sum of flags");
                put(name + "_flags", ColumnType.NAMES, column, column.companionField(),
                        "the names of the flags that are set");
            }
            case NONE -> put(name, type(column.scalar()), column, column.name(),
                    column.scalar().equals("DateTime") ? "in the server's local time, cut to microseconds" : "");
        }
        if (key.contains(column.name())) {
            field(column.name());
        }
    }

    private void put(String name, ColumnType type, Column column, String field, String remark) {
        var other = origins.put(name, column.name());
        if (other != null) {
            problems.add("The columns " + other + " and " + column.name() + " would both be " + name
                    + "; leave one of them out by " + except() + ".");
        }
        if (name.startsWith("nxt_")) {
            problems.add("The column " + column.name() + " would be " + name
                    + ", but nxt_ is reserved for nxt-sync; leave it out by " + except() + ".");
        }
        if (!SqlName.fits(name)) {
            problems.add("The column " + column.name() + " has a name longer than the " + SqlName.LONGEST
                    + " bytes of PostgreSQL; leave it out by " + except() + ".");
        }
        columns.put(name, new TargetColumn(name, type,
                column.name() + " (" + column.scalar() + ")" + (remark.isEmpty() ? "" : ": " + remark), column.name()));
        sources.add(field(field));
    }

    private String except() {
        return Settings.Pull.variable(pull.name(), "EXCEPT");
    }

    private int field(String name) {
        var known = fields.get(name);
        if (known != null) {
            return known;
        }
        fields.put(name, fields.size());
        return fields.size() - 1;
    }

    private static ColumnType type(String scalar) {
        return switch (scalar) {
            case "Int", "Short", "Byte" -> ColumnType.INTEGER;
            case "Long" -> ColumnType.BIGINT;
            case "Decimal", "Float" -> ColumnType.NUMERIC;
            case "Boolean" -> ColumnType.BOOLEAN;
            case "DateTime" -> ColumnType.TIMESTAMP;
            case "Date" -> ColumnType.DATE;
            default -> ColumnType.TEXT;
        };
    }
}
