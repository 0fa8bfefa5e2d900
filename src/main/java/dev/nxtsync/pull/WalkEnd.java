package dev.nxtsync.pull;

import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.pull.state.TableScan;

/** How a run of a walk ended. */
sealed interface WalkEnd {

    /** Everything has been read. */
    record Walked(TableScan scan) implements WalkEnd {}

    /** Others have a turn before it goes on. */
    record TimeOver() implements WalkEnd {}

    /** The process is stopping. */
    record WalkStopping(ShuttingDown signal) implements WalkEnd {}

    record WalkRefused(Failure failure) implements WalkEnd {}

    record WalkKeyNotUnique(Uniqueness.KeyVerdict verdict) implements WalkEnd {}
}
