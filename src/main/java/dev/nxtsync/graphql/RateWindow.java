package dev.nxtsync.graphql;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A sliding window over the requests of one connection: in any 60 seconds the server sees at most so many. A request is in
 * the window from before it is sent until 60 seconds after it ended, since nobody knows when in between the server counted
 * it. Not thread-safe; the clock is the caller's.
 */
final class RateWindow {
    private static final long LENGTH = Duration.ofSeconds(60).toNanos();

    private final int limit;
    private final Deque<Long> ended = new ArrayDeque<>();
    private int live;

    RateWindow(int limit) {
        this.limit = limit;
    }

    /**
     * Enters a request, if there is room.
     *
     * @return zero if it was entered; else how long until there may be room: the longest of waits if that depends on
     *         requests that have not ended
     */
    Duration enter(long now) {
        while (!ended.isEmpty() && now - ended.getFirst() >= LENGTH) {
            ended.removeFirst();
        }
        if (live + ended.size() < limit) {
            live++;
            return Duration.ZERO;
        }
        return ended.isEmpty() ? Duration.ofNanos(LENGTH) : Duration.ofNanos(LENGTH - (now - ended.getFirst()));
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
}
