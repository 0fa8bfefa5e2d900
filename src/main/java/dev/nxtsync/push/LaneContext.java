package dev.nxtsync.push;

import java.time.Instant;

import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.push.outbox.PushedCompany;
import dev.nxtsync.push.plan.PushPlan;
import dev.nxtsync.schedule.Claim;

/** What the steps of one run of a lane share. */
record LaneContext(LaneServices services, Claim claim, PushPlan plan, Resolution resolution, DatabaseClock clock,
        PushReport report, Settling settling, PushHistory learned) {

    PushedCompany pushedCompany() {
        return PushedCompany.of(claim);
    }

    InDoubtTimes times() {
        return resolution.times();
    }

    /** The database's time. */
    Instant now() {
        return clock.now();
    }
}
