package dev.nxtsync.pull.state;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.pull.target.Checkpoint;
import dev.nxtsync.pull.target.RowCount;
import dev.nxtsync.pull.target.RowFaults;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.pull.target.WriteCounts;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.UnitKind;

/**
 * The progress of a load.
 *
 * @param unit the load's, by which the polls and reconciliations of the same pull are found
 * @param scan as it is after the page
 * @param ranges what the page has changed of the scan's ranges
 * @param ended whether this was the last page
 * @param next when other work follows, once the load has ended
 * @param counted at the end, whether the server counts as many rows as have come; empty if it was not asked
 */
public record LoadPage(Claim unit, TableScan scan, RangeChange ranges, Instant readAt, boolean ended,
        LoadFollowers next, Optional<Boolean> counted) implements Checkpoint {
    /**
     * What follows a load.
     *
     * @param due when the pull is due again
     * @param reconcile of a first load, when the pull is reconciled
     * @param prove of a first load, when its control totals are compared
     */
    public record LoadFollowers(Instant due, Instant reconcile, Instant prove) {}

    @Override
    public String pull() {
        return scan.pull();
    }

    @Override
    public int company() {
        return scan.company();
    }

    @Override
    public WriteCounts keep(Handle transaction, TargetTable table, WriteCounts written) throws SQLException {
        boolean completes = ended && scan.since().isEmpty();
        // first of all, since it may take long, and others want what is locked from here on
        long more = completes
                ? RowCount.correction(transaction, table, pull(), company()).orElse(written.inserted())
                : written.inserted();
        PullStates.added(transaction, this, more);
        PullCondition.well(transaction, UnitKind.LOAD, company(), List.of(pull()));
        if (ended) {
            TableScans.forget(transaction, pull(), company(), TableScan.ScanKind.LOAD);
            if (completes) {
                complete(transaction);
            }
        } else {
            TableScans.put(transaction, scan);
            TableScans.put(transaction, scan, ranges);
        }
        return written;
    }

    /**
     * Whether a reconciliation has told what is missing, or, of rows without change stamps, has just looked: what moves in each
     * load and in each reconciliation starts one an hour at most.
     */
    private boolean isReconciled(Handle transaction) {
        return transaction.createQuery("""
                select exists (select from nxt_sync.pull_state where pull = :pull and company = :company
                    and (missing is not null or :isStampless
                        and reconciled_at between clock_timestamp() - interval '1 hour' and clock_timestamp()))""")
                .bind("pull", pull()).bind("company", company()).bind("isStampless", scan.mark().isEmpty())
                .mapTo(boolean.class).one();
    }

    private void complete(Handle transaction) {
        Instant started = scan.startedAt().orElse(readAt);
        RowFaults.loaded(transaction, pull(), company(), started);
        boolean wasFirst = transaction.createUpdate("""
                update nxt_sync.pull_state
                set loaded_at = clock_timestamp(), mark = :mark, mark_seen_at = :seenAt
                where pull = :pull and company = :company and loaded_at is null""").bind("mark", scan.mark())
                .bind("seenAt", scan.mark().map(mark -> started)).bind("pull", pull()).bind("company", company())
                .execute() == 1;
        transaction.createUpdate("""
                update nxt_sync.pull_state
                set due_at = :due, complete_as_of = greatest(:started,
                    case when complete_as_of <= clock_timestamp() then complete_as_of end)
                where pull = :pull and company = :company""").bind("started", started).bind("due", next.due())
                .bind("pull", pull()).bind("company", company()).execute();
        if (wasFirst) {
            UnitWakes.loaded(transaction, unit, next.reconcile(), next.prove());
        }
        PullCondition.unique(transaction, unit);
        if (counted.orElse(false)) {
            PullStates.missing(transaction, unit, Optional.empty());
        } else if (counted.isPresent() && (wasFirst || !isReconciled(transaction))) {
            UnitWakes.reconcile(transaction, unit, pull());
        }
    }
}
