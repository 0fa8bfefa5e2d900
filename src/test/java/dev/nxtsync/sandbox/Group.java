package dev.nxtsync.sandbox;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Rows that have the same values in some columns. */
record Group(Collection<Row> members) {

    /** Of all rows, one for each combination of values, which nulls are too; in the order of the values. */
    static List<Row> of(TableModel table, List<ColumnModel> by, Iterable<Row> rows) {
        var groups = new TreeMap<Key, List<Row>>();
        rows.forEach(row -> groups
                .computeIfAbsent(new Key(by.stream().map(row::get).toList()), each -> new ArrayList<>()).add(row));
        return groups.values().stream().map(members -> {
            var values = new HashMap<String, Object>();
            table.columns().forEach(
                    column -> values.put(column.name(), by.contains(column) ? members.get(0).get(column) : null));
            values.put(GroupSchema.AGGREGATES, new Group(members));
            return new Row(table, Row.WRITTEN_ONLY, 0, values);
        }).toList();
    }

    /** The one that a row stands for. */
    static Group of(Row row) {
        return (Group) Objects.requireNonNull(row.written().get(GroupSchema.AGGREGATES));
    }

    /** Nulls do not count; of nothing there is no sum, and no bound. */
    Object aggregate(String function, ColumnModel column) {
        return switch (function) {
            case "count" -> (int) values(column).count();
            case "countDistinct" -> (int) distinct(column).count();
            case "sum" -> sum(values(column));
            case "sumDistinct" -> sum(distinct(column));
            case "average" -> average(column);
            case "minimum" -> values(column).min((a, b) -> Key.compare(column, a, b)).orElse(null);
            case "maximum" -> values(column).max((a, b) -> Key.compare(column, a, b)).orElse(null);
            default -> throw new IllegalArgumentException(function);
        };
    }

    /** @param condition of a having argument: by function, by column, what its value is compared with */
    boolean has(TableModel table, Map<String, Object> condition) {
        return condition.entrySet().stream().allMatch(function -> map(function.getValue()).entrySet().stream()
                .allMatch(column -> map(column.getValue()).entrySet().stream().allMatch(test -> {
                    ColumnModel of = Objects.requireNonNull(table.column(column.getKey()));
                    return Filter.test(test.getKey(), of, aggregate(function.getKey().substring(1), of),
                            test.getValue());
                })));
    }

    private Object average(ColumnModel column) {
        long count = values(column).count();
        return count == 0 ? null : sum(values(column)).divide(BigDecimal.valueOf(count), MathContext.DECIMAL64);
    }

    private Stream<Object> values(ColumnModel column) {
        return members.stream().map(row -> row.get(column)).filter(Objects::nonNull);
    }

    private Stream<Object> distinct(ColumnModel column) {
        var sorted = new TreeMap<Object, Object>((a, b) -> Key.compare(column, a, b));
        values(column).forEach(value -> sorted.put(value, value));
        return sorted.values().stream();
    }

    private static BigDecimal sum(Stream<Object> values) {
        return values.map(value -> new BigDecimal(value.toString())).reduce(BigDecimal::add).orElse(null);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object node) {
        return (Map<String, Object>) node;
    }
}
