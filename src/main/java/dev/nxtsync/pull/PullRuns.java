package dev.nxtsync.pull;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import io.micrometer.core.instrument.MeterRegistry;

import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.process.Threads;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job.Progress;
import dev.nxtsync.schedule.RunHistory;

/** What becomes of runs, for the log, the metrics and the history. */
@Singleton
record PullRuns(RunHistory history, FailurePolicy failures, MeterRegistry metrics, Threads threads) {
    /** A turn of work on one pull begins. */
    PullTurn begin(Claim claim, PullUnits.Open open, Progress progress) throws SQLException {
        return new PullTurn(claim, open.plan(), open.state(), open.clock(), progress,
                report(open.plan(), claim, open.clock()));
    }

    PullReport report(PullPlan plan, Claim claim, DatabaseClock clock) {
        return new PullReport(plan.name(), claim, clock.now(), metrics);
    }
}
