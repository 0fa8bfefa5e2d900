package dev.nxtsync.push;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.push.outbox.Outbox;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.OutboxRow.State;
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
            kept = unkept(before, after, e.getSQLState());
            outbox.settle(claim, List.of(kept), List.of(before.state()));
        }
        report.settled(List.of(before), List.of(kept));
    }

    /** A row in doubt stays so, without what cannot be kept of it; any other is a person's matter. */
    private static OutboxRow unkept(OutboxRow before, OutboxRow after, String state) {
        var why = new Problem(ErrorCode.UNEXPECTED, "What has become of it (" + after.state().text()
                + ") cannot be kept: PostgreSQL refuses it (SQLSTATE " + state
                + "). Look whether its record is in Business NXT; discard this row if it is, retry it if not.");
        return after.state() == State.IN_DOUBT
                ? before.inDoubt(after.nextAt().orElseThrow())
                : before.dead(why.trouble(), why.message(), Optional.empty());
    }

    void requestEnded() {
        report.request();
        progress.made();
    }
}
