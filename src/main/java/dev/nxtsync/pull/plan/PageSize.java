package dev.nxtsync.pull.plan;

/**
 * How many rows to ask for: half as many where that was too much, twice as many after ten good pages, and never more than will
 * fit if they are like those of the page before. Safe for any number of threads.
 */
public final class PageSize {
    private static final int GOOD = 10;
    /** Rows are not all alike. */
    private static final double SAFE = 0.85;

    private final int max;
    private int rows;
    private int good;
    private int fitting = Integer.MAX_VALUE;

    public PageSize(int first, int max) {
        this.rows = first;
        this.max = max;
    }

    public synchronized int rows() {
        return Math.min(rows, fitting);
    }

    /** A whole page came. */
    public synchronized void good() {
        good++;
        if (good >= GOOD && rows < max) {
            rows = Math.min(max, rows * 2);
            good = 0;
        }
    }

    /**
     * Learns how large rows are.
     *
     * @param count of rows that came
     * @param bytes of memory that they took
     * @param bound how many bytes a page may take
     */
    public synchronized void fits(int count, int bytes, int bound) {
        if (count > 0 && bytes > 0) {
            fitting = (int) Math.max(1, Math.min(Integer.MAX_VALUE, SAFE * bound * count / bytes));
        }
    }

    /** It took too long, or did not fit. Says whether it can be less. */
    public synchronized boolean tooLarge() {
        return tooLarge(rows());
    }

    /**
     * So many took too long, or did not fit. Of several that were asked for at the same time, the first makes it less. Says whether
     * it can be less than that many.
     */
    public synchronized boolean tooLarge(int asked) {
        good = 0;
        if (asked <= rows()) {
            rows = Math.max(1, rows() / 2);
        }
        return asked > 1;
    }
}
