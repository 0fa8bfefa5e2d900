package dev.nxtsync.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** One page of a table: total count, page information and items, with cursors that are offsets. */
final class Connection {
    private final TableModel table;
    private final ConcurrentSkipListMap<Key, Row> rows;
    private final Optional<Filter> filter;
    private final int offset;
    private final List<Row> items;
    private boolean more;
    private boolean isCounted = true;

    /** @param ignoresFirst whether all groups come, though fewer are asked for */
    Connection(TableModel table, ConcurrentSkipListMap<Key, Row> rows, Map<String, Object> arguments,
            boolean ignoresFirst) {
        this.table = table;
        this.rows = rows;
        @SuppressWarnings("unchecked")
        var expression = (Map<String, Object>) arguments.get("filter");
        this.filter = Optional.ofNullable(expression).map(each -> new Filter(table, each));
        int first = Optional.of(arguments).filter(all -> !ignoresFirst || !all.containsKey("groupBy"))
                .flatMap(all -> positive(all, "first").or(() -> positive(all, "last"))).orElse(Integer.MAX_VALUE - 1);
        this.offset = Optional.ofNullable((String) arguments.get("after")).map(Connection::decoded).orElse(0)
                + positive(arguments, "skip").orElse(0);
        Iterable<Row> ordered = arguments.containsKey("groupBy") ? grouped(arguments) : ordered(arguments);
        items = new ArrayList<>();
        int position = 0;
        boolean goesOn = false;
        for (Row row : ordered) {
            if (!arguments.containsKey("groupBy") && filter.isPresent() && !filter.get().accepts(row)) {
                continue;
            }
            if (position++ < offset) {
                continue;
            }
            if (items.size() == first) {
                goesOn = true;
                break;
            }
            items.add(row);
        }
        more = goesOn;
    }

    /** The rows of a table whose key begins with a value. */
    static Connection below(TableModel table, ConcurrentSkipListMap<Key, Row> rows, Object parent) {
        return new Connection(table,
                new ConcurrentSkipListMap<>(
                        rows.subMap(new Key(List.of(parent)), new Key(List.of(((Number) parent).longValue() + 1)))),
                Map.of(), false);
    }

    /** Loses the last rows, and that there are more. */
    void truncate() {
        items.subList(items.size() / 2, items.size()).clear();
        more = false;
    }

    /** Lacks a row, and says nothing of it. */
    void lose() {
        items.remove(items.size() / 2);
    }

    /** Ends with the row with which it began. */
    void repeat() {
        if (items.size() > 1) {
            items.add(items.get(0));
        }
    }

    List<Row> items() {
        return items;
    }

    /** Does not tell how many rows there are, though the schema says that it does. */
    void refuseCount() {
        isCounted = false;
    }

    int totalCount() {
        if (!isCounted) {
            throw new IllegalStateException("The count of rows is not available.");
        }
        return filter.isEmpty() ? rows.size() : (int) rows.values().stream().filter(filter.get()::accepts).count();
    }

    Map<String, Object> pageInfo() {
        return Map.of("hasNextPage", more, "hasPreviousPage", offset > 0, "startCursor", encoded(offset), "endCursor",
                encoded(offset + items.size()));
    }

    private List<Row> grouped(Map<String, Object> arguments) {
        var by = ((List<?>) arguments.get("groupBy")).stream().flatMap(each -> ((Map<?, ?>) each).keySet().stream())
                .map(name -> table.column((String) name)).toList();
        var groups = Group
                .of(table, by,
                        rows.values().stream().filter(row -> filter.isEmpty() || filter.get().accepts(row)).toList())
                .stream();
        if (arguments.containsKey("having")) {
            groups = groups.filter(row -> Group.of(row).has(table, map(arguments.get("having"))));
        }
        if (arguments.get("orderBy") instanceof List<?> list) {
            for (int i = list.size() - 1; i >= 0; i--) {
                groups = groups.sorted(order(map(list.get(i))));
            }
        }
        return groups.toList();
    }

    /** By a column, or by an aggregate of one. */
    private Comparator<Row> order(Map<String, Object> argument) {
        var entry = argument.entrySet().iterator().next();
        String name = entry.getKey();
        var inner = name.startsWith("_") ? map(entry.getValue()).entrySet().iterator().next() : entry;
        ColumnModel column = table.column(inner.getKey());
        Comparator<Row> order = name.startsWith("_")
                ? (a, b) -> Key.compare(Group.of(a).aggregate(name.substring(1), column),
                        Group.of(b).aggregate(name.substring(1), column))
                : (a, b) -> Key.compare(column, a.get(column), b.get(column));
        return inner.getValue().equals("ASC") ? order : order.reversed();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(Object node) {
        return (Map<String, Object>) node;
    }

    private Iterable<Row> ordered(Map<String, Object> arguments) {
        var columns = new ArrayList<String>();
        Comparator<Row> order = null;
        boolean ascending = true;
        boolean descending = true;
        for (String argument : List.of("orderBy", "sortOrder")) {
            if (arguments.get(argument) instanceof List<?> list) {
                for (Object each : list) {
                    var entry = ((Map<?, ?>) each).entrySet().iterator().next();
                    ColumnModel column = table.column((String) entry.getKey());
                    Comparator<Row> next = (a, b) -> Key.compare(column, a.get(column), b.get(column));
                    boolean up = entry.getValue().equals("ASC");
                    ascending &= up;
                    descending &= !up;
                    columns.add(column.name());
                    order = order == null
                            ? up ? next : next.reversed()
                            : order.thenComparing(up ? next : next.reversed());
                }
            }
        }
        if (order == null || (ascending && columns.equals(table.key()))) {
            return filter.flatMap(each -> each.lowerBound(table.key().get(0)))
                    .map(bound -> rows.tailMap(new Key(List.of(bound)), true)).orElse(rows).values();
        }
        if (columns.equals(table.key()) && descending) {
            return rows.descendingMap().values();
        }
        return rows.values().stream().filter(row -> filter.isEmpty() || filter.get().accepts(row)).sorted(order)
                .toList();
    }

    private static Optional<Integer> positive(Map<String, Object> arguments, String name) {
        var value = Optional.ofNullable((Integer) arguments.get(name));
        if (value.isPresent() && value.get() < 1) {
            throw new IllegalArgumentException("The argument '" + name + "' must be a positive integer.");
        }
        return value;
    }

    private static String encoded(int position) {
        return Base64.getEncoder().encodeToString(Integer.toString(position).getBytes(StandardCharsets.US_ASCII));
    }

    private static int decoded(String cursor) {
        return Integer.parseInt(new String(Base64.getDecoder().decode(cursor), StandardCharsets.US_ASCII));
    }
}
