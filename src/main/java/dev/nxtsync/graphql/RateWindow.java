package dev.nxtsync.graphql;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A sliding window over the requests of one connection: in any 60 seconds the server sees at most so many. A request is in
 * the window from before it is sent until 60 seconds after it ended, since nobody knows when in between the server counted
 * it. Half of the limit may be used at once; the rest is spread over the time until the first half leaves the window, so that
 * nobody who needs more than the limit comes to a standstill for the rest of a minute. A server that finds them too many
 * halves the limit, which then recovers by a tenth every ten seconds. Not thread-safe; the clock is the caller's.
 */
final class RateWindow {
    private static final long LENGTH = Duration.ofSeconds(60).toNanos();
    private static final long STEP = Duration.ofSeconds(10).toNanos();

    private final int full;
    private final Deque<Long> ended = new ArrayDeque<>();
    private int live;
    private long enteredAt;
    private int limit;
    private long changedAt;

    RateWindow(int limit) {
        this.full = limit;
        this.limit = limit;
    }

    /**
     * Enters a request, if there is room.
     *
     * @return zero if it was entered; else how long until there may be room: the longest of waits if that depends on
     *         requests that have not ended
     */
    Duration enter(long now) {
        forget(now);
        recover(now);
        int used = live + ended.size();
        if (used < limit) {
            long wait = used * 2 < limit ? 0 : enteredAt + spacing(limit - used) - now;
            if (wait > 0) {
                return Duration.ofNanos(wait);
            }
            live++;
            enteredAt = now;
            return Duration.ZERO;
        }
        return Duration.ofNanos(
                Math.min(limit < full ? STEP : LENGTH, ended.isEmpty() ? LENGTH : LENGTH - (now - ended.getFirst())));
    }

    /** From one request to the next, if they shall last until each of those that leave the window has left it. */
    private long spacing(int room) {
        // those that are live leave it in a minute at the earliest
        long longest = LENGTH / (room + ended.size() + 1);
        int entered = room;
        for (long each : ended) {
            entered++;
            longest = Math.max(longest, (each + LENGTH - enteredAt) / entered);
        }
        return longest;
    }

    /** A request that was entered is not sent. */
    void unused() {
        live--;
    }

    /** A request has been answered, or its deadline has passed. */
    void ended(long now) {
        live--;
        ended.addLast(now);
    }

    /** The server counts too many. Refusals of one moment count once. */
    void tooMany(long now) {
        if (limit == full || now - changedAt > STEP / 2) {
            limit = Math.max(Math.max(1, full / 10), limit / 2);
            changedAt = now;
        }
    }

    /** How many requests count now. */
    int used(long now) {
        forget(now);
        return live + ended.size();
    }

    /** How many requests a minute are allowed now. */
    int limit() {
        return limit;
    }

    private void forget(long now) {
        while (!ended.isEmpty() && now - ended.getFirst() >= LENGTH) {
            ended.removeFirst();
        }
    }

    private void recover(long now) {
        while (limit < full && now - changedAt >= STEP) {
            limit = Math.min(full, limit + Math.max(1, full / 10));
            changedAt += STEP;
        }
    }
}
