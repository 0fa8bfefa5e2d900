package dev.nxtsync.schedule;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/** A claimed unit, from its claim until it is freed. */
final class ClaimedRun {
    final Claim claim;
    final Job.Run work;
    final RunTelemetry.Claiming claiming;
    volatile @Nullable Thread thread;
    volatile long progressAt = System.nanoTime();
    volatile @Nullable Ended ended;
    /** Whether a freeing may have been committed without our knowing. */
    volatile boolean perhapsFreed;

    ClaimedRun(Claim claim, Job.Run work, RunTelemetry.Claiming claiming) {
        this.claim = claim;
        this.work = work;
        this.claiming = claiming;
    }

    /** How a run has ended, and so when its unit is worked on again. */
    sealed interface Ended {
        record Well(Outcome.Done done) implements Ended {}

        /** Its unit is free already. */
        record Freed(Outcome.Done done) implements Ended {}

        record Failed(Duration retry) implements Ended {}

        /** Since the process stops: the unit is due as before. */
        record CutShort() implements Ended {}
    }
}
