package dev.nxtsync.schedule;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

/** A claimed unit, from its claim until it is freed. */
final class ClaimedRun {
    final Claim claim;
    final Job.Run work;
    final RunTelemetry.Claiming claiming;
    /** With whose unit the run began; this one, if it is that. */
    final ClaimedRun first;
    /** Units that the run has taken along. */
    final List<ClaimedRun> along = new CopyOnWriteArrayList<>();
    /** Whether it may still take some along. */
    volatile boolean gathers;
    volatile @Nullable Thread thread;
    volatile long progressAt = System.nanoTime();
    volatile @Nullable Ended ended;
    /** Whether a freeing may have been committed without our knowing. */
    volatile boolean perhapsFreed;

    ClaimedRun(Claim claim, Job.Run work, RunTelemetry.Claiming claiming, boolean gathers) {
        this.claim = claim;
        this.work = work;
        this.claiming = claiming;
        this.first = this;
        this.gathers = gathers;
    }

    private ClaimedRun(Claim claim, ClaimedRun first) {
        this.claim = claim;
        this.work = first.work;
        this.claiming = first.claiming;
        this.first = first;
    }

    /** How a run has ended, and so when its unit is worked on again. */
    sealed interface Ended {
        record Well(Outcome.Done done) implements Ended {}

        /** Its unit is free already. */
        record Freed(Outcome.Done done) implements Ended {}

        record Failed(Duration retry) implements Ended {}

        /** Without an end of its work: the unit is due as before. */
        record CutShort() implements Ended {}

        /** Frees the unit, and says whether the claim still held it. */
        default boolean free(Claims claims, Claim claim) throws SQLException {
            if (this instanceof Freed) {
                return true;
            }
            if (this instanceof Well well) {
                return claims.free(claim, Optional.of(well.done().nextDue()), Claims.pause(well.done()), true);
            }
            return this instanceof Failed failed
                    ? claims.free(claim, Optional.empty(), Optional.of(failed.retry()), false)
                    : claims.giveBack(claim);
        }

        /** Of a run whose unit is still to be freed. */
        static Ended by(Outcome outcome) {
            if (outcome instanceof Outcome.NotBegun) {
                return new CutShort();
            }
            return outcome instanceof Outcome.Done done
                    ? new Well(done)
                    : new Failed(((Outcome.Again) outcome).after());
        }
    }

    /** Another unit is worked on by the same run. */
    ClaimedRun takeAlong(Claim other) {
        var taken = new ClaimedRun(other, this);
        along.add(taken);
        return taken;
    }

    /** The run is over, with all that it has taken along. */
    void end(Ended how) {
        thread = null;
        along.stream().filter(taken -> taken.ended == null).forEach(taken -> taken.ended = new Ended.CutShort());
        ended = how;
    }

    /** Whether it takes a thread, and asks. */
    boolean isAtWork() { return first == this && ended == null; }

    void interrupt() {
        var at = first.thread;
        if (at != null) {
            at.interrupt();
        }
    }
}
