package dev.nxtsync.push;

import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import dev.nxtsync.graphql.Failure;

/** Keeps, from run to run of one lane, how many rows may be taken together, and which were not answered. Safe for any number of threads. */
final class UnansweredRows {
    private static final int MOST = 400;
    /** Longer than any pause before a row is tried again: what is older was settled elsewhere, or by nobody's fault. */
    private static final long STALE = Duration.ofMinutes(15).toNanos();

    private final Map<Long, Suspect> suspects = new ConcurrentHashMap<>();
    private final Map<Long, Tries> tries = new ConcurrentHashMap<>();
    private volatile int together = MOST;
    private volatile int limit = MOST;

    /**
     * A row that was asked for alone, and not answered.
     *
     * @param before how many requests had been answered then
     */
    record Suspect(Failure failure, long before) {}

    /** @param at the last, on this process' monotonic clock */
    private record Tries(int number, long at) {}

    /** How many rows may be taken together. */
    int together() {
        return together;
    }

    /** Notes that so many were worked on together. */
    void worked(int rows) {
        together = Math.min(limit, Math.max(together, 2 * rows));
    }

    /** Halves so many rows, of which one is at fault. */
    void split(int rows) {
        together = Math.max(1, rows / 2);
    }

    /** Notes that so many together were not answered, though other requests are. */
    void tooMany(int rows) {
        limit = Math.max(1, rows / 2);
        together = limit;
    }

    /** Takes one row, since nothing is answered: that costs least. */
    void probe() {
        together = 1;
    }

    /** Takes more together after a run in which all was answered. */
    void eased() {
        limit = Math.min(MOST, 2 * limit);
    }

    /** Suspects a row that failed alone; how many go together is no question then. */
    void suspect(long row, Suspect why) {
        suspects.put(row, why);
        limit = MOST;
        together = 1;
    }

    /** Rows that others go before, until something else has been answered. */
    Set<Long> suspects() {
        return suspects.keySet();
    }

    /** The suspects that failed before the last of so many answers. */
    Map<Long, Suspect> proven(long answers) {
        var proven = new TreeMap<>(suspects);
        proven.values().removeIf(suspect -> suspect.before() >= answers);
        return proven;
    }

    /** Suspects these no longer, until they fail again. */
    void forget(Collection<Long> rows) {
        suspects.keySet().removeAll(rows);
    }

    /** Forgets what was held against these, since they were answered or settled. */
    void clear(Collection<Long> rows) {
        forget(rows);
        tries.keySet().removeAll(rows);
    }

    /** Counts a row that was not answered, though something else was after that. Says how often in a row. */
    int tried(long row) {
        forgetStale();
        var now = new Tries(1, System.nanoTime());
        return tries.merge(row, now, (before, one) -> new Tries(before.number() + 1, one.at())).number();
    }

    /** Rows that were lately not answered, though others were. */
    Set<Long> tried() {
        forgetStale();
        return tries.keySet();
    }

    private void forgetStale() {
        long now = System.nanoTime();
        tries.values().removeIf(each -> now - each.at() > STALE);
    }
}
