package dev.nxtsync.graphql;

/** The budget of a connection, on a clock that is only thought of, in nanoseconds. */
public final class BudgetFixture {
    private final RateWindow window;

    public BudgetFixture(int requestsPerMinute) {
        this.window = new RateWindow(requestsPerMinute);
    }

    /** Zero if a request was entered; else after how long it is tried again. */
    public long enter(long now) {
        return window.enter(now).toNanos();
    }

    public void ended(long now) {
        window.ended(now);
    }
}
