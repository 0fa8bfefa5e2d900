package dev.nxtsync.pull;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.nxtsync.pull.plan.PageSize;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.schedule.Claim;

/** What this process has learned of reconciliations. Thread-safe. */
final class ListingMemory {
    /** Keys in one question; how many a filter may have is not documented. */
    private static final int KEYS = 200;

    private final WalkMemory walks = new WalkMemory();
    private final Map<String, PageSize> keyCounts = new ConcurrentHashMap<>();
    /** Comparisons in a row that have begun and come to nothing, by unit. */
    private final Map<Long, Integer> unfinished = new ConcurrentHashMap<>();

    WalkMemory walks() {
        return walks;
    }

    /** How many keys of a pull go into one question. */
    PageSize keys(PullPlan plan) {
        return keyCounts.computeIfAbsent(plan.name(), each -> new PageSize(KEYS, KEYS));
    }

    /** A comparison begins. Says how many before it have come to nothing. */
    int comparisonBegins(Claim claim) {
        return unfinished.merge(claim.unit(), 1, Integer::sum) - 1;
    }

    void comparisonEnded(Claim claim) {
        unfinished.remove(claim.unit());
    }
}
