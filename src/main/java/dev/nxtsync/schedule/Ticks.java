package dev.nxtsync.schedule;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;

import org.jboss.threads.EnhancedQueueExecutor;

import io.quarkus.runtime.ExecutorRecorder;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduler;

/** Ends all periodic work before what it works with is gone: the scheduler itself waits for none of it. */
@Singleton
class Ticks {
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private final Scheduler scheduler;

    Ticks(Scheduler scheduler) {
        this.scheduler = scheduler;
    }

    void pause(@Observes @Priority(Interceptor.Priority.LIBRARY_BEFORE) ShutdownEvent event) {
        if (scheduler.isStarted()) {
            scheduler.pause();
        }
    }

    /** One may have been handed to a thread that has not yet begun with it. */
    void await(@Observes ShutdownEvent event) {
        long begun = System.nanoTime();
        while (ExecutorRecorder.getCurrent() instanceof EnhancedQueueExecutor workers
                && workers.getActiveCount() + workers.getQueueSize() > 0
                && System.nanoTime() - begun < LONGEST.toNanos()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }
}
