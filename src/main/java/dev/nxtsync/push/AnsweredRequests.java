package dev.nxtsync.push;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts which requests of one push in one company are answered, in all lanes of this process. It shows whether a row fails
 * by itself, or in an outage, in which nothing is answered. Safe for any number of threads.
 */
final class AnsweredRequests {
    private final Map<Integer, UnansweredRows> lanes = new ConcurrentHashMap<>();
    private long answers;
    private boolean answeredSince;

    synchronized void answered() {
        answers++;
        answeredSince = true;
    }

    /** How many requests have been answered so far. */
    synchronized long answers() {
        return answers;
    }

    /** Notes a request that was not answered. Says whether one was answered since the last such: then it may be the rows' own fault. */
    synchronized boolean failed() {
        boolean was = answeredSince;
        answeredSince = false;
        return was;
    }

    UnansweredRows unanswered(int lane) {
        return lanes.computeIfAbsent(lane, each -> new UnansweredRows());
    }

    /** Whether some row was not answered though others were, and is tried again. */
    boolean isSuspected() {
        return lanes.values().stream().anyMatch(lane -> !lane.tried().isEmpty());
    }
}
