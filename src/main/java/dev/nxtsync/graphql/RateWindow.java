package dev.nxtsync.graphql;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A sliding window over the requests of one connection: in any 60 seconds the server sees at most so many. A request is in
 * the window from before it is sent until 60 seconds after it ended, since nobody knows when in between the server counted
 * it. A server that finds them too many halves the limit, which then recovers by a tenth every ten seconds.
 * <p>
 * Four fifths of the limit are there for whoever comes, at once. The last fifth is kept for the foreground, and spread over
 * the time until those before have left the window. So the foreground comes to no standstill, however fast loads were: of
 * requests that come together and are no more than the fifth, each is sent within its part of a minute. Where the foreground
 * needs more than that while loads have just used all they could, it is late by a minute at most; from then on loads get what
 * it leaves of the four fifths, and never less than the other fifth, so that they go on too.
 * <p>
 * Not thread-safe; the clock is the caller's.
 */
final class RateWindow {
    private static final long LENGTH = Duration.ofSeconds(60).toNanos();
    private static final long STEP = Duration.ofSeconds(10).toNanos();
    /** One of so many parts of the limit is kept. */
    private static final int PARTS = 5;

    private final int full;
    private final Deque<EndedRequest> ended = new ArrayDeque<>();
    private int live;
    private int ofBackground;
    /** When the last request of the part that is kept was entered, or the first of all. */
    private long keptAt;
    private int limit;
    private long changedAt;

    RateWindow(int limit) {
        this.full = limit;
        this.limit = limit;
    }

    private record EndedRequest(long at, boolean inBackground) {}

    /**
     * Enters a request, if there is room.
     *
     * @return zero if it was entered; else how long until there may be room: the longest of waits if that depends on
     *         requests that have not ended
     */
    Duration enter(boolean inBackground, long now) {
        recover(now);
        int used = used(now);
        long wait = 0;
        if (used >= limit) {
            wait = untilLeft(used - limit, now);
        } else if (used >= shared()) {
            wait = inBackground && hasItsPart()
                    ? untilLeft(used - shared(), now)
                    : Math.max(0, keptAt + spacing(limit - used) - now);
        }
        if (wait == 0) {
            live++;
            ofBackground += inBackground ? 1 : 0;
            keptAt = used == 0 || used >= shared() ? now : keptAt;
        }
        return Duration.ofNanos(wait);
    }

    /** Whether a request of the background need not wait until others have left the window. */
    boolean admitsBackground(long now) {
        return used(now) < shared() || !hasItsPart();
    }

    /** How many requests are in the window before the rest is kept. */
    private int shared() {
        return limit - limit / PARTS;
    }

    private boolean hasItsPart() {
        return ofBackground >= Math.max(1, limit / PARTS);
    }

    /** Until so many and one more have left the window, or the limit is higher. */
    private long untilLeft(int number, long now) {
        return Math.min(limit < full ? STEP : LENGTH,
                ended.stream().skip(number).findFirst().map(each -> each.at() + LENGTH - now).orElse(LENGTH));
    }

    /** From one request to the next, if they shall last until each of those that leave the window has left it. */
    private long spacing(int room) {
        // those that are live leave it in a minute at the earliest
        long longest = LENGTH / (room + ended.size() + 1);
        int entered = room;
        for (var each : ended) {
            entered++;
            longest = Math.max(longest, (each.at() + LENGTH - keptAt) / entered);
        }
        return longest;
    }

    /** A request that was entered is not sent. */
    void unused(boolean inBackground) {
        live--;
        ofBackground -= inBackground ? 1 : 0;
    }

    /** A request has been answered, or its deadline has passed. */
    void ended(boolean inBackground, long now) {
        live--;
        ended.addLast(new EndedRequest(now, inBackground));
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
        while (!ended.isEmpty() && now - ended.getFirst().at() >= LENGTH) {
            ofBackground -= ended.removeFirst().inBackground() ? 1 : 0;
        }
    }

    private void recover(long now) {
        while (limit < full && now - changedAt >= STEP) {
            limit = Math.min(full, limit + Math.max(1, full / 10));
            changedAt += STEP;
        }
    }
}
