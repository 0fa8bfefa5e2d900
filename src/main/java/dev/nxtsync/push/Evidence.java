package dev.nxtsync.push;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Whether requests of a push in a company are answered, whichever lane of this process asks: so a row that is not answered
 * can be told from an outage, in which nothing is. Safe for any number of threads.
 */
final class Evidence {
    private final Map<Integer, Suspicion> lanes = new ConcurrentHashMap<>();
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

    /** A request was not answered. Says whether one was since the last that was not: then it may be the rows' own fault. */
    synchronized boolean failed() {
        boolean was = answeredSince;
        answeredSince = false;
        return was;
    }

    Suspicion suspicion(int lane) {
        return lanes.computeIfAbsent(lane, each -> new Suspicion());
    }

    /** Whether some row was not answered though others were, and is tried again. */
    boolean isSuspected() {
        return lanes.values().stream().anyMatch(lane -> !lane.tried().isEmpty());
    }
}
