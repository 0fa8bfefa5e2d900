package dev.nxtsync.pull;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import dev.nxtsync.pull.plan.PageSize;
import dev.nxtsync.schedule.Backoff;

/**
 * What looks at keys have shown of pulls lately, each in one company: how many keys go together, which pull is left alone for a
 * while, and which has been answered. Times are on this process' monotonic clock. Safe for any number of threads, but for one
 * at a time of each company.
 */
@Singleton
class KeyFetchHistory {
    /** Keys of one pull in one request, at first; how many a filter may have is not documented. */
    private static final int KEYS = 200;
    /** Keys in one request. */
    static final int KEYS_MAX = 1_000;
    private static final Duration LATELY = Duration.ofMinutes(1);

    private final LongSupplier nanos;
    private final Map<PulledTenant, PageSize> sizes = new ConcurrentHashMap<>();
    private final Map<PulledTenant, Integer> failures = new ConcurrentHashMap<>();
    private final Map<PulledTenant, Long> leftAlone = new ConcurrentHashMap<>();
    private final Map<PulledTenant, Long> answered = new ConcurrentHashMap<>();

    @Inject
    KeyFetchHistory() {
        this(System::nanoTime);
    }

    KeyFetchHistory(LongSupplier nanos) {
        this.nanos = nanos;
    }

    long now() {
        return nanos.getAsLong();
    }

    /** How many keys may go together. */
    int together(PulledTenant pull) {
        return size(pull).rows();
    }

    /** Asks for fewer keys than these from now on. Says whether that is possible. */
    boolean smaller(PulledTenant pull, int keys) {
        var size = size(pull);
        while (keys > 1 && size.rows() >= keys) {
            size.tooLarge();
        }
        return keys > 1;
    }

    /** A request has been answered in full. */
    void answered(PulledTenant pull) {
        size(pull).good();
        failures.remove(pull);
        answered.put(pull, now());
    }

    /** Whether the pull had been answered shortly before that time: what fails then is rather a key's fault. */
    boolean wasAnswered(PulledTenant pull, long then) {
        var at = answered.get(pull);
        return at != null && then - at < LATELY.toNanos();
    }

    /** A pull could not be read: for how long it is left alone, which is longer each time. */
    Duration afterFailure(PulledTenant pull) {
        var wait = Backoff.after(failures.merge(pull, 1, Integer::sum));
        return wait.compareTo(LATELY) < 0 ? wait : LATELY;
    }

    void leaveAlone(PulledTenant pull, Duration time) {
        leftAlone.put(pull, now() + time.toNanos());
    }

    boolean isLeftAlone(PulledTenant pull) {
        var until = leftAlone.get(pull);
        return until != null && until - now() > 0;
    }

    private PageSize size(PulledTenant pull) {
        return sizes.computeIfAbsent(pull, each -> new PageSize(KEYS, KEYS_MAX));
    }
}
