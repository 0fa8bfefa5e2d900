package dev.nxtsync.pull;

import jakarta.inject.Singleton;

import dev.nxtsync.process.MemoryBudget;

/**
 * The memory of pages that wait while others are read. Of eight runs each has one page without asking, a quarter of the heap
 * together, and there is as much again for any of them. Safe for any number of threads.
 */
@Singleton
class PageMemory {
    private final MemoryBudget more = MemoryBudget.ofHeap(4, 8L * PageReader.BOUND);

    /** Takes the memory of one page, if there is any. */
    boolean take() {
        return more.take(PageReader.BOUND);
    }

    void giveBack() {
        more.giveBack(PageReader.BOUND);
    }
}
