package dev.nxtsync.sandbox;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** The rows of the demo customer. Safe for any number of threads. */
final class Data {
    static final int CUSTOMER = 1_111_222;
    private static final int FIRST_COMPANY = 5_280_001;
    private static final String[] NAMES = {"Fjord AS", "Fjell AS", "Skog AB"};

    private static final String ORDER = "order";

    private final Map<Integer, String> companies = new TreeMap<>();
    private final boolean isPriced;
    private final Map<Integer, Map<String, ConcurrentSkipListMap<Key, Row>>> owners = new HashMap<>();
    private volatile Map<Integer, Map<String, ConcurrentSkipListMap<Key, Row>>> lagging = Map.of();

    Data(SandboxOptions options) {
        for (int i = 0; i < options.companies(); i++) {
            companies.put(FIRST_COMPANY + i, i < NAMES.length ? NAMES[i] : "Company " + (i + 1));
        }
        this.isPriced = options.wholesaler();
        for (TableModel table : options.allTables()) {
            int rows = isPriced ? 0 : options.rows().getOrDefault(table.name(), table.rows());
            if (table.system()) {
                fill(CUSTOMER, table, rows, options.seed());
            } else {
                companies.keySet().forEach(company -> fill(company, table, rows / share(company), options.seed()));
            }
        }
        if (isPriced) {
            int orders = options.rows().getOrDefault(ORDER, table(ORDER).rows());
            companies.keySet().forEach(company -> wholesaler(options.seed() + company).tables(orders / share(company))
                    .forEach((table, rows) -> rows.forEach(row -> put(company, table(table), row))));
            wholesaler(options.seed()).users().forEach(user -> put(CUSTOMER, table("user"), user));
        }
        companies.forEach((company, name) -> put(CUSTOMER, table("company"),
                Map.of("companyNo", company - FIRST_COMPANY + 1, "name", name, "vismaNetCompanyId", company)));
    }

    /** The first company has all, the second a tenth, the others a hundredth. */
    private static int share(int company) {
        return company == FIRST_COMPANY ? 1 : company == FIRST_COMPANY + 1 ? 10 : 100;
    }

    static Wholesaler wholesaler(long seed) {
        return new Wholesaler(LocalDate.now(ZoneId.of("Europe/Oslo")), seed);
    }

    /** Whether lines of orders have the prices of their products, and orders the sum of their lines. */
    boolean isPriced() {
        return isPriced;
    }

    /** By Visma.net company id. */
    Map<Integer, String> companies() {
        return companies;
    }

    /** Keeps the rows as they are now for readers that lag behind. */
    void snapshot() {
        var copy = new HashMap<Integer, Map<String, ConcurrentSkipListMap<Key, Row>>>();
        owners.forEach((owner, tables) -> {
            var all = new HashMap<String, ConcurrentSkipListMap<Key, Row>>();
            tables.forEach((name, rows) -> all.put(name, new ConcurrentSkipListMap<>(rows)));
            copy.put(owner, all);
        });
        lagging = copy;
    }

    /** As it was a while ago, where that is known. */
    ConcurrentSkipListMap<Key, Row> laggingRows(int owner, String table) {
        var tables = lagging.get(owner);
        return tables == null ? rows(owner, table) : tables.get(table);
    }

    Row row(int owner, TableModel table, Map<String, Object> key) {
        return rows(owner, table.name()).get(key(table, key));
    }

    /** Puts a row back as it was; null for one that was not there. */
    void restore(int owner, TableModel table, Map<String, Object> key, Row row) {
        if (row == null) {
            delete(owner, table, key);
        } else {
            rows(owner, table.name()).put(key(table, key), row);
        }
    }

    static TableModel table(String name) {
        return TableModel.ALL.stream().filter(table -> table.name().equals(name)).findFirst()
                .orElseGet(() -> GeneratedTables.named(name));
    }

    ConcurrentSkipListMap<Key, Row> rows(int owner, String table) {
        var tables = owners.get(owner);
        return tables == null ? null : tables.get(table);
    }

    Collection<Row> all(int owner, String table) {
        return rows(owner, table).values();
    }

    /** Inserts or updates by key. What is not given stays, or is empty. */
    void put(int owner, TableModel table, Map<String, Object> values) {
        rows(owner, table.name()).compute(key(table, values), (key,
                old) -> old == null ? new Row(table, Row.WRITTEN_ONLY, 0, new HashMap<>(values)) : old.with(values));
    }

    void delete(int owner, TableModel table, Map<String, Object> key) {
        rows(owner, table.name()).remove(key(table, key));
    }

    static Key key(TableModel table, Map<String, Object> values) {
        for (String column : table.key()) {
            if (!values.containsKey(column)) {
                throw new IllegalArgumentException("the key column " + column + " is missing");
            }
        }
        return new Key(table.key().stream().map(values::get).toList());
    }

    private void fill(int owner, TableModel table, int count, long seed) {
        var rows = new ConcurrentSkipListMap<Key, Row>();
        int salt = Long.hashCode(seed) * 31 + owner;
        var keys = table.key().stream().map(table::column).toList();
        for (int number = 0; number < count; number++) {
            var row = new Row(table, number, salt, Map.of());
            rows.put(new Key(keys.stream().map(row::get).toList()), row);
        }
        owners.computeIfAbsent(owner, each -> new HashMap<>()).put(table.name(), rows);
    }
}
