package dev.nxtsync.graphql;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

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
    private final LongSupplier nanoTime;
    private int inARow;
    private long pausedUntil;
    private boolean stopping;

    RequestBudget(int requestsPerMinute) {
        this(requestsPerMinute, System::nanoTime);
    }

    RequestBudget(int requestsPerMinute, LongSupplier nanoTime) {
        this.window = new RateWindow(requestsPerMinute);
        this.nanoTime = nanoTime;
        this.pausedUntil = nanoTime.getAsLong();
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
        long from = nanoTime.getAsLong();
        var ticket = queue(inBackground);
        try {
            for (long wait = attempt(ticket, inBackground); wait > 0; wait = attempt(ticket, inBackground)) {
                if (nanoTime.getAsLong() - from > LONGEST_WAIT) {
                    return Optional.empty();
                }
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(1_000_000, wait));
            }
            return Optional.of(Duration.ofNanos(nanoTime.getAsLong() - from));
        } finally {
            lane(inBackground).remove(ticket);
            notifyAll();
        }
    }

    /** Takes a place behind those that wait already. */
    synchronized Object queue(boolean inBackground) {
        var ticket = new Object();
        lane(inBackground).addLast(ticket);
        return ticket;
    }

    private Deque<Object> lane(boolean inBackground) {
        return inBackground ? background : foreground;
    }

    /** The request was not sent after all. */
    synchronized void unused(boolean inBackground) {
        window.unused(inBackground);
        notifyAll();
    }

    synchronized void ended(boolean inBackground) {
        window.ended(inBackground, nanoTime.getAsLong());
        notifyAll();
    }

    /** The server refused a request as one too many: nothing is sent for a while, and less from then on. */
    synchronized void tooMany(Duration wait) {
        long now = nanoTime.getAsLong();
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
        return new BudgetUsage(window.limit(), window.used(nanoTime.getAsLong()));
    }

    /** Nanoseconds until the ticket had better be tried again; 0 if it has entered, and waits no more. */
    synchronized long attempt(Object ticket, boolean inBackground) {
        long now = nanoTime.getAsLong();
        if (stopping) {
            throw new ShuttingDown();
        }
        if (ticket != next(now)) {
            return Duration.ofSeconds(1).toNanos();
        }
        long wait = now - pausedUntil < 0 ? pausedUntil - now : window.enter(inBackground, now).toNanos();
        if (wait == 0) {
            lane(inBackground).removeFirst();
            inARow = inBackground ? 0 : inARow + 1;
        }
        return wait;
    }

    private @Nullable Object next(long now) {
        boolean backgroundsTurn = !background.isEmpty()
                && (foreground.isEmpty() || (inARow >= FOREGROUND_IN_A_ROW && window.admitsBackground(now)));
        return lane(backgroundsTurn).peekFirst();
    }
}
