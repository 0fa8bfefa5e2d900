package dev.nxtsync.pull.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

import dev.nxtsync.config.Nearest;
import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SnakeCase;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.database.SqlName;
import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Scope;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.target.ColumnType;
import dev.nxtsync.pull.target.TargetColumn;
import dev.nxtsync.pull.target.TargetTable;

/**
 * Which fields of a table are asked for, and which column of the target each fills.
 *
 * @param columns the API's columns that are read
 * @param remarks what somebody should look at, though nothing is in the way
 * @param fields to select, each once
 * @param sources for each target column, the index of its field
 */
public record TableMapping(List<String> columns, List<String> remarks, List<String> fields, List<Integer> sources,
        TargetTable target) {
    private static final String CHANGE_STAMP = Table.CHANGED;

    /** The same for some of its columns only, among them the key. */
    public TableMapping only(Predicate<TargetColumn> wanted) {
        var kept = new LinkedHashMap<String, Integer>();
        var keptSources = new ArrayList<Integer>();
        for (int i = 0; i < sources.size(); i++) {
            if (wanted.test(target.columns().get(i))) {
                String field = fields.get(sources.get(i));
                var index = kept.putIfAbsent(field, kept.size());
                keptSources.add(index == null ? kept.size() - 1 : index);
            }
        }
        return new TableMapping(columns, remarks, List.copyOf(kept.keySet()), List.copyOf(keptSources),
                target.only(wanted));
    }

    /** The same into a database of this encoding. */
    TableMapping in(Encoding encoding) {
        return new TableMapping(columns, remarks, fields, sources, target.in(encoding));
    }

    /** What cannot be mapped as configured; each problem says what to do. */
    public static final class Unmappable extends Exception {
        private static final long serialVersionUID = 1L;

        Unmappable(List<String> problems) {
            super(String.join(" ", problems), null, false, false);
        }
    }

    public static TableMapping of(Settings.Pull pull, Table table, List<String> key, String schema) throws Unmappable {
        var problems = new ArrayList<String>();
        for (String name : List.of(pull.columns(), key).stream().flatMap(List::stream).distinct()
                .toList()) {
            if (!table.columns().containsKey(name)) {
                problems.add("The table " + table.name() + " has no column " + name + " that this client id can read"
                        + Nearest.hint(name, table.columns().keySet()) + ".");
            }
        }
        var remarks = pull.except().stream().filter(name -> !table.columns().containsKey(name))
                .map(name -> "The table " + table.name() + " has no column " + name + " to except"
                        + Nearest.hint(name, table.columns().keySet()) + ".")
                .toList();
        for (String name : key) {
            if (pull.except().contains(name)) {
                problems.add("The key column " + name + " cannot be excepted.");
            }
        }
        var builder = new Builder(pull, key);
        var wanted = table.columns().values().stream().filter(builder::wanted).toList();
        wanted.forEach(builder::add);
        problems.addAll(builder.problems);
        String owner = table.scope() == Scope.COMPANY ? "nxt_company" : "nxt_customer";
        String name = pull.targetName();
        if (!SqlName.fits(name)) {
            problems.add("The name " + name + " is longer than PostgreSQL's " + SqlName.LONGEST
                    + " bytes; set NXT_PULLS_…_TARGET.");
        }
        if (!problems.isEmpty()) {
            throw new Unmappable(problems);
        }
        var target = new TargetTable(schema, name, owner,
                "Business NXT's table " + table.name() + ", kept by nxt-sync", List.copyOf(builder.columns.values()),
                key.stream().map(SnakeCase::of).toList(),
                table.tellsChanges() ? Optional.of(SnakeCase.of(CHANGE_STAMP)) : Optional.empty(),
                pull.deletes() == Settings.Deletes.REMOVE);
        return new TableMapping(wanted.stream().map(Column::name).toList(), remarks,
                List.copyOf(builder.fields.keySet()),
                List.copyOf(builder.sources), target);
    }

    private static final class Builder {
        final Settings.Pull pull;
        final List<String> key;
        final Map<String, Integer> fields = new LinkedHashMap<>();
        final Map<String, TargetColumn> columns = new LinkedHashMap<>();
        final Map<String, String> origins = new HashMap<>();
        final List<Integer> sources = new ArrayList<>();
        final List<String> problems = new ArrayList<>();

        Builder(Settings.Pull pull, List<String> key) {
            this.pull = pull;
            this.key = key;
        }

        /** Key and change stamp are always read: without them no two reads of a row could be put in order. */
        boolean wanted(Column column) {
            return key.contains(column.name()) || column.name().equals(CHANGE_STAMP)
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
                case FLAGS -> put(name, type(column.scalar()), column, column.name(), "a sum of flags");
                case NONE -> put(name, type(column.scalar()), column, column.name(), column.scalar().equals("DateTime")
                        ? "in the server's local time, cut to microseconds"
                        : "");
            }
            if (key.contains(column.name())) {
                field(column.name());
            }
        }

        private void put(String name, ColumnType type, Column column, String field, String remark) {
            var other = origins.put(name, column.name());
            if (other != null) {
                problems.add("The columns " + other + " and " + column.name() + " would both be " + name
                        + "; except one of them.");
            }
            if (name.startsWith("nxt_")) {
                problems.add("The column " + column.name() + " would be " + name
                        + ", but nxt_ is reserved for nxt-sync; except it.");
            }
            if (!SqlName.fits(name)) {
                problems.add("The column " + column.name() + " has a name longer than PostgreSQL's " + SqlName.LONGEST
                        + " bytes; except it.");
            }
            columns.put(name, new TargetColumn(name, type,
                    column.name() + " (" + column.scalar() + ")" + (remark.isEmpty() ? "" : ": " + remark),
                    column.name()));
            sources.add(field(field));
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
}
