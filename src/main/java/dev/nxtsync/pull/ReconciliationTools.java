package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.List;

import dev.nxtsync.pull.state.KeyListing;
import dev.nxtsync.schedule.Outcome;

/** What a reconciliation works with. */
record ReconciliationTools(PullSource source, PullSink sink, PullRuns runs, PullPositions positions, KeyListing listing,
        ListingMemory memory) {
    /** Keeps what a step came to that failed. */
    ReconciliationStep failed(FailurePolicy.Decision decision) throws SQLException {
        runs.history().add(List.of(decision.run()));
        return new ReconciliationStep.Ended(new Outcome.Again(decision.retry()));
    }

    /** Keeps that others have a turn before the end. */
    ReconciliationStep goesOn(PullTurn turn) throws SQLException {
        runs.history().add(List.of(turn.report().done("goes on")));
        return new ReconciliationStep.Ended(new Outcome.Done(turn.clock().now()));
    }
}
