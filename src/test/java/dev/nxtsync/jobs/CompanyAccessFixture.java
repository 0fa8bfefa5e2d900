package dev.nxtsync.jobs;

import java.util.function.LongSupplier;

import dev.nxtsync.process.ConditionLog;

/** What is known of companies' access, of tests: nothing. */
public final class CompanyAccessFixture {
    private CompanyAccessFixture() {}

    /** @param nanos a clock */
    public static OutageLog outages(LongSupplier nanos) {
        return new OutageLog(new ConditionLog<>(nanos));
    }

    public static CompanyAccess access(OutageLog outages) {
        return new CompanyAccess(outages);
    }
}
