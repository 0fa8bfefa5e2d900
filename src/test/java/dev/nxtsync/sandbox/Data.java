package dev.nxtsync.sandbox;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** The rows of the demo customer. Safe for any number of threads. */
final class Data {
    static final int CUSTOMER = 1_111_222;
    static final Map<Integer, String> COMPANIES = new LinkedHashMap<>(
            Map.of(5_280_001, "Fjord AS", 5_280_002, "Fjell AS", 5_280_003, "Skog AB"));

    private final Map<Integer, Map<String, ConcurrentSkipListMap<Key, Row>>> owners = new HashMap<>();

    Data(SandboxOptions options) {
        int[] divisors = {1, 10, 100};
        List<Integer> companies = COMPANIES.keySet().stream().sorted().toList();
        for (TableModel table : TableModel.ALL) {
            int rows = options.rows().getOrDefault(table.name(), table.rows());
            if (table.system()) {
                fill(CUSTOMER, table, rows, options.seed());
            } else {
                for (int i = 0; i < companies.size(); i++) {
                    fill(companies.get(i), table, rows / divisors[i], options.seed());
                }
            }
        }
        for (int i = 0; i < companies.size(); i++) {
            put(CUSTOMER, table("company"), Map.of("companyNo", i + 1, "name", COMPANIES.get(companies.get(i)),
                    "vismaNetCompanyId", companies.get(i)));
        }
    }

    static TableModel table(String name) {
        return TableModel.ALL.stream().filter(table -> table.name().equals(name)).findFirst().orElse(null);
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
        rows(owner, table.name()).compute(key(table, values), (key, old) -> old == null
                ? new Row(table, Row.WRITTEN_ONLY, 0, new HashMap<>(values))
                : old.with(values));
    }

    void delete(int owner, TableModel table, Map<String, Object> key) {
        rows(owner, table.name()).remove(key(table, key));
    }

    private static Key key(TableModel table, Map<String, Object> values) {
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
