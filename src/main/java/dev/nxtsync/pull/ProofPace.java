package dev.nxtsync.pull;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import jakarta.inject.Singleton;

import dev.nxtsync.config.ApiSettings;

/** Keeps the questions for totals to a tenth of a connection's budget; who is early waits. Safe for any number of threads. */
@Singleton
class ProofPace {
    private static final int SHARE = 10;

    private final Duration between;
    /** By connection, when the next may be asked, on this process' monotonic clock. */
    private final Map<String, AtomicLong> next = new ConcurrentHashMap<>();

    ProofPace(ApiSettings settings) {
        this.between = Duration.ofMinutes(1).multipliedBy(SHARE).dividedBy(settings.requestsPerMinute());
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
