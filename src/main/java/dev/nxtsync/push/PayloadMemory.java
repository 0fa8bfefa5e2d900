package dev.nxtsync.push;

import jakarta.inject.Singleton;

import dev.nxtsync.process.MemoryBudget;

/**
 * The memory that payloads may take, so that no payload can take all of it. The rows of one run take a sixteenth of the heap at
 * most, as pages of pulls do; larger rows are read alone, and share a quarter of the heap, one after the other if need be.
 * Safe for any number of threads.
 */
@Singleton
public class PayloadMemory {
    private static final int OF_A_RUN = 16;
    private static final int OF_LARGE_ONES = 4;
    /** As many as there are threads for requests that wait. */
    private static final int AT_ONCE = 8;
    private static final long MEGABYTE = 1 << 20;

    private final long ofARun;
    private final MemoryBudget large;

    PayloadMemory() {
        this(MemoryBudget.ofHeap(OF_LARGE_ONES, MEGABYTE), Runtime.getRuntime().maxMemory() / OF_A_RUN);
    }

    /** @param ofARun in bytes */
    PayloadMemory(MemoryBudget large, long ofARun) {
        this.large = large;
        this.ofARun = ofARun;
    }

    /** How many bytes the payloads may have that are worked on together. */
    public int together() {
        return (int) Math.min(Integer.MAX_VALUE, ofARun / MemoryBudget.COST_OF_JSON);
    }

    /** How many bytes a payload may have at most. */
    public int most() {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(together(), large.size() / MemoryBudget.COST_OF_JSON));
    }

    /** Takes the memory for the structure of a payload whose bytes have theirs elsewhere; says whether it could. */
    boolean takeStructure(int weight) {
        return isSmall(weight) || large.take(cost(weight));
    }

    void giveBackStructure(int weight) {
        if (!isSmall(weight)) {
            large.giveBack(cost(weight));
        }
    }

    /** Of small ones as many as come at once take no more than the rows of a run. */
    private boolean isSmall(int weight) {
        return weight <= together() / AT_ONCE;
    }

    /** Takes the memory for one payload; says whether it could. */
    public boolean take(int bytes) {
        return bytes <= together() || large.take(cost(bytes));
    }

    /** Gives back what was taken for a payload of so many bytes. */
    public void giveBack(int bytes) {
        if (bytes > together()) {
            large.giveBack(cost(bytes));
        }
    }

    /**
     * Why a payload is not read.
     *
     * @param weight the bytes of a payload with one long text that takes as much memory
     */
    String tooLarge(int bytes, int weight) {
        long heap = (cost(weight) * OF_LARGE_ONES + MEGABYTE - 1) / MEGABYTE;
        return "The payload has " + bytes + " bytes and takes about " + cost(weight) / Math.max(1, bytes)
                + " times as much memory. A quarter of the heap is for payloads, so it needs a heap of " + heap
                + " MB; this process has " + Runtime.getRuntime().maxMemory() / MEGABYTE + " MB.";
    }

    private static long cost(int bytes) {
        return (long) bytes * MemoryBudget.COST_OF_JSON;
    }
}
