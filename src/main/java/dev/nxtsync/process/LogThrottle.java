package dev.nxtsync.process;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Keeps what happens often from filling the log: of each kind the first is told at once, and then one a minute, with the number
 * of those before it that were not. Safe for any number of threads.
 *
 * @param <K> the kinds, of which there must not be ever more
 */
public final class LogThrottle<K> {
    private static final long QUIET = Duration.ofMinutes(1).toNanos();

    private final Map<K, Mention> told = new HashMap<>();

    /**
     * What was told of a kind.
     *
     * @param at when, on this process' monotonic clock
     * @param since how many came since then
     */
    private record Mention(long at, int since) {}

    /** How many have come since it was last told; empty if it is not to be told now. */
    public OptionalInt due(K kind) {
        return due(kind, System.nanoTime());
    }

    synchronized OptionalInt due(K kind, long now) {
        var before = told.get(kind);
        if (before != null && now - before.at() < QUIET) {
            told.put(kind, new Mention(before.at(), before.since() + 1));
            return OptionalInt.empty();
        }
        told.put(kind, new Mention(now, 0));
        return OptionalInt.of(before == null ? 0 : before.since());
    }

    /** What is added to a line of the log about those that were not told. */
    public static String more(int since) {
        return since > 0 ? " " + since + " more since the last such message." : "";
    }
}
