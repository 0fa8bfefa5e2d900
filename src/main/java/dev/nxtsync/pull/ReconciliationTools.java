package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.List;

import dev.nxtsync.graphql.Failure;
import dev.nxtsync.pull.state.KeyListing;
import dev.nxtsync.schedule.Outcome;

/** What a reconciliation works with. */
record ReconciliationTools(PullSource source, PullSink sink, PullRuns runs, PullPositions positions, KeyListing listing,
        ListingMemory memory) {
    /** Ends the turn, since there was no whole answer. */
    ReconciliationStep failed(PullTurn turn, Failure failure) throws SQLException {
        return new ReconciliationStep.TurnEnded(runs.failed(turn, failure));
    }

    /** The same where the key is not unique, or nobody can say. */
    ReconciliationStep failed(PullTurn turn, Uniqueness.KeyVerdict verdict) throws SQLException {
        return new ReconciliationStep.TurnEnded(runs.failed(turn, verdict));
    }

    /** Keeps that others have a turn before the end. */
    ReconciliationStep goesOn(PullTurn turn) throws SQLException {
        runs.history().add(List.of(turn.report().done("goes on")));
        return new ReconciliationStep.TurnEnded(new Outcome.Done(turn.clock().now()));
    }
}
