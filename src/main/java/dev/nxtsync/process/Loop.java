package dev.nxtsync.process;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import dev.nxtsync.error.ShuttingDown;

/** A thread that does one thing again and again, whatever is thrown, until it is told to stop. Safe for any number of threads. */
public final class Loop {
    /** After a fault of ours, so that one that comes each time costs little. */
    private static final Duration AFTER_FAULT = Duration.ofSeconds(1);
    /** Replicas whose turns keep the same distance would have one of them always find what is due first. */
    private static final double EARLIER_AT_MOST = 0.2;

    private final String name;
    private final Duration every;
    private final LoopStep turn;
    private final ThreadFailures failures;
    private final Thread thread;
    private final WatchedThread watched;
    private final Semaphore calls = new Semaphore(0);
    private volatile boolean stopping;

    /** What is done again and again. */
    @FunctionalInterface
    public interface LoopStep {
        void take() throws SQLException;
    }

    Loop(String name, Duration every, LoopStep turn, ThreadFailures failures) {
        this.name = name;
        this.every = every;
        this.turn = turn;
        this.failures = failures;
        this.thread = new Thread(this::goOn, name);
        this.thread.setDaemon(true);
        this.watched = new WatchedThread(name, thread);
    }

    WatchedThread post() {
        return watched;
    }

    void start() {
        thread.start();
    }

    boolean isStopping() { return stopping; }

    /** Has the next turn taken at once. */
    void soon() {
        calls.release();
    }

    /** Lets no further turn begin. */
    public void stop() {
        watched.dismiss();
        stopping = true;
        soon();
    }

    /** Stops, and waits for the turn that is under way; one that takes longer is interrupted. */
    public void stop(Duration atMost) throws InterruptedException {
        stop();
        thread.join(Math.max(1, atMost.toMillis()));
        thread.interrupt();
    }

    private void goOn() {
        watched.take();
        while (!isStopping()) {
            try {
                once();
            } catch (Throwable e) {
                // the fault of the one who tells of faults, so that nothing can be told
                OutOfMemory.endIfCauseOf(e);
            }
        }
    }

    private void once() {
        long begun = System.nanoTime();
        Duration pause = every;
        WatchedThread.begun();
        try {
            turn.take();
        } catch (ShuttingDown e) {
            // no fault; whoever made this stops it too
        } catch (Throwable e) {
            pause = every.compareTo(AFTER_FAULT) < 0 ? AFTER_FAULT : every;
            failed(e);
        } finally {
            WatchedThread.done();
        }
        rest(byChance(pause) - (System.nanoTime() - begun));
    }

    private static long byChance(Duration pause) {
        return (long) (pause.toNanos() * (1 - EARLIER_AT_MOST * ThreadLocalRandom.current().nextDouble()));
    }

    private void failed(Throwable fault) {
        OutOfMemory.endIfCauseOf(fault);
        // what is under way when the process stops may find that things are gone already
        if (!isStopping()) {
            failures.failed(name, fault, "The thread " + name);
        }
    }

    private void rest(long nanos) {
        try {
            // what was interrupted is over
            Thread.interrupted();
            if (nanos > 0 && calls.tryAcquire(nanos, TimeUnit.NANOSECONDS)) {
                calls.drainPermits();
            }
        } catch (InterruptedException e) {
            // only a stop means this thread
        }
    }
}
