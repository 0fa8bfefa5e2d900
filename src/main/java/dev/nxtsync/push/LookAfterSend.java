package dev.nxtsync.push;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.OutboxRow.RowState;
import dev.nxtsync.push.outbox.OutboxRow.Step;
import dev.nxtsync.push.outbox.RowTransition;
import dev.nxtsync.push.plan.PushPlan;

/** Looks for rows that were or may have been sent, and settles what follows from what is found. */
final class LookAfterSend {
    private final LaneContext lane;
    private final PushPlan plan;
    private final Lookup lookup;

    LookAfterSend(LaneContext lane, Lookup lookup) {
        this.lane = lane;
        this.plan = lane.plan();
        this.lookup = lookup;
    }

    /**
     * Says whether rows were passed over, so that those of one group share no request any more.
     *
     * @throws dev.nxtsync.graphql.FailedAnswer if there was no whole answer
     */
    boolean lookFor(List<OutboxRow> rows) throws SQLException {
        Instant now = lane.now();
        var transitions = new ArrayList<RowTransition>();
        Map<Long, Payload> records = new LinkedHashMap<>();
        Map<Long, Payload> processings = new LinkedHashMap<>();
        for (OutboxRow row : rows) {
            var reading = Payload.identify(plan, row.key(), row.payload());
            if (reading instanceof Payload.SoundPayload sound) {
                (isProcessing(row) ? processings : records).put(row.id(), sound.payload());
            } else {
                transitions.add(new RowTransition(row,
                        lane.resolution().unlookable(row,
                                new Problem(ErrorCode.PAYLOAD_INVALID, ((Payload.FlawedPayload) reading).why()), now,
                                lookAgain(row, now))));
            }
        }
        var found = lookup.find(records, Optional.empty());
        var run = plan.then().flatMap(PushPlan.Following::doneWhen)
                .map(doneWhen -> lookup.find(processings, Optional.of(doneWhen)));
        for (OutboxRow row : rows) {
            if (records.containsKey(row.id())) {
                transitions.add(new RowTransition(row, lane.resolution().after(row,
                        Objects.requireNonNull(records.get(row.id())), found.getOrDefault(row.id(), List.of()), now)));
            } else if (processings.containsKey(row.id())) {
                transitions.add(new RowTransition(row,
                        run.map(done -> lane.resolution().processed(row, done.containsKey(row.id()), now))
                                .orElseGet(() -> lane.resolution().unseen(row, now))));
            }
        }
        lane.settling().settle(transitions);
        return notePassedOver(transitions);
    }

    private Instant lookAgain(OutboxRow row, Instant now) {
        return lane.times().nextLook(row.sentAt().orElse(now), now);
    }

    private static boolean isProcessing(OutboxRow row) {
        return row.state() == RowState.IN_DOUBT && row.step() == Step.THEN;
    }

    /**
     * Rows that would be sent again or are dead, though a later one of their group, sent with them, is done: this server goes on
     * after a record that it has refused. To send them now would change the order, so a person decides.
     */
    private boolean notePassedOver(List<RowTransition> transitions) throws SQLException {
        var ids = transitions.stream().map(RowTransition::after)
                .filter(row -> row.group().isPresent() && row.step() == Step.RECORD
                        && (row.state() == RowState.WAITING || row.state() == RowState.DEAD))
                .map(OutboxRow::id).toList();
        var passed = ids.isEmpty() ? Set.<Long>of() : lane.services().reader().passedOver(ids);
        if (passed.isEmpty()) {
            return false;
        }
        lane.services().states().onePerGroup(lane.pushedCompany());
        lane.settling()
                .settle(transitions.stream()
                        .filter(each -> passed.contains(each.after().id()) && each.after().state() == RowState.WAITING)
                        .map(each -> new RowTransition(each.after(), each.after().dead(ErrorCode.RECORD_REFUSED,
                                "Its record is not there, but the records of later rows of its group are."
                                        + each.before().answered().map(why -> " " + Words.sentence(why)).orElse("")
                                        + " Retry the row to send it after them, or discard it.",
                                Optional.empty())))
                        .toList());
        return true;
    }
}
