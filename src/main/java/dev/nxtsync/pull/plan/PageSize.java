package dev.nxtsync.pull.plan;

/** How many rows to ask for: half as many where that was too much, twice as many after ten good pages. Not thread-safe. */
public final class PageSize {
    private static final int GOOD = 10;

    private final int max;
    private int rows;
    private int good;

    public PageSize(int first, int max) {
        this.rows = first;
        this.max = max;
    }

    public int rows() {
        return rows;
    }

    /** A whole page came. */
    public void good() {
        good++;
        if (good >= GOOD && rows < max) {
            rows = Math.min(max, rows * 2);
            good = 0;
        }
    }

    /** It took too long, or did not fit. Says whether it can be less. */
    public boolean tooLarge() {
        good = 0;
        boolean can = rows > 1;
        rows = Math.max(1, rows / 2);
        return can;
    }
}
