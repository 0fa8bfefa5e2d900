package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * What takes the pages of one run, each in turn: as many as there is memory for, and one in any case, so that reading waits for
 * writing only where memory is short. For any number of threads.
 */
final class PageReaders implements AutoCloseable {
    private final Supplier<PageReader> maker;
    private final PageMemory memory;
    private final int most;
    private final FirstFault fault = new FirstFault();
    private final Deque<PageReader> free = new ArrayDeque<>();
    private int made;
    /** For how many of them memory is taken. */
    private int paid;

    /** @param most at a time, however much memory there is */
    PageReaders(Supplier<PageReader> maker, PageMemory memory, int most) {
        this.maker = maker;
        this.memory = memory;
        this.most = most;
    }

    /** After which none is given out. */
    FirstFault fault() {
        return fault;
    }

    /**
     * One that has nothing of a page before, and is to be given back; waits for that where there is no other.
     *
     * @throws SQLException the fault, if there is one
     */
    synchronized PageReader take() throws SQLException {
        fault.check();
        while (free.isEmpty() && !makes()) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while pages were written", e);
            }
            fault.check();
        }
        return free.pop().cleared();
    }

    private boolean makes() {
        if (made > 0) {
            if (made == most || !memory.take()) {
                return false;
            }
            paid++;
        }
        made++;
        free.push(maker.get());
        return true;
    }

    /** Once for each that was taken, when nobody uses it any more. */
    synchronized void giveBack(PageReader reader) {
        free.push(reader);
        if (fault.isMet()) {
            drop();
        }
        notifyAll();
    }

    /** The memory of those that are in use is given back with them. */
    @Override
    public synchronized void close() {
        fault.met(new IllegalStateException("no page is read any more"));
        drop();
        notifyAll();
    }

    private void drop() {
        made -= free.size();
        free.clear();
        for (; paid > made; paid--) {
            memory.giveBack();
        }
    }
}
