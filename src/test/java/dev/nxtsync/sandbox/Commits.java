package dev.nxtsync.sandbox;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.vertx.core.Vertx;

/** Writes to the data, as other users of the ERP make them, with what can go wrong between a write and its commit. */
final class Commits {
    private static final String CHANGED = "changedTimestamp";
    /** Stamps are equal within one moment. */
    private static final long MOMENT = 100_000_000;

    private final Vertx vertx;
    private final Data data;
    private final Faults faults;
    private final Webhooks webhooks;
    private final Random random;
    private final long longest;
    private final Set<String> pending = ConcurrentHashMap.newKeySet();
    private volatile String lastStamp = Row.now();
    private volatile long lastStampAt = System.nanoTime();

    /** @param longest how long a transaction may stay open, in milliseconds */
    Commits(Vertx vertx, Data data, Faults faults, Webhooks webhooks, long seed, long longest) {
        this.vertx = vertx;
        this.data = data;
        this.faults = faults;
        this.webhooks = webhooks;
        this.random = new Random(seed);
        this.longest = longest;
    }

    /** How many transactions are open. */
    int pending() {
        return pending.size();
    }

    /** Inserts or updates by key. A stamp that is not given is the server's time. */
    void put(int owner, TableModel table, Map<String, Object> values) {
        var all = new HashMap<>(values);
        all.putIfAbsent(CHANGED, stamp());
        String row = owner + table.name() + Data.key(table, all);
        if (!pending.isEmpty() && pending.contains(row)) {
            // it waits for the lock of another transaction, and gives up
            return;
        }
        if (faults.strikes("late-commit")) {
            pending.add(row);
            newStamp(owner, table, values, all);
            vertx.setTimer(delay(), timer -> {
                commit(owner, table, all);
                pending.remove(row);
            });
        } else if (faults.strikes("phantom-row")) {
            pending.add(row);
            newStamp(owner, table, values, all);
            Row before = data.row(owner, table, all);
            data.put(owner, table, all);
            vertx.setTimer(delay(), timer -> {
                data.restore(owner, table, all, before);
                pending.remove(row);
            });
        } else {
            commit(owner, table, all);
        }
    }

    /** A change that comes late, or goes again, with the stamp that its row has already: nobody could see it. */
    private void newStamp(int owner, TableModel table, Map<String, Object> given, Map<String, Object> all) {
        Row row = data.row(owner, table, all);
        if (row != null && !given.containsKey(CHANGED) && all.get(CHANGED).equals(row.get(table.column(CHANGED)))) {
            all.put(CHANGED, Row.now());
        }
    }

    private void commit(int owner, TableModel table, Map<String, Object> values) {
        boolean isNew = data.row(owner, table, values) == null;
        data.put(owner, table, values);
        webhooks.changed(owner, table, Data.key(table, values), isNew ? "INSERT" : "UPDATE",
                String.valueOf(values.getOrDefault("changedByUser", "somebody")));
    }

    void delete(int owner, TableModel table, Map<String, Object> key) {
        if (pending.isEmpty() || !pending.contains(owner + table.name() + Data.key(table, key))) {
            boolean was = data.row(owner, table, key) != null;
            data.delete(owner, table, key);
            if (was) {
                webhooks.changed(owner, table, Data.key(table, key), "DELETE", "somebody");
            }
        }
    }

    private long delay() {
        return 1L + random.nextInt((int) longest);
    }

    private String stamp() {
        if (System.nanoTime() - lastStampAt < MOMENT && faults.strikes("equal-stamps")) {
            return lastStamp;
        }
        String stamp = faults.strikes("clock-back") ? Row.before(3600) : Row.now();
        lastStampAt = System.nanoTime();
        lastStamp = stamp;
        return stamp;
    }
}
