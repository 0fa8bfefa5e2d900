package dev.nxtsync.pull.state;

import java.time.Instant;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.UnitSelection;

/** Has other units look what they can do, in the transaction of the change that lets them. */
final class UnitWakes {
    private UnitWakes() {}

    /**
     * Wakes the poll and the fetch of the same company, and makes the reconciliation and the
     * control totals of the same pull due.
     *
     * @param prove when its control totals are due
     */
    static void loaded(Handle transaction, Claim load, Instant reconcile, Instant prove) {
        goOn(transaction, load);
        UnitSelection.of(load.entry(), UnitKind.PROOF).inCompanyOf(load).makeDue(transaction, prove);
        UnitSelection.of(load.entry(), UnitKind.RECONCILIATION).inCompanyOf(load).makeDue(transaction, reconcile);
    }

    /** Has polls and fetches of the same company look what they can do. */
    static void goOn(Handle transaction, Claim unit) {
        UnitSelection.of(unit.entry(), UnitKind.POLL, UnitKind.FETCH).inCompanyOf(unit).wake(transaction);
    }

    /** Makes the reconciliation of a pull due, in the same company as a unit. */
    static void reconcile(Handle transaction, Claim unit, String pull) {
        UnitSelection.of(pull, UnitKind.RECONCILIATION).inCompanyOf(unit).makeDue(transaction);
    }
}
