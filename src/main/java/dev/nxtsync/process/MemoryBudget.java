package dev.nxtsync.process;

import java.util.concurrent.atomic.AtomicLong;

/** Memory that is given out before it is used, so that what comes from outside cannot take all. Safe for any number of threads. */
public final class MemoryBudget {
    /** What a JSON text costs in all while it is taken apart, in multiples of its bytes, beside {@link JsonTree}. */
    public static final int COST_OF_JSON = 5;

    private final long size;
    private final AtomicLong left;

    private MemoryBudget(long size) {
        this.size = size;
        this.left = new AtomicLong(size);
    }

    /**
     * A part of the heap.
     *
     * @param divisor into how many parts the heap is divided
     * @param least in bytes, on however small a heap
     */
    public static MemoryBudget ofHeap(int divisor, long least) {
        return new MemoryBudget(Math.max(least, Runtime.getRuntime().maxMemory() / divisor));
    }

    /** In bytes; what needs more can never be taken. */
    public long size() {
        return size;
    }

    /** Takes so many bytes, if there are. */
    public boolean take(long bytes) {
        if (left.addAndGet(-bytes) >= 0) {
            return true;
        }
        left.addAndGet(bytes);
        return false;
    }

    public void giveBack(long bytes) {
        left.addAndGet(bytes);
    }
}
