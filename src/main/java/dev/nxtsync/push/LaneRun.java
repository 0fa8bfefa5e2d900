package dev.nxtsync.push;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import dev.nxtsync.database.Timestamps;
import dev.nxtsync.push.outbox.OutboxReader;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.OutboxRow.RowState;
import dev.nxtsync.push.outbox.PushStates.PushState;
import dev.nxtsync.schedule.Outcome;

/**
 * One run of a lane: it looks for what may have been sent, checks what is new, looks whether that is there already, and sends
 * it, a request at a time.
 */
final class LaneRun {
    /** After so long others have a turn. */
    private static final Duration LENGTH = Duration.ofSeconds(3);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofSeconds(1);
    /** Rows in doubt that are read together; of those that wait, twice as many. */
    private static final int TOGETHER = LookBeforeSend.MOST;

    private final LaneContext lane;
    private final PushState state;
    private final Isolation isolation;
    private final Lookup lookup;
    private final LookAfterSend lookAfter;
    private final Preparation preparation;
    private final Sender sender;
    private final OversizedRows oversized;
    private final PayloadAdmission admission;

    LaneRun(LaneContext lane, PushState state, PayloadMemory memory) {
        this.lane = lane;
        this.state = state;
        this.isolation = new Isolation(lane);
        this.lookup = new Lookup(lane.services().nxt(), lane.plan(), lane.claim().tenant(),
                lane.settling()::requestEnded, isolation::answered);
        this.lookAfter = new LookAfterSend(lane, lookup);
        this.preparation = new Preparation(lane, new LookBeforeSend(lane, lookup));
        this.sender = new Sender(lane, state);
        this.admission = new PayloadAdmission(reader(), memory, Preparation.MOST_BYTES);
        this.oversized = new OversizedRows(lane, admission);
    }

    Outcome run() throws SQLException {
        var outbox = lane.services().outbox();
        outbox.recover(lane.claim(), lane.times().timeLimit());
        var held = outbox.held(lane.claim(), lane.plan().keyColumn());
        if (held.isPresent()) {
            lane.services().states().failed(lane.pushedCompany(), held.get(), lane.claim().failures() + 1, LOOK_AGAIN);
            return new Outcome.Again(LOOK_AGAIN);
        }
        Optional<LaneBlocked> inTheWay = Optional.empty();
        try {
            if (work()) {
                isolation.pause();
                return new Outcome.Done(lane.now());
            }
        } catch (LaneBlocked e) {
            inTheWay = Optional.of(e);
        } finally {
            lane.report().tell(lane.services().history(), lane.services().metrics(), lane.now(),
                    inTheWay.map(LaneBlocked::failure));
        }
        return inTheWay.isPresent() ? setBack(inTheWay.get()) : rest();
    }

    /** Says whether there is more to do. */
    private boolean work() throws SQLException {
        Instant until = lane.now().plus(LENGTH);
        boolean goesOn = true;
        while (goesOn && lane.now().isBefore(until)) {
            boolean found = lookFor();
            goesOn = prepareAndSend() || found || isolation.asks(lookup::any);
        }
        if (!goesOn) {
            isolation.end();
        }
        if (isolation.isAnswered()) {
            lane.services().failures().answered(lane.claim(), state, !lane.learned().answered().isSuspected());
        }
        return goesOn;
    }

    /** What was answered before in this run ends a row of failures, if it was of the same sort. */
    private Outcome setBack(LaneBlocked inTheWay) throws SQLException {
        boolean begins = inTheWay.isOfSending() ? sender.isAnswered() : isolation.isAnswered();
        return lane.services().failures().setBack(lane.claim(), inTheWay.failure(),
                begins ? 1 : lane.claim().failures() + 1);
    }

    private Outcome rest() throws SQLException {
        Instant next = reader().next(lane.claim()).orElse(Timestamps.NEVER);
        Instant soon = lane.now().plus(SOON);
        return new Outcome.Done(oversized.areWaiting() || next.isBefore(soon) ? soon : next);
    }

    /** Looks for rows that were or may have been sent. Says whether there were any. */
    private boolean lookFor() throws SQLException {
        var sized = reader().toLookFor(lane.claim(), Math.min(TOGETHER, isolation.rows()), isolation.suspects());
        return isolation.attempt(sized, () -> {
            try (var admitted = admission.read(sized)) {
                boolean refused = oversized.settle(admitted.admitted());
                var rows = admitted.rows().stream().filter(row -> row.nextAt().isPresent()).toList();
                if (lookAfter.lookFor(rows)) {
                    sender.sendOnePerGroup();
                }
                return !rows.isEmpty() || refused;
            }
        });
    }

    /** Prepares rows that wait, and sends what can be sent. Says whether there was something to do. */
    private boolean prepareAndSend() throws SQLException {
        var sized = reader().ready(lane.claim(), Math.min(2 * TOGETHER, isolation.rows()), lane.plan().isDryRun(),
                isolation.with(sender.aside()));
        return isolation.attempt(sized, () -> {
            try (var admitted = admission.read(sized)) {
                boolean refused = oversized.settle(admitted.admitted());
                var ready = GroupOrder.beginnings(admitted.rows(), OutboxRow::group,
                        row -> row.state() == RowState.WAITING);
                if (!ready.isEmpty()) {
                    prepareAndSend(ready);
                }
                return !ready.isEmpty() || refused;
            }
        });
    }

    private void prepareAndSend(List<OutboxRow> ready) throws SQLException {
        var prepared = preparation.prepare(ready, sender.most(ready.get(0)));
        if (!prepared.isEmpty()) {
            var request = sender.send(prepared);
            preparation.forget(request.rows());
            if (request.isAnswered()) {
                isolation.answered(List.of());
            }
        }
    }

    private OutboxReader reader() {
        return lane.services().reader();
    }
}
