package dev.nxtsync.token;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/** When something is done next; a new time takes the place of the one before. For one thread at a time. */
final class WakeTime {
    private final Runnable work;
    private final ScheduledExecutorService executor;
    private final LongSupplier clock;
    private long at;
    private @Nullable ScheduledFuture<?> scheduled;

    /** @param clock monotonic, in nanoseconds */
    WakeTime(Runnable work, ScheduledExecutorService executor, LongSupplier clock) {
        this.work = work;
        this.executor = executor;
        this.clock = clock;
    }

    void in(Duration delay) {
        cancel();
        at = clock.getAsLong() + delay.toNanos();
        scheduled = executor.schedule(work, delay.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Zero if that time has come. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, at - clock.getAsLong()));
    }

    void cancel() {
        var previous = scheduled;
        if (previous != null) {
            previous.cancel(false);
        }
    }
}
