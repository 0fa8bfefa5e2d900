package dev.nxtsync.jobs;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import dev.nxtsync.schedule.Backoff;

/**
 * When each connection is planned: at once, again after a while, soon when somebody asks for it, every half minute as long as
 * something of it is stopped, and with a back-off of its own while that fails. For one thread.
 */
final class PlanTimes {
    private static final Duration STOPPED_AGAIN = Duration.ofSeconds(30);
    /** Answers that do not fit may go on coming; the schema is not read for each. */
    private static final Duration ASKED_AGAIN = Duration.ofSeconds(10);

    private final Duration again;
    private final LongSupplier nanos;
    private final Map<String, Attempt> attempts = new HashMap<>();

    /**
     * The last attempt to plan a connection.
     *
     * @param at when it was, as the clock says
     * @param next when the next one is
     */
    private record Attempt(int failures, long at, long next) {}

    /**
     * An attempt that is to be made now.
     *
     * @param failures in a row before it
     * @param at the present time, as the clock says
     * @param asked whether somebody has asked for it
     */
    record DueAttempt(String connection, int failures, long at, boolean asked) {}

    /**
     * Times for one feature.
     *
     * @param again after how long what could be planned is planned again
     * @param nanos a monotonic clock, in nanoseconds
     */
    PlanTimes(Duration again, LongSupplier nanos) {
        this.again = again;
        this.nanos = nanos;
    }

    /**
     * An attempt, if one is to be made now.
     *
     * @param anyway whether it is planned whenever it was planned last
     * @param asked whether somebody has asked for the schema to be read; that is asked only when it may be planned for it
     */
    Optional<DueAttempt> due(String connection, boolean anyway, BooleanSupplier asked) {
        long now = nanos.getAsLong();
        var last = attempts.getOrDefault(connection, new Attempt(0, now, now));
        boolean isAsked = now - last.at() >= ASKED_AGAIN.toNanos() && asked.getAsBoolean();
        return isAsked || anyway || now - last.next() >= 0
                ? Optional.of(new DueAttempt(connection, last.failures(), now, isAsked))
                : Optional.empty();
    }

    /** @param complete whether nothing of the connection is stopped */
    void planned(DueAttempt attempt, boolean complete) {
        keep(attempt, 0, complete ? again : STOPPED_AGAIN);
    }

    /** Answers how long to wait. */
    Duration failed(DueAttempt attempt) {
        int failures = attempt.failures() + 1;
        Duration wait = Backoff.after(failures);
        keep(attempt, failures, wait);
        return wait;
    }

    private void keep(DueAttempt attempt, int failures, Duration wait) {
        attempts.put(attempt.connection(), new Attempt(failures, attempt.at(), attempt.at() + wait.toNanos()));
    }

    /** It is planned as soon as it can be, as at first. */
    void forget(String connection) {
        attempts.remove(connection);
    }
}
