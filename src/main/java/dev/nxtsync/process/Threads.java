package dev.nxtsync.process;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;

import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;

/**
 * Makes the threads of the process, none of which it shares with requests, and knows of those that must go on how they are.
 * Where a daemon begins its work, and never in a command, this is fired as an event: whoever has something to do again and
 * again observes it and says what, by {@link #repeat}. Safe for any number of threads.
 */
@Singleton
public class Threads {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** Threads of which nobody here knows, such as those of libraries. */
    private static final String OTHER = "other";
    private static final String EVENT_LOOP = "event-loop";

    private final Clock clock;
    private final ThreadFailures failures;
    private final Set<WatchedThread> watchedThreads = ConcurrentHashMap.newKeySet();
    private final Set<Loop> loops = ConcurrentHashMap.newKeySet();

    public Threads(Clock clock, MeterRegistry metrics) {
        this.clock = clock;
        this.failures = new ThreadFailures(metrics, Logger.getLogger(Threads.class));
    }

    /** Does something at once, and then again and again, until the process begins to stop. */
    public void repeat(String name, Duration every, Loop.LoopStep turn) {
        loops.add(loop(name, every, turn));
    }

    /**
     * As {@link #repeat}, but it goes on when the process begins to stop, until whoever made it stops it.
     *
     * @param name of a closed set, since it becomes a metric's label
     * @param every from the beginning of a turn to the next one's, if it does not take longer; up to a fifth less by chance, so
     *        that replicas do not march in step
     */
    public Loop loop(String name, Duration every, Loop.LoopStep turn) {
        failures.expect(name);
        Loop loop = new Loop(name, every, turn, failures);
        watchedThreads.add(loop.post());
        loop.start();
        return loop;
    }

    /** Has everything that is done again and again done at once, since what it waited for may be there. */
    public void soon() {
        loops.forEach(Loop::soon);
    }

    /** Carries out what is due; a thread of it that stands still is a fault, and one that ends is replaced. */
    public ScheduledExecutorService timer(String name, int size) {
        failures.expect(name);
        return new Timer(name, size, work -> daemons(name).newThread(posted(name, work)), failures);
    }

    /** Carries out what whoever hands it in watches over. */
    public ExecutorService pool(String name, int size) {
        failures.expect(name);
        return Executors.newFixedThreadPool(size, work -> {
            var thread = new Thread(unlabelled(work), name);
            thread.setUncaughtExceptionHandler((ended, fault) -> failed(name, fault, "The thread " + name));
            return thread;
        });
    }

    /**
     * Carries out what is handed in, as far as there is room for it to wait; what is thrown is told by whoever hands it in.
     *
     * @param waiting how much may wait for a thread; more is rejected
     */
    public ExecutorService boundedPool(String name, int size, int waiting) {
        var pool = new ThreadPoolExecutor(size, size, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(waiting),
                daemons(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Makes threads that are always at work, such as event loops: one that does not say that it is {@link #alive} for a minute is a fault. */
    public ThreadFactory eventLoopThreads(String name) {
        failures.expect(name);
        return work -> {
            var thread = daemons(name).newThread(() -> {
                watchedThreads.stream().filter(each -> each.isOf(Thread.currentThread())).forEach(WatchedThread::take);
                WatchedThread.begun();
                work.run();
            });
            watchedThreads.add(new WatchedThread(name, thread));
            return thread;
        };
    }

    /** Said by a thread that is always at work, each few seconds. */
    public static void alive() {
        WatchedThread.moved();
    }

    /** Carries out at once whatever is handed in; what is thrown is told to whoever asks for the outcome. */
    public static ExecutorService cachedPool(String name) {
        return Executors.newCachedThreadPool(daemons(name));
    }

    private static ThreadFactory daemons(String name) {
        return work -> {
            var thread = new Thread(unlabelled(work), name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Without the labels of log lines that a new thread has from the one that made it, which may be in a run. */
    private static Runnable unlabelled(Runnable work) {
        return () -> {
            MDC.clear();
            work.run();
        };
    }

    /**
     * Counts something that should not happen, and ends the process if it is that memory has run out. The log is told, of the
     * same place in the code once a minute at most: others may be able to cause it as often as they like.
     *
     * @param thread the name of the kind of thread that met it
     * @param what failed, as the beginning of a sentence
     */
    public void failed(String thread, Throwable fault, String what) {
        failures.failed(thread, fault, what);
    }

    /** Which of the threads that must go on do not. */
    public List<ThreadFault> faults() {
        var now = clock.instant();
        return watchedThreads.stream().flatMap(watched -> watched.fault(now).stream()).toList();
    }

    /** The present thread's post, which it leaves when its work ends. */
    private Runnable posted(String name, Runnable work) {
        return () -> {
            var watched = new WatchedThread(name, Thread.currentThread());
            watched.take();
            watchedThreads.add(watched);
            try {
                work.run();
            } finally {
                watchedThreads.remove(watched);
            }
        };
    }

    private void look() {
        var now = clock.instant();
        watchedThreads.removeIf(WatchedThread::isDismissed);
        watchedThreads.forEach(watched -> watched.look(now, ExternalWait::holdsUp));
    }

    /** What no thread of ours catches comes here, as does all that libraries catch and tell the log. */
    void watch(@Observes @Priority(Interceptor.Priority.LIBRARY_BEFORE) StartupEvent event, Vertx vertx) {
        failures.expect(OTHER);
        failures.expect(EVENT_LOOP);
        OutOfMemory.watchLog();
        Thread.setDefaultUncaughtExceptionHandler(
                (thread, fault) -> failed(OTHER, fault, "The thread " + thread.getName()));
        vertx.exceptionHandler(fault -> failed(EVENT_LOOP, fault, "The handling of a request"));
    }

    void begin(@Observes Threads begun) {
        loop("watch", LOOK_AGAIN, this::look);
    }

    void stop(@Observes @Priority(Interceptor.Priority.LIBRARY_BEFORE) ShutdownEvent event) {
        loops.forEach(Loop::stop);
    }

    /** Before what they work with is gone. */
    void await(@Observes ShutdownEvent event) throws InterruptedException {
        long begun = System.nanoTime();
        for (Loop each : loops) {
            each.stop(PATIENCE.minusNanos(System.nanoTime() - begun));
        }
    }
}
