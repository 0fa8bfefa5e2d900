package dev.nxtsync.push;

import java.time.Duration;

/** How many rows go into one request: doubled while all goes well, halved when the server is slow or refuses. Safe for any number of threads. */
final class BatchSize {
    private static final int FIRST = 25;
    private static final int LEAST = 10;
    private static final int MOST = 200;

    private final Duration timeLimit;
    private int rows = FIRST;

    BatchSize(Duration timeLimit) {
        this.timeLimit = timeLimit;
    }

    synchronized int rows() {
        return rows;
    }

    /** A request with so many rows failed, so that all of them have to wait: the fewer they are, the fewer wait in vain. */
    synchronized void refused(int sent) {
        rows = Math.min(rows, Math.max(LEAST, sent / 2));
    }

    /** A request with so many rows took so long. */
    synchronized void took(int sent, Duration time) {
        if (time.multipliedBy(2).compareTo(timeLimit) > 0) {
            // that one row takes long says nothing of how many may go together
            rows = sent == 1 ? rows : Math.max(1, Math.min(rows, sent) / 2);
        } else if (sent >= rows && time.multipliedBy(8).compareTo(timeLimit) < 0) {
            rows = Math.min(MOST, rows * 2);
        }
    }
}
