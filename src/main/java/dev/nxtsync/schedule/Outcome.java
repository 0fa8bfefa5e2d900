package dev.nxtsync.schedule;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

import dev.nxtsync.database.Database;

/** What became of a run. */
public sealed interface Outcome {

    /**
     * All that was due has been done, or been put off on its own account.
     *
     * @param nextDue by the database's clock
     * @param pause how long the unit is left alone, whoever wakes it
     */
    record Done(Instant nextDue, Duration pause) implements Outcome {
        /** Without a pause. */
        public Done(Instant nextDue) {
            this(nextDue, Duration.ZERO);
        }
    }

    /**
     * All that was due has been done, but for what is kept in the transaction that frees the unit.
     *
     * @param last of the work, which says what follows; it is of no use without the freeing
     */
    record Ending(Database.Work<Done> last) implements Outcome {}

    /** Nothing has been done: the unit is as due as it was. */
    record NotBegun() implements Outcome {}

    /** Something is in the way of the whole unit. */
    record Again(Duration after) implements Outcome {

        /** Waits for so long, for a person who waits too. Says whether it did; else the thread was interrupted. */
        public boolean waitOut() {
            try {
                TimeUnit.MILLISECONDS.sleep(after.toMillis());
                return true;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }
}
