package dev.nxtsync.pull;

import dev.nxtsync.schedule.Outcome;

/** What a step of a reconciliation came to. */
sealed interface ReconciliationStep {
    /** The next step can follow. */
    record GoOn() implements ReconciliationStep {}

    /** The turn is over. */
    record TurnEnded(Outcome outcome) implements ReconciliationStep {}
}
