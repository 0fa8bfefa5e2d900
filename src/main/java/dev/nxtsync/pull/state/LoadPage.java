package dev.nxtsync.pull.state;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.database.Timestamps;
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
 * @param ended whether this was the last page
 * @param due when the pull is due again, once the load has ended
 * @param reconcile when the pull is reconciled next, once its first load has ended
 * @param counted at the end, whether the server counts as many rows as have come; empty if it was not asked
 */
public record LoadPage(Claim unit, TableScan scan, Instant readAt, boolean ended, Instant due, Instant reconcile,
        Optional<Boolean> counted) implements Checkpoint {
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
        advance(transaction, more);
        if (ended) {
            TableScans.forget(transaction, pull(), company(), TableScan.ScanKind.LOAD);
            if (completes) {
                complete(transaction);
            }
        } else {
            TableScans.put(transaction, scan);
        }
        return written;
    }

    private void advance(Handle transaction, long more) throws SQLException {
        try (var update = transaction.getConnection().prepareStatement("""
                update nxt_sync.pull_state set digest = null, rows = rows + ?
                where pull = ? and company = ?""")) {
            update.setLong(1, more);
            update.setString(2, pull());
            update.setInt(3, company());
            update.executeUpdate();
        }
        PullCondition.well(transaction, UnitKind.LOAD, company(), List.of(pull()));
    }

    /**
     * Whether a reconciliation has told what is missing, or, of rows without change stamps, has just looked: what moves in each
     * load and in each reconciliation starts one an hour at most.
     */
    private boolean isReconciled(Handle transaction) throws SQLException {
        try (var select = transaction.getConnection().prepareStatement(
                "select from nxt_sync.pull_state where pull = ? and company = ? and (missing is not null or ? and reconciled_at "
                        + "between clock_timestamp() - interval '1 hour' and clock_timestamp())")) {
            select.setString(1, pull());
            select.setInt(2, company());
            select.setBoolean(3, scan.mark().isEmpty());
            try (ResultSet row = select.executeQuery()) {
                return row.next();
            }
        }
    }

    private void complete(Handle transaction) throws SQLException {
        Instant started = scan.startedAt().orElse(readAt);
        RowFaults.loaded(transaction, pull(), company(), started);
        try (var first = transaction.getConnection().prepareStatement("""
                update nxt_sync.pull_state set loaded_at = clock_timestamp(), mark = ?,
                    mark_seen_at = case when ? is null then null::timestamptz else ? end
                where pull = ? and company = ? and loaded_at is null""");
                var fresh = transaction.getConnection().prepareStatement(
                        "update nxt_sync.pull_state set complete_as_of = greatest(case when complete_as_of <= clock_timestamp() then complete_as_of end, ?), due_at = ? where pull = ? and company = ?")) {
            first.setString(1, scan.mark().orElse(null));
            first.setString(2, scan.mark().orElse(null));
            first.setObject(3, Timestamps.timestamp(started));
            first.setString(4, pull());
            first.setInt(5, company());
            boolean wasFirst = first.executeUpdate() == 1;
            fresh.setObject(1, Timestamps.timestamp(started));
            fresh.setObject(2, Timestamps.timestamp(due));
            fresh.setString(3, pull());
            fresh.setInt(4, company());
            fresh.executeUpdate();
            if (wasFirst) {
                UnitWakes.loaded(transaction, unit, reconcile);
            }
            PullCondition.unique(transaction, unit);
            if (counted.orElse(false)) {
                PullStates.missing(transaction, unit, Optional.empty());
            } else if (counted.isPresent() && (wasFirst || !isReconciled(transaction))) {
                UnitWakes.reconcile(transaction, unit, pull());
            }
        }
    }
}
