package dev.nxtsync.push;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.push.outbox.Outbox;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.OutboxRow.RowState;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job.Progress;

/** Writes what becomes of rows in one run of a lane, and counts it in the run's report. */
final class Settling {
    private final Outbox outbox;
    private final Claim claim;
    private final PushReport report;
    private final Progress progress;

    Settling(Outbox outbox, Claim claim, PushReport report, Progress progress) {
        this.outbox = outbox;
        this.claim = claim;
        this.report = report;
        this.progress = progress;
    }

    /** Writes rows together; if PostgreSQL refuses that, each by itself, so that one stops no other. */
    void settle(List<OutboxRow> before, List<OutboxRow> after) throws SQLException {
        try {
            outbox.settle(claim, after, before.stream().map(OutboxRow::state).toList());
            report.settled(before, after);
        } catch (SQLException e) {
            if (!DatabaseFault.isOfValues(e)) {
                throw e;
            }
            for (int i = 0; i < after.size(); i++) {
                settle(before.get(i), after.get(i));
            }
        }
        progress.made();
    }

    private void settle(OutboxRow before, OutboxRow after) throws SQLException {
        OutboxRow kept = after;
        try {
            outbox.settle(claim, List.of(after), List.of(before.state()));
        } catch (SQLException e) {
            if (!DatabaseFault.isOfValues(e)) {
                throw e;
            }
            kept = unkept(before, after, e);
        }
        report.settled(List.of(before), List.of(kept));
    }

    /** A row in doubt stays so, without what cannot be kept of it; any other is a person's matter. */
    private OutboxRow unkept(OutboxRow before, OutboxRow after, SQLException refusal) throws SQLException {
        if (after.state() == RowState.IN_DOUBT) {
            var inDoubt = before.inDoubt(after.nextAt().orElseThrow());
            try {
                outbox.settle(claim, List.of(inDoubt), List.of(before.state()));
                return inDoubt;
            } catch (SQLException e) {
                if (!DatabaseFault.isOfValues(e)) {
                    throw e;
                }
                // a user's own constraint, which must not hold up the others of the lane
                return dead(before, inDoubt, after, e);
            }
        }
        return dead(before, before, after, refusal);
    }

    private OutboxRow dead(OutboxRow before, OutboxRow from, OutboxRow after, SQLException refusal)
            throws SQLException {
        var why = new Problem(ErrorCode.UNEXPECTED,
                "What has become of it (" + after.state().text() + ") cannot be kept: PostgreSQL refuses it (SQLSTATE "
                        + refusal.getSQLState()
                        + "). Look whether its record is in Business NXT; discard this row if it is, retry it if not.");
        var dead = from.dead(why.errorCode(), why.message(), Optional.empty());
        outbox.settle(claim, List.of(dead), List.of(before.state()));
        return dead;
    }

    void requestEnded() {
        report.request();
        progress.made();
    }
}
