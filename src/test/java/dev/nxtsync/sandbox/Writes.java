package dev.nxtsync.sandbox;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

import graphql.GraphQLError;
import graphql.execution.DataFetcherResult;
import graphql.language.VariableReference;
import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;

/** What mutations do to the data: one request at a time, record by record, in the order in which they were sent. */
final class Writes {
    /** Customers from here on do not exist, so that a record that names one is refused. */
    static final int NO_CUSTOMER = 90_000;
    private static final int CUT = 8;
    private static final String AMOUNT = "amountDomestic";

    private final Data data;
    private final Faults faults;
    private final Counters counters;
    private final Webhooks webhooks;
    private volatile String onError;
    /** Whose name created and changed rows carry; guarded by the lock. */
    private String client = "";
    private final Map<String, List<String>> assigned = new ConcurrentHashMap<>();
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    /** What the mutation under way has changed, to be told of once it is committed. */
    private final List<Runnable> changes = new ArrayList<>();

    Writes(Data data, Faults faults, Counters counters, Webhooks webhooks, String onError) {
        this.data = data;
        this.faults = faults;
        this.counters = counters;
        this.webhooks = webhooks;
        this.onError = onError;
    }

    /** @param what as {@link SandboxOptions#onError} */
    void onError(String what) {
        onError = what;
    }

    /** Why a record is not written. */
    private static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final String field;

