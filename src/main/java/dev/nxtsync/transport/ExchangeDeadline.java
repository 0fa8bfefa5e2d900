package dev.nxtsync.transport;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * How long an exchange may still be waited for, on the process' monotonic clock. Time in which the process stands still does
 * not count, whenever that is, so that an answer is read that came meanwhile. For one thread.
 */
final class ExchangeDeadline {
    /** One wait; whatever it takes longer is no time of the exchange's. */
    private static final long SLICE = TimeUnit.MILLISECONDS.toNanos(100);

    private final Duration atMost;
    private final LongSupplier clock;
    private long left;

    /** Waits for so many nanoseconds; null if nothing came. */
    @FunctionalInterface
    interface Wait<T, X extends Exception> {
        @Nullable
        T atMost(long nanos) throws InterruptedException, X;
    }

    ExchangeDeadline(Duration atMost, LongSupplier clock) {
        this.atMost = atMost;
        this.clock = clock;
        this.left = atMost.toNanos();
    }

    ExchangeDeadline(Duration atMost) {
        this(atMost, System::nanoTime);
    }

    /** In nanoseconds; 0 if none is. */
    long left() {
        return Math.max(0, left);
    }

    /** @throws TooSlow if nothing came in what is left */
    <T, X extends Exception> T await(Wait<T, X> wait) throws InterruptedException, TooSlow, X {
        while (true) {
            long begun = clock.getAsLong();
            T got = wait.atMost(Math.min(SLICE, left()));
            left -= Math.min(SLICE, clock.getAsLong() - begun);
            if (got != null) {
                return got;
            }
            if (left() == 0) {
                throw new TooSlow(atMost);
            }
        }
    }
}
