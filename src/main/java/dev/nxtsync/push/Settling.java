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
import dev.nxtsync.push.outbox.RowTransition;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job.Progress;
import dev.nxtsync.trace.TraceSpan;

/** Writes what becomes of rows in one run of a lane, and counts it in the run's report. */
record Settling(Outbox outbox, Claim claim, PushReport report, Progress progress) {
    /** Writes rows together; if PostgreSQL refuses that, each by itself, so that one stops no other. */
    void settle(List<RowTransition> transitions) throws SQLException {
        if (transitions.isEmpty()) {
            progress.made();
            return;
        }
        try (var span = TraceSpan.begin("settle").with("nxt.rows", transitions.size())) {
            if (refusal(transitions).isEmpty()) {
                report.settled(transitions);
            } else {
                for (RowTransition each : transitions) {
                    report.settled(List.of(kept(each)));
                }
            }
            span.outcome("ok");
        }
        progress.made();
    }

    /** Why PostgreSQL does not take what has become of rows; empty if it is kept. */
    private Optional<SQLException> refusal(List<RowTransition> transitions) throws SQLException {
        try {
            outbox.settle(claim, transitions);
            return Optional.empty();
        } catch (SQLException e) {
            if (DatabaseFault.isOfValues(e)) {
                return Optional.of(e);
            }
            throw e;
        }
    }

    /** A row in doubt stays so, without what cannot be kept of it; any other is a person's matter. */
    private RowTransition kept(RowTransition wanted) throws SQLException {
        OutboxRow before = wanted.before();
        OutboxRow from = before;
        var refusal = refusal(List.of(wanted));
        if (refusal.isEmpty()) {
            return wanted;
        }
        if (wanted.after().state() == RowState.IN_DOUBT) {
            from = before.inDoubt(wanted.after().nextAt().orElseThrow());
            var inDoubt = new RowTransition(before, from);
            refusal = refusal(List.of(inDoubt));
            if (refusal.isEmpty()) {
                return inDoubt;
            }
            // a user's own constraint, which must not hold up the others of the lane
        }
        var why = new Problem(ErrorCode.UNEXPECTED, "Its new state (" + wanted.after().state().text()
                + ") cannot be stored: PostgreSQL refuses it (SQLSTATE " + refusal.get().getSQLState()
                + "). Check whether its record is in Business NXT. If it is, discard this row. Otherwise retry it.");
        var dead = new RowTransition(before, from.dead(why.errorCode(), why.message(), Optional.empty()));
        outbox.settle(claim, List.of(dead));
        return dead;
    }

    void requestEnded() {
        report.request();
        progress.made();
    }
}
