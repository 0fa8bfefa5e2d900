package dev.nxtsync.access;

/** What is known of companies' access, of tests: nothing. */
public final class AccessFixture {
    private AccessFixture() {}

    public static Access access(Outages outages) {
        return new Access(outages);
    }
}
