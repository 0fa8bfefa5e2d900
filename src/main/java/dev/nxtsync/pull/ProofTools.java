package dev.nxtsync.pull;

import jakarta.inject.Singleton;

import dev.nxtsync.pull.key.KeyProofs;
import dev.nxtsync.pull.proof.TargetTotals;

/** What a comparison of control totals works with. */
@Singleton
record ProofTools(PullSource source, PullSink sink, PullRuns runs, PullPositions positions, TargetTotals totals,
        ProofLimits limits, OfferedAggregates aggregates, KeyProofs keys) {}
