package dev.nxtsync.schedule;

import java.time.Duration;
import java.time.Instant;

/** What became of a run. */
public sealed interface Outcome {

    /**
     * All that was due has been done, or been put off on its own account.
     *
     * @param nextDue by the database's clock
     */
    record Done(Instant nextDue) implements Outcome {}

    /** Something is in the way of the whole unit. */
    record Again(Duration after) implements Outcome {}
}
