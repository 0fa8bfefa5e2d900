package dev.nxtsync.push;

import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.push.Preparation.PreparedRow;
import dev.nxtsync.push.outbox.MutationKind;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.OutboxRow.Step;
import dev.nxtsync.push.outbox.PushStates.PushState;
import dev.nxtsync.push.plan.PushPlan;
import dev.nxtsync.trace.TraceSpan;

/** Chooses the rows of each request of one run of a lane, sends them, and settles what is answered. */
final class Sender {
    /** Of processings and deletes, each with a part of its own in the document. */
    private static final int MOST_PARTS = 25;

    private final LaneContext lane;
    private final PushPlan plan;
    /** Rows whose record another row is about just now; they close their groups. */
    private final Set<Long> aside = new HashSet<>();
    private boolean onePerGroup;
    private boolean echoed;
    private boolean answered;

    /** @param isAnswered false if it was not sent, since some of its rows cannot be now */
    record SentBatch(List<OutboxRow> rows, boolean isAnswered) {}

    Sender(LaneContext lane, PushState state) {
        this.lane = lane;
        this.plan = lane.plan();
        this.echoed = state.echoed().filter(plan.keyColumn()::equals).isPresent();
        this.onePerGroup = state.onePerGroup();
    }

    /** Rows that were not sent, since others about their records are in flight. */
    Set<Long> aside() {
        return aside;
    }

    /** Whether what was sent in this run was answered. */
    boolean isAnswered() { return answered; }

    /** From now on rows of one group share no request. */
    void sendOnePerGroup() {
        onePerGroup = true;
    }

    /** How many rows go into a request that begins with this one. */
    int most(OutboxRow first) {
        int size = lane.learned().size().rows();
        if (first.step() == Step.THEN) {
            return plan.then().orElseThrow().doneWhen().isPresent() ? Math.min(MOST_PARTS, size) : 1;
        }
        if (plan.creates() && !echoed) {
            // until the key has come back as it was sent, no more than one record is risked
            return 1;
        }
        return isDelete(first) ? Math.min(MOST_PARTS, size) : size;
    }

    /**
     * Sends the first of the rows, and those that may go with it.
     *
     * @throws LaneBlocked if others cannot be sent after it
     */
    SentBatch send(List<PreparedRow> prepared) throws SQLException {
        OutboxRow first = prepared.get(0).row();
        var batch = Batch.of(prepared, most(first), Preparation.MOST_BYTES, isOnePerGroup(first));
        var rows = batch.stream().map(PreparedRow::row).toList();
        SendResult result;
        try (var span = TraceSpan.begin("send").with("nxt.rows", rows.size())) {
            result = new SendRequest(lane, rows, batch.stream().map(PreparedRow::payload).toList()).send();
            span.outcome(result.failure().map(Failure::code).orElse("ok"));
        }
        lane.settling().requestEnded();
        lane.report().sent(rows.size());
        keep(result);
        if (result.failure().isPresent()) {
            throw LaneBlocked.ofSending(result.failure().get());
        }
        boolean isAnswered = result.aside().isEmpty();
        answered |= isAnswered;
        return new SentBatch(rows, isAnswered);
    }

    private void keep(SendResult result) throws SQLException {
        var states = lane.services().states();
        if (result.creator().isPresent() && !echoed) {
            states.echoed(lane.pushedCompany(), plan.keyColumn(),
                    result.creator().filter(name -> !name.isEmpty()).or(plan::creator));
            echoed = true;
        }
        lane.settling().settle(result.rows());
        aside.addAll(result.aside());
        if (result.changedKey().isPresent()) {
            states.stop(lane.pushedCompany(), plan.keyColumn());
            throw LaneBlocked.ofSending(new Failure.Unavailable(ErrorCode.KEY_CHANGED, result.changedKey().get()));
        }
    }

    /** Parts of a document may be run in any order, and a record comes with its processing. */
    private boolean isOnePerGroup(OutboxRow first) {
        return onePerGroup || plan.then().isPresent() || isDelete(first);
    }

    private static boolean isDelete(OutboxRow row) {
        return row.act().filter(act -> act == MutationKind.DELETE).isPresent();
    }
}
