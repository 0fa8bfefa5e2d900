package dev.nxtsync.push;

import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.jboss.logging.Logger;

import io.micrometer.core.instrument.MeterRegistry;

import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.OutboxRow.RowState;
import dev.nxtsync.push.outbox.RowTransition;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.RunHistory;
import dev.nxtsync.schedule.RunHistory.RunRecord;

/** Counts what one run of a lane does, for the log and the history. */
final class PushReport {
    private static final Logger LOG = Logger.getLogger(PushReport.class);

    private final Claim claim;
    private final Instant startedAt;
    private final Map<RowState, Integer> settled = new EnumMap<>(RowState.class);
    private int notAccepted;
    private int requests;
    private int sent;

    PushReport(Claim claim, Instant startedAt) {
        this.claim = claim;
        this.startedAt = startedAt;
    }

    void request() {
        requests++;
    }

    void sent(int rows) {
        sent += rows;
    }

    void settled(List<RowTransition> transitions) {
        for (RowTransition each : transitions) {
            OutboxRow before = each.before();
            OutboxRow row = each.after();
            if (row.state() != before.state()) {
                settled.merge(row.state(), 1, Integer::sum);
                notAccepted += row.state() == RowState.IN_DOUBT && row.answered().isPresent() ? 1 : 0;
            }
            if (row.state() == RowState.DEAD && before.state() != RowState.DEAD) {
                LOG.warnf("Push %s, %s: row %d (key \"%s\") is dead. %s See: dead-letters show %d", claim.entry(),
                        claim.tenant(), row.id(), row.key(), row.error().orElse(""), row.id());
            } else if (row.state() != RowState.DEAD && row.error().isPresent() && !row.error().equals(before.error())) {
                LOG.errorf("Push %s, %s: row %d (key \"%s\"): %s", claim.entry(), claim.tenant(), row.id(), row.key(),
                        row.error().get());
            }
        }
    }

    void tell(RunHistory runs, MeterRegistry metrics, Instant now, Optional<Failure> failure) throws SQLException {
        if (requests == 0 && settled.isEmpty()) {
            return;
        }
        int done = settled.getOrDefault(RowState.DONE, 0);
        int dead = settled.getOrDefault(RowState.DEAD, 0);
        int doubtful = settled.getOrDefault(RowState.IN_DOUBT, 0) - notAccepted;
        LOG.logf(sent + done + dead + doubtful + notAccepted > 0 ? Logger.Level.INFO : Logger.Level.DEBUG,
                "Push %s, %s, lane %d: %d sent, %d done%s%s%s, in %.1f s with %s", claim.entry(), claim.tenant(),
                claim.lane(), sent, done, dead > 0 ? ", " + dead + " dead" : "",
                notAccepted > 0 ? ", " + notAccepted + " not accepted and looked for" : "",
                doubtful > 0 ? ", " + doubtful + " in doubt and looked for" : "",
                java.time.Duration.between(startedAt, now).toMillis() / 1000.0, Words.count(requests, "request"));
        var run = new RunRecord(claim.entry(), claim.company(), claim.kind(), startedAt, now,
                failure.map(Failure::code).orElse("ok"), 0, done, 0, dead, requests, 0,
                failure.map(Failure::traceId).orElse(""), failure.map(Failure::message).orElse(""));
        run.count(metrics);
        runs.add(List.of(run));
    }
}
