package dev.nxtsync.push;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.database.Rows;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.push.outbox.MutationKind;
import dev.nxtsync.push.outbox.Outbox;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.OutboxRow.State;
import dev.nxtsync.push.outbox.OutboxRow.Step;
import dev.nxtsync.push.outbox.PushStates.PushState;
import dev.nxtsync.push.plan.PushPlan;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job.Progress;
import dev.nxtsync.schedule.Outcome;

/**
 * One turn of a lane: looks for what may have been sent, checks what is new, looks whether it is there already, and sends
 * it, a request at a time.
 */
final class LaneRun {
    /** After so long others have a turn. */
    private static final Duration LENGTH = Duration.ofSeconds(3);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);
    private static final Duration SOON = Duration.ofSeconds(1);
    /** Rows that are read, and looked for, together. */
    private static final int TOGETHER = 200;
    /** The server takes 15 MB; some are left for the document. */
    private static final int MOST_BYTES = 14_950_000;
    /** Of processings and deletes, each with a part of its own in the document. */
    private static final int MOST_PARTS = 25;

    private final PushJob lane;
    private final Claim claim;
    private final PushPlan plan;
    private final PushState state;
    private final Resolution verdict;
    private final DatabaseClock clock;
    private final PushReport tally;
    private final Settling settling;
    private final Lookup lookup;
    private final Looking looking;
    private final Admittance admittance;
    private final Isolation isolation;
    /** What is known of rows that were looked for before they are sent. */
    private final Map<Long, Prepared> sendable = new HashMap<>();
    /** Rows whose record another row is about just now; they close their groups. */
    private final Set<Long> aside = new HashSet<>();
    /** Whether a row waits until there is memory for it. */
    private boolean waits;
    private boolean echoed;
    /** Whether what was sent in this turn was answered. */
    private boolean sendingAnswered;
    private boolean onePerGroup;

    /** A row as it is to be sent, without what is read again with it. */
    private record Prepared(Optional<MutationKind> act, Optional<String> record, Optional<String> stamp) {
        static Prepared of(OutboxRow row) {
            return new Prepared(row.act(), row.record(), row.stamp());
        }

        OutboxRow on(OutboxRow row) {
            return row.step() == Step.THEN ? row : row.about(act.orElseThrow(), record.orElseThrow(), stamp);
        }
    }

    LaneRun(PushJob lane, Claim claim, PushPlan plan, PushState state, DatabaseClock clock, Progress progress) {
        this.lane = lane;
        this.claim = claim;
        this.plan = plan;
        this.state = state;
        this.verdict = new Resolution(plan, state.creator().or(plan::creator), claim.company(), lane.limits());
        this.clock = clock;
        this.tally = new PushReport(claim, clock.now());
        this.settling = new Settling(lane.outbox(), claim, tally, progress);
        this.isolation = new Isolation(lane, claim, verdict, settling, clock);
        this.lookup = new Lookup(lane.nxt(), plan, claim.company(), settling::requestEnded,
                isolation::answered);
        this.looking = new Looking(lane, claim, plan, verdict, lookup, settling, clock);
        this.admittance = new Admittance(lane.outbox(), lane.memory(), MOST_BYTES);
        this.echoed = state.echoed().filter(plan.keyColumn()::equals).isPresent();
        this.onePerGroup = state.onePerGroup();
    }

    Outcome run() throws SQLException {
        outbox().recover(claim, lane.limits().timeLimit());
        var held = outbox().held(claim, plan.keyColumn());
        if (held.isPresent()) {
            lane.states().failed(plan.name(), claim.company(), held.get(), claim.failures() + 1, LOOK_AGAIN);
            return new Outcome.Again(LOOK_AGAIN);
        }
        Optional<InTheWay> inTheWay = Optional.empty();
        try {
            Instant until = clock.now().plus(LENGTH);
            boolean goesOn = true;
            while (goesOn && clock.now().isBefore(until)) {
                boolean found = lookFor();
                goesOn = prepareAndSend() || found || isolation.asks(lookup::any);
            }
            if (!goesOn) {
                isolation.end();
            }
            if (isolation.isAnswered()) {
                lane.getsOn(claim, state);
            }
            if (goesOn) {
                isolation.pause();
                return new Outcome.Done(clock.now());
            }
        } catch (InTheWay e) {
            inTheWay = Optional.of(e);
        } finally {
            tally.tell(lane.runs(), clock.now(), inTheWay.map(InTheWay::failure));
        }
        return inTheWay.isPresent() ? setBack(inTheWay.get()) : rest();
    }

    /** What was answered before in this turn ends a row of failures, if it was of the same sort. */
    private Outcome setBack(InTheWay inTheWay) throws SQLException {
        boolean begins = inTheWay.isOfSending() ? sendingAnswered : isolation.isAnswered();
        return lane.setBack(claim, inTheWay.failure(), begins ? 1 : claim.failures() + 1);
    }

    private Outcome rest() throws SQLException {
        Instant next = outbox().next(claim).orElse(Rows.NEVER);
        Instant now = clock.now();
        return new Outcome.Done(waits || next.isBefore(now.plus(SOON)) ? now.plus(SOON) : next);
    }

    /** Looks for rows that were or may have been sent. Says whether there were any. */
    private boolean lookFor() throws SQLException {
        var sized = outbox().toLookFor(claim, Math.min(TOGETHER, isolation.rows()), isolation.suspects());
        return isolation.of(sized, () -> {
            try (var admitted = admittance.of(sized)) {
                boolean refused = refuse(admitted.admission());
                var rows = admitted.rows().stream().filter(row -> row.nextAt().isPresent()).toList();
                onePerGroup |= looking.lookFor(rows);
                return !rows.isEmpty() || refused;
            }
        });
    }

    /** Settles rows whose payloads are never read in this process. Says whether there were any. */
    private boolean refuse(Admission admission) throws SQLException {
        waits |= admission.waits();
        Map<Long, Outbox.Sized> tooLarge = new HashMap<>();
        admission.tooLarge().forEach(row -> tooLarge.put(row.id(), row));
        var before = outbox().readWithoutPayload(tooLarge.keySet());
        var after = new ArrayList<OutboxRow>();
        for (OutboxRow row : before) {
            String why = admittance.tooLarge(Objects.requireNonNull(tooLarge.get(row.id()))) + " "
                    + ErrorCode.TOO_LARGE_FOR_MEMORY.nextStep();
            after.add(switch (row.state()) {
                case WAITING -> verdict.refused(row, ErrorCode.TOO_LARGE_FOR_MEMORY, why, clock.now());
                case SENDING, IN_DOUBT -> verdict.unreadable(row, why, clock.now());
                case DEAD -> row.settled(Optional.empty());
                case DONE, DISCARDED ->
                    row.settled(Optional.of(new Problem(ErrorCode.TOO_LARGE_FOR_MEMORY, why).coded()));
            });
        }
        settle(before, after);
        return !tooLarge.isEmpty();
    }

    /** Says whether there was something to do. */
    private boolean prepareAndSend() throws SQLException {
        var sized = outbox().ready(claim, Math.min(2 * TOGETHER, isolation.rows()), plan.isDryRun(),
                isolation.with(aside));
        return isolation.of(sized, () -> {
            try (var admitted = admittance.of(sized)) {
                boolean refused = refuse(admitted.admission());
                var ready = GroupOrder.beginnings(admitted.rows(), OutboxRow::group,
                        row -> row.state() == State.WAITING);
                if (!ready.isEmpty()) {
                    prepareAndSend(ready);
                }
                return !ready.isEmpty() || refused;
            }
        });
    }

    private void prepareAndSend(List<OutboxRow> ready) throws SQLException {
        var payloads = new LinkedHashMap<Long, Payload>();
        if (!check(ready, payloads)) {
            return;
        }
        var unlooked = ready.stream().filter(row -> !isPrepared(row)).limit(TOGETHER).toList();
        int most = most(ready.get(0));
        if (ready.stream().limit(most).anyMatch(unlooked::contains)) {
            lookBefore(unlooked, payloads);
            return;
        }
        var prepared = GroupOrder.beginnings(ready, OutboxRow::group, this::isPrepared);
        var candidates = prepared.stream()
                .map(row -> Optional.ofNullable(sendable.get(row.id())).map(known -> known.on(row)).orElse(row))
                .map(row -> new Batch.Candidate(row, Payload.bytes(row.payload()))).toList();
        most = Math.min(most, most(candidates.get(0).row()));
        send(Batch.of(candidates, most, MOST_BYTES, isOnePerGroup(candidates.get(0).row())), payloads);
    }

    /** A processing that was never sent needs no look; of one that was, whoever retries it may be mistaken. */
    private boolean isPrepared(OutboxRow row) {
        return (row.step() == Step.THEN && !row.wasSent()) || sendable.containsKey(row.id());
    }

    /** Settles rows whose payload cannot be sent. Says whether all can. */
    private boolean check(List<OutboxRow> ready, Map<Long, Payload> payloads) throws SQLException {
        var before = new ArrayList<OutboxRow>();
        var after = new ArrayList<OutboxRow>();
        for (OutboxRow row : ready) {
            var reading = row.step() == Step.THEN || sendable.containsKey(row.id())
                    ? Payload.identify(plan, row.key(), row.payload())
                    : Payload.read(plan, row.key(), row.payload());
            int bytes = Payload.bytes(row.payload());
            if (reading instanceof Payload.Sound sound && bytes <= MOST_BYTES) {
                payloads.put(row.id(), sound.payload());
            } else {
                before.add(row);
                after.add(verdict.refused(row, ErrorCode.PAYLOAD_INVALID, reading instanceof Payload.Flawed flawed
                        ? flawed.why()
                        : "The payload takes " + bytes + " bytes in a request, and Business NXT takes 15 MB.",
                        clock.now()));
            }
        }
        settle(before, after);
        return after.isEmpty();
    }

    private void lookBefore(List<OutboxRow> rows, Map<Long, Payload> payloads) throws SQLException {
        var records = new LinkedHashMap<Long, Payload>();
        var processings = new LinkedHashMap<Long, Payload>();
        rows.forEach(row -> (row.step() == Step.THEN ? processings : records).put(row.id(),
                Objects.requireNonNull(payloads.get(row.id()))));
        var found = lookup.find(records, Optional.empty());
        var doneWhen = plan.then().flatMap(PushPlan.Following::doneWhen);
        var run = doneWhen.isPresent() ? lookup.find(processings, doneWhen).keySet() : Set.<Long>of();
        Instant now = clock.now();
        var before = new ArrayList<OutboxRow>();
        var after = new ArrayList<OutboxRow>();
        for (OutboxRow row : rows) {
            OutboxRow next = row.step() == Step.THEN
                    ? run.contains(row.id()) ? verdict.processed(row, true, now) : row
                    : verdict.before(row, Objects.requireNonNull(records.get(row.id())),
                            found.getOrDefault(row.id(), List.of()));
            var notBefore = verdict.notBefore(row, now);
            if (next.state() == State.WAITING && notBefore.isPresent()) {
                before.add(row);
                after.add(row.waiting(notBefore.get()));
            } else if (next.state() == State.WAITING && next.step() == row.step() && !plan.isDryRun()) {
                sendable.put(row.id(), Prepared.of(next));
            } else {
                before.add(row);
                after.add(next.state() == State.WAITING && plan.isDryRun()
                        ? next.checked("{\"dry_run\":\"" + next.act().map(Enum::name).orElse("").toLowerCase(
                                java.util.Locale.ROOT) + "\"}")
                        : next);
            }
        }
        settle(before, after);
    }

    private void send(List<OutboxRow> batch, Map<Long, Payload> payloads) throws SQLException {
        var own = batch.stream().map(row -> Objects.requireNonNull(payloads.get(row.id()))).toList();
        var sending = new SendRequest(lane, claim, plan, batch, own, verdict, echoed);
        var result = sending.send(clock);
        settling.requestEnded();
        // what was known of others about the same records was known before this
        var sent = batch.stream().flatMap(row -> row.record().stream()).collect(Collectors.toSet());
        sendable.values().removeIf(known -> known.record().filter(sent::contains).isPresent());
        tally.sent(batch.size());
        settle(result.before(), result.after());
        aside.addAll(result.aside());
        echoed |= result.echoed();
        if (result.changedKey().isPresent()) {
            lane.states().stop(plan.name(), claim.company(), plan.keyColumn());
            throw InTheWay.ofSending(new Failure.Unavailable(ErrorCode.KEY_CHANGED, result.changedKey().get()));
        }
        if (result.failure().isPresent()) {
            throw InTheWay.ofSending(result.failure().get());
        }
        if (result.aside().isEmpty()) {
            isolation.answered(List.of());
            sendingAnswered = true;
        }
    }

    private int most(OutboxRow first) {
        if (first.step() == Step.THEN) {
            return plan.then().orElseThrow().doneWhen().isPresent() ? Math.min(MOST_PARTS, size()) : 1;
        }
        if (plan.creates() && !echoed) {
            // until the key has come back as it was sent, no more than one record is risked
            return 1;
        }
        return first.act().filter(act -> act == MutationKind.DELETE).isPresent()
                ? Math.min(MOST_PARTS, size())
                : size();
    }

    private int size() {
        return lane.size(claim).rows();
    }

    /** Parts of a document may be run in any order, and a record comes with its processing. */
    private boolean isOnePerGroup(OutboxRow first) {
        return onePerGroup || plan.then().isPresent()
                || first.act().filter(act -> act == MutationKind.DELETE).isPresent();
    }

    private void settle(List<OutboxRow> before, List<OutboxRow> after) throws SQLException {
        settling.settle(before, after);
    }

    private Outbox outbox() {
        return lane.outbox();
    }

    /** A record that was answered, as the row's own. */
    static Optional<JsonNode> own(JsonNode items, Payload payload) {
        for (JsonNode item : items) {
            if (payload.identity().isOf(item)) {
                return Optional.of(item);
            }
        }
        return Optional.empty();
    }
}
