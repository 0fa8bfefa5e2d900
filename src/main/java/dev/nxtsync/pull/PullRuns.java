package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

import jakarta.inject.Singleton;

import io.micrometer.core.instrument.MeterRegistry;

import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.process.Threads;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job.Progress;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.RunHistory;

/** What becomes of runs, for the log, the metrics and the history. */
@Singleton
record PullRuns(RunHistory history, FailurePolicy failures, MeterRegistry metrics, Threads threads) {
    /** A turn of work on one pull begins. */
    PullTurn begin(Claim claim, PullUnits.Open open, Progress progress) {
        return new PullTurn(claim, open.plan(), open.state(), open.clock(), progress,
                report(open.plan(), claim, open.clock()));
    }

    /** Keeps why a turn came to nothing, and when it is tried again. */
    Outcome failed(PullTurn turn, Failure failure) throws SQLException {
        return failed(failures.of(turn.claim(), turn.state(), failure, turn.report(), true));
    }

    /**
     * The same for one of several that a failure is in the way of.
     *
     * @param retry how long they all wait
     * @param tells whether the log is told, once for them all
     */
    Outcome failed(PullTurn turn, Failure failure, Duration retry, boolean tells) throws SQLException {
        return failed(failures.of(turn.claim(), turn.state(), failure, retry, turn.report(), tells));
    }

    /** The same where the key is not unique, or nobody can say. */
    Outcome failed(PullTurn turn, Uniqueness.KeyVerdict verdict) throws SQLException {
        return failed(failures.of(turn.claim(), turn.state(), verdict, turn.report()));
    }

    /** The same where PostgreSQL refuses the target. */
    Outcome failed(PullTurn turn, TargetFault fault) throws SQLException {
        return failed(failures.of(turn.claim(), turn.state(), fault, turn.report()));
    }

    private Outcome failed(FailurePolicy.Retry decision) throws SQLException {
        history.add(List.of(decision.run()));
        return new Outcome.Again(decision.retry());
    }

    PullReport report(PullPlan plan, Claim claim, DatabaseClock clock) {
        return new PullReport(plan.name(), claim, clock.now(), metrics);
    }
}
