package dev.nxtsync.pull;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import dev.nxtsync.config.ApiSettings;
import dev.nxtsync.schedule.Claim;

/**
 * How often totals may be asked for, a tenth of a connection's budget in this process, and how long they may take. Safe for any
 * number of threads.
 */
@Singleton
class ProofLimits {
    private static final int SHARE = 10;

    private final Duration between;
    private final Duration timeLimit;
    private final LongSupplier nanos;
    /** By connection, when the next that asks may, in nanoseconds. */
    private final Map<String, Long> next = new ConcurrentHashMap<>();
    /** By unit that waits, when its turn comes. */
    private final Map<Long, Long> turns = new ConcurrentHashMap<>();

    @Inject
    ProofLimits(ApiSettings settings) {
        this(settings, System::nanoTime);
    }

    ProofLimits(ApiSettings settings, LongSupplier nanos) {
        this.between = Duration.ofMinutes(1).multipliedBy(SHARE).dividedBy(settings.requestsPerMinute());
        this.timeLimit = settings.timeLimit();
        this.nanos = nanos;
    }

    /** Whether an answer took so long that the server may have given up: its error for that is not documented. */
    boolean isTooLong(Duration taken) {
        return taken.multipliedBy(10).compareTo(timeLimit.multipliedBy(9)) >= 0;
    }

    /**
     * Takes a place in the row of those who want to ask.
     *
     * @return how long to wait before this is called again; empty if a unit may ask now
     */
    Optional<Duration> turn(Claim unit) {
        long now = nanos.getAsLong();
        long turn = turns.computeIfAbsent(unit.unit(), each -> take(unit.connection(), now));
        if (turn - now > 0) {
            return Optional.of(Duration.ofNanos(turn - now));
        }
        turns.remove(unit.unit());
        return Optional.empty();
    }

    /** A unit asks so many times more than once. */
    void more(Claim unit, int questions) {
        next.computeIfPresent(unit.connection(),
                (connection, time) -> time + between.multipliedBy(questions).toNanos());
    }

    private long take(String connection, long now) {
        return next.merge(connection, now + between.toNanos(),
                (time, first) -> Math.max(time - now, 0) + now + between.toNanos()) - between.toNanos();
    }
}
