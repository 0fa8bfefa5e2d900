package dev.nxtsync.access;

import java.util.function.LongSupplier;

import dev.nxtsync.process.Lasting;

/** What is known of companies' access, of tests: nothing. */
public final class AccessFixture {
    private AccessFixture() {}

    /** @param nanos a clock */
    public static Outages outages(LongSupplier nanos) {
        return new Outages(new Lasting<>(nanos));
    }

    public static Access access(Outages outages) {
        return new Access(outages);
    }
}
