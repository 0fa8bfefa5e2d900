package dev.nxtsync.process;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Says when a condition that lasts is logged: at its beginning, then once in ten minutes, and at its end. Safe for any number of threads.
 *
 * @param <K> what may last, of which there must not be ever more
 */
public final class ConditionLog<K> {
    private static final long QUIET = Duration.ofMinutes(10).toNanos();
    /** What was over before anybody could have looked is not told to be over. */
    private static final long SHORT = Duration.ofSeconds(10).toNanos();

    private final LongSupplier nanos;
    private final Map<K, Told> told = new HashMap<>();

    public ConditionLog() {
        this(System::nanoTime);
    }

    /** @param nanos a monotonic clock, in nanoseconds */
    public ConditionLog(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * What was told.
     *
     * @param since when it began, as the clock says, as is the next
     * @param at when it was told last
     * @param how it was then
     */
    private record Told(long since, long at, String how) {}

    /**
     * Says that it is so, and whether the log is to be told.
     *
     * @param how it is; what has changed is told at once
     */
    public synchronized boolean isNews(K what, String how) {
        long now = nanos.getAsLong();
        var before = told.get(what);
        if (before != null && before.how().equals(how) && now - before.at() < QUIET) {
            return false;
        }
        told.put(what, new Told(before == null ? now : before.since(), now, how));
        return true;
    }

    /** Says that it is not so, or no longer, and how long it was if the log is to be told that it is over. */
    public synchronized Optional<Duration> over(K what) {
        long now = nanos.getAsLong();
        var before = told.remove(what);
        return before == null || now - before.since() < SHORT
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(now - before.since()));
    }
}
