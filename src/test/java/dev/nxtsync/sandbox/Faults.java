package dev.nxtsync.sandbox;

import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** What goes wrong on purpose, and how often. */
final class Faults {
    static final Set<String> KNOWN = Set.of("throttle", "busy", "html-401", "5xx", "lost-answer", "late-finish", "slow",
            "cut-body", "poison-row", "late-commit", "phantom-row", "clock-back", "equal-stamps", "lagging-read",
            "drift-column", "retype-column", "no-count", "refused-count", "refused-counting", "repeat-row", "key-cut",
            "partial-children", "duplicate-webhook", "reorder-webhook", "token-html", "token-slow", "token-down",
            "token-lost-answer", "token-expired-on-arrival", "no-expires-in", "token-line-feed", "token-for-ever",
            "odd-name", "no-grouping", "hidden-table", "refused-grouping", "group-first-ignored", "group-first-refused",
            "stale-sum", "silent-loss");

    private final Map<String, Double> shares = new ConcurrentHashMap<>();
    private final Random random;

    Faults(Map<String, Double> shares, long seed) {
        this.random = new Random(seed);
        replace(shares);
    }

    void replace(Map<String, Double> all) {
        var unknown = new TreeSet<>(all.keySet());
        unknown.removeAll(KNOWN);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException(
                    "this sandbox does not have the faults " + unknown + ", but " + new TreeSet<>(KNOWN));
        }
        shares.clear();
        shares.putAll(all);
    }

    /** Whether it strikes this request. */
    boolean strikes(String fault) {
        var share = shares.get(fault);
        return share != null && share > 0 && random.nextDouble() < share;
    }

    /** Whether the fault is on at all. */
    boolean isOn(String fault) {
        return shares.getOrDefault(fault, 0.0) > 0;
    }

    /** Whether it strikes this row: always or never, as long as the share stays. */
    boolean strikesRow(String fault, int rowHash) {
        var share = shares.get(fault);
        return share != null && Math.floorMod(rowHash * 0x9E3779B1, 1_000_000) < share * 1_000_000;
    }
}
