package dev.nxtsync.push;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.error.Problem;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.graphql.SendGuard;
import dev.nxtsync.push.outbox.Outbox;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.OutboxRow.Step;
import dev.nxtsync.push.plan.PushPlan;
import dev.nxtsync.schedule.StaleClaim;

/**
 * One request with rows. They are marked as being sent as the last thing before they are, so that whoever finds them so knows
 * that they may have been.
 */
final class SendRequest implements SendGuard {
    private final LaneContext lane;
    private final List<OutboxRow> batch;
    private final List<Payload> payloads;
    private Outbox.@Nullable Marking marking;
    private @Nullable SQLException trouble;
    private long sentAt;

    /** @param payloads of the rows, one for each */
    SendRequest(LaneContext lane, List<OutboxRow> batch, List<Payload> payloads) {
        this.lane = lane;
        this.batch = batch;
        this.payloads = payloads;
    }

    @Override
    public boolean open() {
        try {
            if (marking instanceof Outbox.Marked) {
                // a second time, after a token was refused
                outbox().check(lane.claim());
            } else {
                marking = outbox().mark(lane.claim(), batch, lane.plan().keyColumn());
            }
            sentAt = System.nanoTime();
            return marking instanceof Outbox.Marked;
        } catch (SQLException e) {
            trouble = e;
            return false;
        }
    }

    /** Sends it, and says what has become of each row; nothing of that is kept yet. */
    SendResult send() throws SQLException {
        Answer answer = ask();
        if (trouble != null) {
            throw trouble;
        }
        if (marking instanceof Outbox.Contended contended) {
            return SendResult.setAside(contended.rows());
        }
        if (!(marking instanceof Outbox.Marked marked)) {
            return SendResult.failed(marking instanceof Outbox.Held held
                    ? new Failure.Unavailable(held.why().errorCode(), held.why().message())
                    : (Failure) answer);
        }
        return answered(new SendAnswer(lane.resolution(), batch, marked.rows(), payloads, lane.now()), answer);
    }

    private SendResult answered(SendAnswer rows, Answer answer) {
        var size = lane.learned().size();
        var took = Duration.ofNanos(System.nanoTime() - sentAt);
        if (answer instanceof Answer.Data data) {
            size.took(batch.size(), took);
            try {
                return rows.executed(data);
            } catch (RuntimeException e) {
                // it is carried out, and what was answered cannot be read: so each of them is looked for
                return rows.inDoubt(unexpected(e), took);
            }
        }
        var failure = (Failure) answer;
        if (failure.notExecuted()) {
            return rows.notExecuted(failure, row -> lane.services().failures().isRefusedAnew(row, lane.plan()));
        }
        size.took(batch.size(), took);
        size.refused(batch.size());
        return rows.inDoubt(failure, took);
    }

    /** What is thrown before the rows are marked is thrown on; what is thrown after that says nothing of what was done. */
    private Answer ask() {
        var question = question();
        try {
            return lane.services().nxt().ask(lane.plan().push().connection(), question);
        } catch (ShuttingDown | StaleClaim e) {
            throw e;
        } catch (RuntimeException e) {
            if (!(marking instanceof Outbox.Marked)) {
                throw e;
            }
            return unexpected(e);
        }
    }

    private Failure.InDoubt unexpected(RuntimeException e) {
        lane.services().failures().unexpected(e, lane.claim().toString());
        return new Failure.InDoubt(Problem.unexpected("The answer", e).message(), "", false, false);
    }

    private Question question() {
        PushPlan plan = lane.plan();
        var tenant = lane.claim().tenant();
        OutboxRow first = batch.get(0);
        if (first.step() == Step.THEN) {
            var records = new ArrayList<Map<String, JsonNode>>();
            for (int i = 0; i < batch.size(); i++) {
                records.add(ResultRecord.key(plan, batch.get(i), payloads.get(i)));
            }
            return Mutation.then(plan, tenant, records, this);
        }
        return switch (first.act().orElseThrow()) {
            case CREATE -> Mutation.create(plan, tenant, payloads, this);
            case UPDATE -> Mutation.update(plan, tenant, payloads, batch.stream().map(OutboxRow::stamp).toList(), this);
            case DELETE -> Mutation.delete(plan, tenant, payloads, this);
        };
    }

    private Outbox outbox() {
        return lane.services().outbox();
    }
}
