package dev.nxtsync.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

import dev.nxtsync.error.Words;
import dev.nxtsync.schedule.Job;
import dev.nxtsync.schedule.WorkEvent;

/**
 * Shows on a terminal how far a command has come: one line of rows, rate and time left that is written over again. Silent
 * anywhere else.
 */
final class TerminalProgress implements Job.Progress {
    private static final long PAUSE = Duration.ofMillis(200).toNanos();
    private static final String CLEAR = "\r\033[K";

    private final boolean shows = Terminal.here(System.getenv()).isThere();
    private long shownAt = System.nanoTime();
    private long from = System.nanoTime();
    private long first;
    private long last;
    private boolean isShown;

    @Override
    public void made() {
        // a request has ended, of which there is nothing to see
    }

    @Override
    public synchronized void rows(long soFar, Optional<Long> expected) {
        long now = System.nanoTime();
        if (soFar < last) {
            from = now;
            first = soFar;
        }
        last = soFar;
        if (shows && now - shownAt >= PAUSE) {
            shownAt = now;
            isShown = true;
            System.out.print(CLEAR + text(soFar, expected, now > from ? (soFar - first) / ((now - from) / 1e9) : 0));
            System.out.flush();
        }
    }

    /** Shows how far a command has come that reads no rows. */
    synchronized void step(String text) {
        long now = System.nanoTime();
        if (shows && now - shownAt >= PAUSE) {
            shownAt = now;
            isShown = true;
            System.out.print(CLEAR + text);
            System.out.flush();
        }
    }

    /** Takes the line away, if one is shown. */
    synchronized void clear() {
        if (isShown) {
            System.out.print(CLEAR);
            isShown = false;
        }
    }

    /** Prints a line that stays. */
    synchronized void event(WorkEvent event) {
        System.out.println((isShown ? CLEAR : "") + line(event));
        isShown = false;
    }

    static String line(WorkEvent event) {
        return Report.line(switch (event.course()) {
            case WELL -> "ok";
            case WAITS -> "waiting";
            case SKIPPED -> "skipped";
            case IN_THE_WAY -> "PROBLEM";
            case DIFFERENT -> "DIFFERENT";
            case NOT_PROVEN -> "NOT PROVEN";
            case DETAIL -> "";
        }, event.text());
    }

    static String text(long soFar, Optional<Long> expected, double perSecond) {
        String rows = expected.map(all -> soFar + " of about " + Words.count(all, "row"))
                .orElseGet(() -> Words.count(soFar, "row"))
                + (perSecond > 0 ? ", " + Words.count(Math.round(perSecond), "row") + "/s" : "");
        return expected.filter(all -> perSecond > 0).map(all -> {
            long left = (long) Math.ceil(Math.max(0, all - soFar) / perSecond);
            return rows + String.format(Locale.ROOT, ", %d:%02d left", left / 60, left % 60);
        }).orElse(rows);
    }
}