        Refusal(String message, String field) {
            super(message, null, false, false);
            this.field = field;
        }
    }

    /** Reads what is committed: no request sees a mutation that is under way, and may be undone. */
    <T> T read(Supplier<T> reading) {
        lock.readLock().lock();
        try {
            return reading.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    /** In which order the columns of a row were assigned when it was last written by a mutation. */
    List<String> assigned(int company, TableModel table, Key key) {
        return assigned.getOrDefault(company + table.name() + key, List.of());
    }

    /** How many rows there are with each value of a column. */
    Map<String, Integer> count(int company, TableModel table, String column) {
        var counts = new HashMap<String, Integer>();
        data.rows(company, table.name()).values()
                .forEach(row -> counts.merge(String.valueOf(row.get(table.column(column))), 1, Integer::sum));
        return counts;
    }

    DataFetcher<?> children(TableModel parent, TableModel child) {
        return environment -> {
            Row row = environment.getSource();
            BusinessNxt.Owner owner = environment.getLocalContext();
            return read(() -> Connection.below(child, data.rows(owner.number(), child.name()),
                    row.get(parent.column(parent.key().get(0)))));
        };
    }

    DataFetcher<?> create(TableModel table) {
        return guarded((environment, owner) -> {
            List<Map<String, Object>> values = raw(environment, "values");
            return written(environment, owner, table, values.size(),
                    i -> insert(owner.number(), table, values.get(i), true));
        });
    }

    DataFetcher<?> update(TableModel table) {
        return guarded((environment, owner) -> {
            List<Map<String, Object>> values = raw(environment, "values");
            List<Map<String, Object>> filters = environment.getArgument("filters");
            if (filters == null || values == null) {
                throw new IllegalArgumentException("this sandbox updates by filters and values only");
            }
            return written(environment, owner, table, values.size(),
                    i -> change(owner.number(), table, filters.get(i), values.get(i)));
        });
    }

    DataFetcher<?> delete(TableModel table) {
        return guarded((environment, owner) -> {
            Map<String, Object> filter = environment.getArgument("filter");
            if (filter == null) {
                throw new IllegalArgumentException("this sandbox deletes nothing without a filter");
            }
            List<Row> rows = matching(owner.number(), table, filter);
            for (Row row : rows) {
                data.rows(owner.number(), table.name()).remove(key(table, row));
                changes.add(() -> webhooks.changed(owner.number(), table, key(table, row), "DELETE", client));
            }
            counters.count("deleted", rows.size());
            return result(rows.size(), null, owner);
        });
    }

    /** Marks the rows as processed, those that are already so among them, and counts. */
    DataFetcher<?> process(TableModel table) {
        return guarded((environment, owner) -> {
            Map<String, Object> filter = environment.getArgument("filter");
            String status = table.name() + "Status";
            List<Row> rows = matching(owner.number(), table, filter == null ? Map.of() : filter);
            for (Row row : rows) {
                put(owner.number(), table, key(table, row), row.with(Map.of(status, 9)));
            }
            counters.count("processed", rows.size());
            return DataFetcherResult.newResult().data(Map.of("succeeded", !rows.isEmpty())).localContext(owner).build();
        });
    }

    /** A record, by its number in the request. */
    @FunctionalInterface
    private interface Step {
        List<Row> of(int index);
    }

    @FunctionalInterface
    private interface Field {
        Object in(DataFetchingEnvironment environment, BusinessNxt.Owner owner);
    }

    private DataFetcher<?> guarded(Field field) {
        return environment -> {
            BusinessNxt.Owner owner = environment.getLocalContext() instanceof BusinessNxt.Owner below
                    ? below
                    : environment.getSource();
            Optional<GraphQLError> refusal = BusinessNxt.refusal(owner);
            if (refusal.isPresent()) {
                return DataFetcherResult.newResult().error(refusal.get()).build();
            }
            lock.writeLock().lock();
            try {
                client = environment.getGraphQlContext().get("actor");
                return field.in(environment, owner);
            } finally {
                changes.forEach(Runnable::run);
                changes.clear();
                lock.writeLock().unlock();
            }
        };
    }

    /** Each record in turn; a refused one does to the others what the switch says. */
    private Object written(DataFetchingEnvironment environment, BusinessNxt.Owner owner, TableModel table, int records,
            Step step) {
        var before = onError.equals("atomic") ? copy(owner.number(), table) : null;
        var items = new ArrayList<Row>();
        var errors = new ArrayList<GraphQLError>();
        for (int i = 0; i < records; i++) {
            try {
                items.addAll(step.of(i));
            } catch (Refusal refusal) {
                errors.add(BusinessNxt.recordError(refusal.getMessage(), environment.getExecutionStepInfo().getPath(),
                        i, refusal.field));
                if (!onError.equals("continue")) {
                    break;
                }
            }
        }
        if (!errors.isEmpty() && before != null) {
            restore(owner.number(), before);
        }
        if (!errors.isEmpty()) {
            return DataFetcherResult.newResult().errors(errors).build();
        }
        counters.count("written", items.size());
        return result(items.size(), items, owner);
    }

    private Map<String, ConcurrentSkipListMap<Key, Row>> copy(int company, TableModel table) {
        var copy = new HashMap<String, ConcurrentSkipListMap<Key, Row>>();
        copy.put(table.name(), new ConcurrentSkipListMap<>(data.rows(company, table.name())));
        if (table.children() != null) {
            copy.put(table.children(), new ConcurrentSkipListMap<>(data.rows(company, table.children())));
        }
        return copy;
    }

    private void restore(int company, Map<String, ConcurrentSkipListMap<Key, Row>> before) {
        changes.clear();
        before.forEach((table, rows) -> {
            data.rows(company, table).keySet().retainAll(rows.keySet());
            data.rows(company, table).putAll(rows);
        });
    }

    private static Object result(int rows, List<Row> items, BusinessNxt.Owner owner) {
        var result = new HashMap<String, Object>();
        result.put("affectedRows", rows);
        result.put("items", items);
        return DataFetcherResult.newResult().data(result).localContext(owner).build();
    }

    private List<Row> insert(int company, TableModel table, Map<String, Object> values, boolean isRoot) {
        check(values);
        var own = new LinkedHashMap<String, Object>(values);
        Object children = own.remove(table.children() + "s");
        var row = columns(own);
        String last = table.key().get(table.key().size() - 1);
        if (table.isNumbered()) {
            row.put(last, number(company, table, row));
        } else if (data.row(company, table, row) != null) {
            throw new Refusal("Error: A row with " + last + " " + row.get(last) + " exists already.", last);
        }
        if (isRoot && faults.strikes("key-cut")) {
            row.replaceAll((column, value) -> value instanceof String text && text.length() > CUT
                    ? text.substring(0, CUT)
                    : value instanceof String text ? text.toUpperCase(java.util.Locale.ROOT) : value);
        }
        if (data.isPriced() && last.equals("lineNo")) {
            Wholesaler.price(row, BigDecimal.ZERO);
        }
        row.put("createdByUser", client);
        row.put("createdTimestamp", Row.now());
        Key key = Data.key(table, row);
        put(company, table, key, new Row(table, Row.WRITTEN_ONLY, 0, row));
        assigned.put(company + table.name() + key, List.copyOf(values.keySet()));
        if (children instanceof List<?> list) {
            children(company, table, row, list);
            if (data.isPriced() && table.name().equals("order")) {
                total(company, table, key);
            }
        }
        return List.of(data.rows(company, table.name()).get(key));
    }

    private void total(int company, TableModel table, Key order) {
        TableModel lines = Data.table(table.children());
        var amounts = Connection.below(lines, data.rows(company, lines.name()), order.values().get(0)).items().stream()
                .map(line -> Map.of(AMOUNT, line.get(lines.column(AMOUNT)))).toList();
        put(company, table, order, data.rows(company, table.name()).get(order)
                .with(Map.of("orderAmountDomestic", Wholesaler.sum(amounts))));
    }

    private void children(int company, TableModel table, Map<String, Object> parent, List<?> list) {
        TableModel child = Data.table(table.children());
        boolean partial = list.size() > 1 && faults.strikes("partial-children");
        for (int i = 0; i < (partial ? list.size() / 2 : list.size()); i++) {
            @SuppressWarnings("unchecked")
            var values = new LinkedHashMap<String, Object>((Map<String, Object>) list.get(i));
            values.put(table.key().get(0), parent.get(table.key().get(0)));
            insert(company, child, values, false);
        }
        if (partial) {
            throw new PartlyDone("Error: Row " + (list.size() / 2 + 1) + " of " + table.children()
                    + "s could not be saved; its parent is there.");
        }
    }

    /** A failure that leaves what was done before it. */
    private static final class PartlyDone extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PartlyDone(String message) {
            super(message, null, false, false);
        }
    }

    private List<Row> change(int company, TableModel table, Map<String, Object> filter, Map<String, Object> values) {
        List<Row> rows = matching(company, table, filter);
        if (!rows.isEmpty()) {
            check(values);
        }
        var changed = new ArrayList<Row>();
        for (Row row : rows) {
            put(company, table, key(table, row), row.with(columns(values)));
            assigned.put(company + table.name() + key(table, row), List.copyOf(values.keySet()));
            changed.add(data.rows(company, table.name()).get(key(table, row)));
        }
        return changed;
    }

    private static void check(Map<String, Object> values) {
        if (values.get("customerNo") instanceof Number customer && customer.intValue() >= NO_CUSTOMER) {
            throw new Refusal("Error: Customer no. " + customer + " does not exist.", "customerNo");
        }
    }

    /** As they are stored: names of enumerations are numbers. */
    private static Map<String, Object> columns(Map<String, Object> values) {
        var columns = new LinkedHashMap<String, Object>();
        values.forEach((name, value) -> {
            if (name.endsWith("AsEnum")) {
                columns.put(name.substring(0, name.length() - 6), List.of(TableModel.ENUM_NAMES).indexOf(value));
            } else if (value != null) {
                columns.put(name, value);
            }
        });
        return columns;
    }

    private int number(int company, TableModel table, Map<String, Object> row) {
        var rows = data.rows(company, table.name());
        if (table.key().size() == 1) {
            return rows.isEmpty() ? 1 : ((Number) rows.lastKey().values().get(0)).intValue() + 1;
        }
        long parent = ((Number) row.get(table.key().get(0))).longValue();
        var own = rows.subMap(new Key(List.of(parent)), new Key(List.of(parent + 1)));
        return own.isEmpty() ? 1 : ((Number) own.lastKey().values().get(1)).intValue() + 1;
    }

    private List<Row> matching(int company, TableModel table, Map<String, Object> filter) {
        var test = new Filter(table, filter);
        var rows = data.rows(company, table.name());
        var from = test.lowerBound(table.key().get(0));
        return (from.isPresent() ? rows.tailMap(new Key(List.of(from.get())), true) : rows).values().stream()
                .filter(test::accepts).toList();
    }

    private void put(int company, TableModel table, Key key, Row row) {
        Row before = data.rows(company, table.name()).put(key,
                row.with(Map.of("changedByUser", client, "changedTimestamp", Row.now())));
        changes.add(() -> webhooks.changed(company, table, key, before == null ? "INSERT" : "UPDATE", client));
    }

    private static Key key(TableModel table, Row row) {
        return new Key(table.key().stream().map(column -> row.get(table.column(column))).toList());
    }

    /** An argument as the request had it: the order of members counts, and coercion would lose it. */
    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> raw(DataFetchingEnvironment environment, String argument) {
        for (var given : environment.getField().getArguments()) {
            if (given.getName().equals(argument) && given.getValue() instanceof VariableReference variable) {
                Map<String, Object> variables = environment.getGraphQlContext().get("variables");
                return (List<Map<String, Object>>) variables.get(variable.getName());
            }
        }
        return environment.getArgument(argument);
    }
}
