package dev.nxtsync.token;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A clock that stands until it is turned, and an executor that goes by it. */
final class ManualTime {
    private final List<Task> tasks = new ArrayList<>();
    private long now = 1_000;

    private static final class Task {
        final Runnable work;
        final long at;
        boolean cancelled;

        Task(Runnable work, long at) {
            this.work = work;
            this.at = at;
        }
    }

    long nanos() {
        return now;
    }

    /** Turns the clock on, and does what falls due on the way. */
    void pass(Duration time) {
        long end = now + time.toNanos();
        for (Task task = next(end); task != null; task = next(end)) {
            tasks.remove(task);
            now = Math.max(now, task.at);
            task.work.run();
        }
        now = end;
    }

    private Task next(long end) {
        tasks.removeIf(task -> task.cancelled);
        return tasks.stream().filter(task -> task.at <= end).min((a, b) -> Long.compare(a.at, b.at)).orElse(null);
    }

    ScheduledExecutorService executor() {
        return (ScheduledExecutorService) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[]{ScheduledExecutorService.class}, (proxy, method, arguments) -> {
                    var task = new Task((Runnable) arguments[0],
                            now + ((TimeUnit) arguments[2]).toNanos((Long) arguments[1]));
                    tasks.add(task);
                    return Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[]{ScheduledFuture.class},
                            (future, called, values) -> {
                                task.cancelled = true;
                                return true;
                            });
                });
    }
}
