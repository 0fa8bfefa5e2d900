package dev.nxtsync.pull;

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
    private final Deque<PageReader> free = new ArrayDeque<>();
    private int made;

    /** @param most at a time, however much memory there is */
    PageReaders(Supplier<PageReader> maker, PageMemory memory, int most) {
        this.maker = maker;
        this.memory = memory;
        this.most = most;
    }

    /** An empty one, which is to be given back; waits for that where there is no other. */
    synchronized PageReader take() {
        while (free.isEmpty() && !makes()) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while pages were written", e);
            }
        }
        return free.pop();
    }

    private boolean makes() {
        if (made > 0 && (made == most || !memory.take())) {
            return false;
        }
        made++;
        free.push(maker.get());
        return true;
    }

    synchronized void giveBack(PageReader reader) {
        free.push(reader);
        notifyAll();
    }

    /** Once none of them is used any more. */
    @Override
    public synchronized void close() {
        for (int i = 1; i < made; i++) {
            memory.giveBack();
        }
        made = 0;
        free.clear();
    }
}
