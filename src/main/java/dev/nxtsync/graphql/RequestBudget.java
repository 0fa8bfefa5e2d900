package dev.nxtsync.graphql;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import dev.nxtsync.error.ShuttingDown;

/**
 * The requests that one connection may send. Threads wait their turn here, in the order in which they came; three of the
 * foreground go before one of the background. Safe for any number of threads.
 */
final class RequestBudget {
    private static final int FOREGROUND_IN_A_ROW = 3;
    /** Beyond this, whoever waits had better say that it does. */
    private static final long LONGEST_WAIT = Duration.ofSeconds(90).toNanos();

    private final RateWindow window;
    private final Deque<Object> foreground = new ArrayDeque<>();
    private final Deque<Object> background = new ArrayDeque<>();
    private int inARow;
    private long pausedUntil = System.nanoTime();
    private boolean stopping;

    RequestBudget(int requestsPerMinute) {
        this.window = new RateWindow(requestsPerMinute);
    }

    /**
     * Waits until one more request may be sent; it must be given back by {@link #ended} or {@link #unused}.
     *
     * @return how long it waited; empty if there was no room for so long that it gave up
     * @throws ShuttingDown if the process is stopping, or begins to
     */
    synchronized Optional<Duration> enter(boolean inBackground) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        long from = System.nanoTime();
        var ticket = new Object();
        var lane = inBackground ? background : foreground;
        lane.addLast(ticket);
        try {
            long now = System.nanoTime();
            long wait = attempt(ticket, inBackground, now);
            while (wait > 0) {
                if (now - from > LONGEST_WAIT) {
                    return Optional.empty();
                }
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(1_000_000, wait));
                now = System.nanoTime();
                wait = attempt(ticket, inBackground, now);
            }
            inARow = inBackground ? 0 : inARow + 1;
            return Optional.of(Duration.ofNanos(now - from));
        } finally {
            lane.remove(ticket);
            notifyAll();
        }
    }

    /** The request was not sent after all. */
    synchronized void unused(boolean inBackground) {
        window.unused(inBackground);
        notifyAll();
    }

    synchronized void ended(boolean inBackground) {
        window.ended(inBackground, System.nanoTime());
        notifyAll();
    }

    /** The server refused a request as one too many: nothing is sent for a while, and less from then on. */
    synchronized void tooMany(Duration wait) {
        long now = System.nanoTime();
        window.tooMany(now);
        pausedUntil = Math.max(pausedUntil, now + wait.toNanos());
    }

    /** Lets nobody in from now on. */
    synchronized void stop() {
        stopping = true;
        notifyAll();
    }

    /** How many requests a minute are allowed now. */
    synchronized int limit() {
        return window.limit();
    }

    synchronized BudgetUsage usage() {
        return new BudgetUsage(window.limit(), window.used(System.nanoTime()));
    }

    /** Nanoseconds until the ticket had better be tried again; 0 if it was entered. */
    private long attempt(Object ticket, boolean inBackground, long now) {
        if (stopping) {
            throw new ShuttingDown();
        }
        if (ticket != next(now)) {
            return Duration.ofSeconds(1).toNanos();
        }
        return now - pausedUntil < 0 ? pausedUntil - now : window.enter(inBackground, now).toNanos();
    }

    private @Nullable Object next(long now) {
        boolean backgroundsTurn = !background.isEmpty()
                && (foreground.isEmpty() || (inARow >= FOREGROUND_IN_A_ROW && window.admitsBackground(now)));
        return (backgroundsTurn ? background : foreground).peekFirst();
    }
}
