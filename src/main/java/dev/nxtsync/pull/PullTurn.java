package dev.nxtsync.pull;

import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job.Progress;

/** One turn of work on one pull of one company. */
record PullTurn(Claim claim, PullPlan plan, PullState state, DatabaseClock clock, Progress progress,
        PullReport report) {
    /** The same about a part of the rows. */
    PullTurn of(PullPlan part) {
        return new PullTurn(claim, part, state, clock, progress, report);
    }
}
