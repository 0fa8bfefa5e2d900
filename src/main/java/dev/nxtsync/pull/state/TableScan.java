package dev.nxtsync.pull.state;

import java.time.Instant;
import java.util.Optional;

/**
 * A walk through a whole table that is wanted or under way.
 *
 * @param startedAt when its first page was asked for; empty while it has not begun
 * @param cursor the key of the last row, as JSON written by the server; empty at the beginning
 * @param rows so far, those set aside included
 * @param expected rows, as the server counted them at the beginning
 * @param mark the highest change stamp of the table when the walk began
 * @param since only rows that changed at or after this stamp
 * @param direct whether the target had no rows of the company when it began
 * @param settling whether everything has been listed and the differences are being settled
 * @param confirmed whether a person has allowed it to delete any number of rows
 */
public record TableScan(String pull, int company, ScanKind kind, Optional<Instant> startedAt, Optional<String> cursor,
        long rows, Optional<Long> expected, Optional<String> mark, Optional<String> since, boolean direct,
        boolean settling, boolean confirmed) {

    /** What a walk is for. */
    public enum ScanKind {
        LOAD, RECONCILIATION,
        /** The rows of groups whose control totals differ. */
        GROUPS
    }

    /** One that has not begun. */
    public static TableScan wanted(String pull, int company, ScanKind kind) {
        return new TableScan(pull, company, kind, Optional.empty(), Optional.empty(), 0, Optional.empty(),
                Optional.empty(), Optional.empty(), false, false, false);
    }

    /** Whether the table's very first page is next. */
    public boolean isToBegin() {
        return startedAt.isEmpty() && since.isEmpty();
    }

    /** The same from its beginning. */
    public TableScan anew() {
        return new TableScan(pull, company, kind, Optional.empty(), Optional.empty(), 0, Optional.empty(),
                Optional.empty(), since, false, false, confirmed);
    }

    /** The same that begins now. */
    public TableScan begun(Instant now) {
        return new TableScan(pull, company, kind, Optional.of(now), Optional.empty(), 0, Optional.empty(),
                Optional.empty(), since, false, false, confirmed);
    }

    /** The same that has come to another row. */
    public TableScan at(Optional<String> other, long rowsSoFar) {
        return new TableScan(pull, company, kind, startedAt, other, rowsSoFar, expected, mark, since, direct, settling,
                confirmed);
    }

    /** The same for changes since a stamp only. */
    public TableScan since(String stamp) {
        return new TableScan(pull, company, kind, startedAt, cursor, rows, expected, mark, Optional.of(stamp), direct,
                settling, confirmed);
    }

    /** The same with a person's word that any number of rows may be deleted. */
    public TableScan confirm() {
        return new TableScan(pull, company, kind, startedAt, cursor, rows, expected, mark, since, direct, settling,
                true);
    }
}
