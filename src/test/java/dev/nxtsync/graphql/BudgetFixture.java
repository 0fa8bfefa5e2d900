package dev.nxtsync.graphql;

/** The budget of a connection, on a clock that is only thought of, in nanoseconds. */
public final class BudgetFixture {
    private final RateWindow window;

    public BudgetFixture(int requestsPerMinute) {
        this.window = new RateWindow(requestsPerMinute);
    }

    /** Zero if a request was entered; else after how long it is tried again. */
    public long enter(boolean inBackground, long now) {
        return window.enter(inBackground, now).toNanos();
    }

    public boolean admitsBackground(long now) {
        return window.admitsBackground(now);
    }

    public void ended(boolean inBackground, long now) {
        window.ended(inBackground, now);
    }
}
