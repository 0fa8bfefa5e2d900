package dev.nxtsync.pull;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import jakarta.inject.Singleton;

import dev.nxtsync.config.ApiSettings;

/**
 * How often totals may be asked for, a tenth of a connection's budget, and how long they may take. Safe for any number of
 * threads.
 */
@Singleton
class ProofLimits {
    private static final int SHARE = 10;

    private final Duration between;
    private final Duration timeLimit;
    /** By connection, when the next may be asked, on this process' monotonic clock. */
    private final Map<String, AtomicLong> next = new ConcurrentHashMap<>();

    ProofLimits(ApiSettings settings) {
        this.between = Duration.ofMinutes(1).multipliedBy(SHARE).dividedBy(settings.requestsPerMinute());
        this.timeLimit = settings.timeLimit();
    }

    /** Whether an answer took so long that the server may have given up: its error for that is not documented. */
    boolean isTooLong(Duration taken) {
        return taken.multipliedBy(10).compareTo(timeLimit.multipliedBy(9)) >= 0;
    }

    /**
     * Takes the turn for some questions, if it has come.
     *
     * @return how long to wait; empty if they may be asked now
     */
    Optional<Duration> take(String connection, int questions) {
        var turn = next.computeIfAbsent(connection, each -> new AtomicLong(System.nanoTime()));
        long now = System.nanoTime();
        long at = turn.get();
        if (at - now > 0 || !turn.compareAndSet(at, now + between.multipliedBy(questions).toNanos())) {
            return Optional.of(Duration.ofNanos(Math.max(at - now, between.toNanos())));
        }
        return Optional.empty();
    }
}
