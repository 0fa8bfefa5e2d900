package dev.nxtsync.graphql;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** The requests that one connection may send. Safe for any number of threads, which wait their turn here. */
final class Budget {
    private final RateWindow window;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition room = lock.newCondition();

    Budget(int requestsPerMinute) {
        this.window = new RateWindow(requestsPerMinute);
    }

    /**
     * Waits until one more request may be sent; it must be given back by {@link #ended} or {@link #unused}.
     *
     * @return how long it waited
     */
    Duration enter() throws InterruptedException {
        long from = System.nanoTime();
        lock.lockInterruptibly();
        try {
            Duration wait = window.enter(System.nanoTime());
            while (!wait.isZero()) {
                room.await(Math.max(1, wait.toMillis()), TimeUnit.MILLISECONDS);
                wait = window.enter(System.nanoTime());
            }
            return Duration.ofNanos(System.nanoTime() - from);
        } finally {
            lock.unlock();
        }
    }

    /** The request was not sent after all. */
    void unused() {
        lock.lock();
        try {
            window.unused();
            room.signal();
        } finally {
            lock.unlock();
        }
    }

    void ended() {
        lock.lock();
        try {
            window.ended(System.nanoTime());
            room.signal();
        } finally {
            lock.unlock();
        }
    }
}
