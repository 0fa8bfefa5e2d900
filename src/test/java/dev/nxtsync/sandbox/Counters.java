package dev.nxtsync.sandbox;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** What the server has seen. Safe for any number of threads. */
final class Counters {
    private static final long MINUTE = 60_000_000_000L;

    private final Map<String, Long> counts = new TreeMap<>();
    private final Map<String, Deque<Long>> arrivals = new HashMap<>();
    private final Map<String, Integer> inProgress = new HashMap<>();
    private final Map<String, Integer> live = new HashMap<>();

    void count(String name) {
        count(name, 1);
    }

    synchronized void count(String name, long amount) {
        counts.merge(name, amount, Long::sum);
    }

    /** Counts a request with a token. Answers how many there were with it in the last 60 seconds, this one included. */
    synchronized int arrived(String token) {
        long now = System.nanoTime();
        var times = arrivals.computeIfAbsent(token, each -> new ArrayDeque<>());
        while (!times.isEmpty() && now - times.getFirst() >= MINUTE) {
            times.removeFirst();
        }
        times.addLast(now);
        counts.merge("peak_per_minute", (long) times.size(), Math::max);
        return times.size();
    }

    /** Counts a request of a company or customer as begun. Answers how many are now in progress. */
    synchronized int begun(String owner) {
        int now = inProgress.merge(owner, 1, Integer::sum);
        counts.merge("peak_live", (long) live.merge(owner, 1, Integer::sum), Math::max);
        counts.merge("peak_in_progress", (long) now, Math::max);
        return now;
    }

    /** The answer is gone, whether or not the server knows. */
    synchronized void left(String owner) {
        live.merge(owner, -1, Integer::sum);
    }

    synchronized void ended(String owner) {
        inProgress.merge(owner, -1, Integer::sum);
    }

    synchronized Map<String, Long> all() {
        var all = new TreeMap<>(counts);
        for (String name : new String[]{"requests", "token_requests", "unauthorized", "peak_per_minute",
                "peak_in_progress"}) {
            all.putIfAbsent(name, 0L);
        }
        return all;
    }

    long of(String name) {
        return all().getOrDefault(name, 0L);
    }
}
