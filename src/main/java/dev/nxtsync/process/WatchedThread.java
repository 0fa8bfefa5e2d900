package dev.nxtsync.process;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * What a thread that must go on is at. The thread itself tells, and one other looks now and then: time counts only as that one
 * sees it pass, so that a process that stood still as a whole has no thread that did.
 */
final class WatchedThread {
    /** Looks in a row, one a second, at which a thread has done nothing, until it is said to stand. */
    static final int STANDS = 60;
    private static final ThreadLocal<@Nullable WatchedThread> OF_THREAD = new ThreadLocal<>();

    private final String name;
    private final Thread thread;
    /** Rises whenever the thread begins with something, or comes back from outside. */
    private final AtomicLong moves = new AtomicLong();
    private volatile boolean atWork;
    private volatile boolean dismissed;
    private long seenMoves;
    private int stood;
    private @Nullable Instant since;

    WatchedThread(String name, Thread thread) {
        this.name = name;
        this.thread = thread;
    }

    boolean isOf(Thread each) {
        return thread == each;
    }

    /** Said by the thread itself. */
    void take() {
        OF_THREAD.set(this);
    }

    static void begun() {
        tell(true);
    }

    static void done() {
        tell(false);
    }

    /** The present thread is making progress. */
    static void moved() {
        WatchedThread own = OF_THREAD.get();
        if (own != null) {
            own.moves.incrementAndGet();
        }
    }

    private static void tell(boolean atWork) {
        WatchedThread own = OF_THREAD.get();
        if (own != null) {
            own.moves.incrementAndGet();
            own.atWork = atWork;
        }
    }

    /** The thread may end. */
    void dismiss() {
        dismissed = true;
    }

    boolean isDismissed() { return dismissed; }

    /**
     * Looks once more.
     *
     * @param heldUp whether a thread stands still through no fault of its own
     */
    synchronized void look(Instant now, Predicate<Thread> heldUp) {
        if (hasEnded()) {
            since = since == null ? now : since;
            return;
        }
        long moves = this.moves.get();
        if (atWork && moves == seenMoves && !heldUp.test(thread)) {
            stood++;
            since = since == null ? now : since;
        } else {
            stood = 0;
            since = null;
        }
        seenMoves = moves;
    }

    /** What is wrong with the thread, as far as it has been looked at. */
    synchronized Optional<ThreadFault> fault(Instant now) {
        Instant from = since == null ? now : since;
        if (hasEnded()) {
            return Optional.of(new ThreadFault(name, "has ended", from));
        }
        return stood >= STANDS ? Optional.of(new ThreadFault(name, "stands still", from)) : Optional.empty();
    }

    private boolean hasEnded() {
        return !dismissed && thread.getState() == Thread.State.TERMINATED;
    }
}
