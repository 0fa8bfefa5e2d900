package dev.nxtsync.push;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Quoted;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.graphql.SendGuard;
import dev.nxtsync.push.outbox.MutationKind;
import dev.nxtsync.push.outbox.Outbox;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.OutboxRow.Step;
import dev.nxtsync.push.plan.PushPlan;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.StaleClaim;

/**
 * One request with rows, and what it says of each. The rows are marked as being sent as the last thing before they are, so
 * that whoever finds them so knows that they may have been.
 */
final class SendRequest implements SendGuard {
    private final PushJob lane;
    private final Claim claim;
    private final PushPlan plan;
    private final List<OutboxRow> batch;
    private final List<Payload> payloads;
    private final Resolution verdict;
    private final boolean echoedBefore;
    private final List<OutboxRow> before = new ArrayList<>();
    private final List<OutboxRow> after = new ArrayList<>();
    private Outbox.@Nullable Marking marking;
    private @Nullable SQLException trouble;
    private long sentAt;

    SendRequest(PushJob lane, Claim claim, PushPlan plan, List<OutboxRow> batch, List<Payload> payloads,
            Resolution verdict,
            boolean echoed) {
        this.lane = lane;
        this.claim = claim;
        this.plan = plan;
        this.batch = batch;
        this.payloads = payloads;
        this.verdict = verdict;
        this.echoedBefore = echoed;
    }

    /**
     * What came of it.
     *
     * @param aside rows that were not sent, since others about their records are in flight
     * @param echoed whether the key came back as it was sent
     * @param changedKey if it came back changed, how
     * @param failure what is in the way of other rows too
     */
    record Result(List<OutboxRow> before, List<OutboxRow> after, Set<Long> aside, boolean echoed,
            Optional<String> changedKey, Optional<Failure> failure) {}

    @Override
    public boolean open() {
        try {
            if (marking instanceof Outbox.Marked) {
                // a second time, after a token was refused
                lane.outbox().check(claim);
            } else {
                marking = lane.outbox().mark(claim, batch, plan.keyColumn());
            }
            sentAt = System.nanoTime();
            return marking instanceof Outbox.Marked;
        } catch (SQLException e) {
            trouble = e;
            return false;
        }
    }

    Result send(DatabaseClock clock) throws SQLException {
        Answer answer = ask();
        if (trouble != null) {
            throw trouble;
        }
        if (marking instanceof Outbox.Contended contended) {
            return new Result(List.of(), List.of(), contended.rows(), false, Optional.empty(), Optional.empty());
        }
        if (!(marking instanceof Outbox.Marked marked)) {
            Failure failure = marking instanceof Outbox.Held held
                    ? new Failure.Unavailable(held.why().trouble(), held.why().message())
                    : (Failure) answer;
            return new Result(List.of(), List.of(), Set.of(), false, Optional.empty(), Optional.of(failure));
        }
        Instant now = clock.now();
        var took = Duration.ofNanos(System.nanoTime() - sentAt);
        if (answer instanceof Answer.Data data) {
            lane.size(claim).took(batch.size(), took);
            try {
                return executed(marked.rows(), data, now);
            } catch (StaleClaim e) {
                throw e;
            } catch (RuntimeException e) {
                // it is carried out, and what was answered cannot be read: so each of them is looked for
                lane.tell(e, claim.toString());
                before.clear();
                after.clear();
                return inDoubt(marked.rows(), unexpected(e), took, now);
            }
        }
        var failure = (Failure) answer;
        if (failure.notExecuted()) {
            return notExecuted(marked.rows(), failure, now);
        }
        lane.size(claim).took(batch.size(), took);
        lane.size(claim).refused(batch.size());
        return inDoubt(marked.rows(), failure, took, now);
    }

    /** What is thrown before the rows are marked is thrown on; what is thrown after that says nothing of what was done. */
    private Answer ask() {
        var question = question();
        try {
            return lane.nxt().ask(plan.push().connection(), question);
        } catch (ShuttingDown | StaleClaim e) {
            throw e;
        } catch (RuntimeException e) {
            if (!(marking instanceof Outbox.Marked)) {
                throw e;
            }
            lane.tell(e, claim.toString());
            return unexpected(e);
        }
    }

    private static Failure.InDoubt unexpected(RuntimeException e) {
        return new Failure.InDoubt(Problem.unexpected("The answer", e).message(), "", false, false);
    }

    private Question question() {
        int company = claim.company();
        OutboxRow first = batch.get(0);
        if (first.step() == Step.THEN) {
            var records = new ArrayList<Map<String, JsonNode>>();
            for (int i = 0; i < batch.size(); i++) {
                records.add(verdict.record(batch.get(i), payloads.get(i)));
            }
            return Mutation.then(plan, company, records, this);
        }
        return switch (first.act().orElseThrow()) {
            case CREATE -> Mutation.create(plan, company, payloads, this);
            case UPDATE ->
                Mutation.update(plan, company, payloads, batch.stream().map(OutboxRow::stamp).toList(), this);
            case DELETE -> Mutation.delete(plan, company, payloads, this);
        };
    }

    private Result executed(List<OutboxRow> rows, Answer.Data data, Instant now) throws SQLException {
        JsonNode parts = data.data().path("useCompany");
        OutboxRow first = rows.get(0);
        if (first.step() == Step.THEN) {
            return each(rows, (row, i) -> processed(row, parts.path(Mutation.alias(i)), now));
        }
        return switch (first.act().orElseThrow()) {
            case CREATE -> created(rows, parts.path(Mutation.alias(0)), now);
            case UPDATE -> updated(rows, parts.path(Mutation.alias(0)), now);
            case DELETE -> each(rows, (row, i) -> deleted(row, i, parts.path(Mutation.alias(i)), now));
        };
    }

    private Result created(List<OutboxRow> rows, JsonNode part, Instant now) throws SQLException {
        JsonNode items = part.path("items");
        boolean whole = items.size() == rows.size() && part.path("affectedRows").asInt(-1) == rows.size();
        Optional<String> changed = Optional.empty();
        boolean echoed = false;
        for (int i = 0; i < rows.size(); i++) {
            OutboxRow row = rows.get(i);
            Payload payload = payloads.get(i);
            Optional<JsonNode> own = LaneRun.own(items, payload);
            if (own.isPresent()) {
                if (!echoed && !echoedBefore) {
                    lane.states().echoed(plan.name(), claim.company(), plan.keyColumn(),
                            Optional.of(Resolution.creator(own.get())).filter(name -> !name.isEmpty())
                                    .or(plan::creator));
                }
                echoed = true;
                put(row, verdict.incomplete(payload, own.get())
                        .map(why -> row.dead(ErrorCode.RECORD_DIFFERENT, "It was created, but " + why
                                + ". Complete or remove the record in Business NXT, then discard this row.",
                                Optional.empty()))
                        .orElseGet(() -> verdict.done(row, own.get())));
            } else if (whole) {
                String why = "The key \"" + row.key() + "\" came back as \""
                        + Quoted.name(items.path(i).path(plan.keyColumns().get(0)).asText()) + "\" in "
                        + plan.keyColumn() + ".";
                changed = Optional
                        .of(why + " Records cannot be found again by such a key, so that this push is stopped. Set "
                                + "KEY_COLUMN to a column that holds whole keys as they are.");
                var done = verdict.done(row, items.path(i));
                put(row, done.done(done.result().orElse("{}"),
                        Optional.of(new Problem(ErrorCode.KEY_CHANGED, why).coded()),
                        Optional.empty()));
            } else {
                put(row, row.answered("It was answered without errors, but with " + items.size() + " records for "
                        + rows.size() + " rows.", false, half(), now));
            }
        }
        return new Result(before, after, Set.of(), echoed, changed, Optional.empty());
    }

    private Result updated(List<OutboxRow> rows, JsonNode part, Instant now) {
        JsonNode items = part.path("items");
        boolean whole = part.path("affectedRows").asInt(-1) == rows.size();
        boolean adds = part.path("affectedRows").asInt(-1) == items.size();
        return each(rows, (row, i) -> {
            Optional<JsonNode> own = LaneRun.own(items, payloads.get(i));
            if (own.isPresent() || whole) {
                return verdict.done(row, own.orElseGet(() -> payloads.get(i).identity().asKey()));
            }
            if (!adds) {
                return row.answered("It was answered without errors, but with other records than were asked for.",
                        false,
                        half(), now);
            }
            return row.attempts() >= InDoubtTimes.MOST_SENDS
                    ? row.dead(ErrorCode.RECORD_DIFFERENT, "The record was sent " + row.attempts()
                            + " times, and each time its change stamp was another than "
                            + "it had been before: something changes it all the time, or the server does not find it by its stamp.",
                            Optional.empty())
                    : row.waiting(now);
        });
    }

    private OutboxRow deleted(OutboxRow row, int index, JsonNode part, Instant now) {
        JsonNode affected = part.path("affectedRows");
        return affected.isInt()
                ? verdict.done(row, payloads.get(index).identity().asKey())
                : row.answered("It was answered without errors and without affectedRows.", batch.size() == 1, half(),
                        now);
    }

    private OutboxRow processed(OutboxRow row, JsonNode part, Instant now) {
        String name = plan.then().orElseThrow().field().name();
        JsonNode succeeded = part.path(name).path("succeeded");
        if (succeeded.asBoolean()) {
            return verdict.processed(row, true, now);
        }
        return row.dead(ErrorCode.PROCESSING_FAILED, name + " did not succeed for " + row.result().orElse("")
                + ". The record is there; retry this row to run "
                + name + " again, or do it in Business NXT and discard it.", Optional.empty());
    }

    /** The server has not done, and will not do, what was asked. */
    private Result notExecuted(List<OutboxRow> rows, Failure failure, Instant now) {
        boolean about = failure instanceof Failure.InvalidRequest;
        for (int i = 0; i < rows.size(); i++) {
            OutboxRow unsent = rows.get(i).unsent(batch.get(i));
            if (!about) {
                put(rows.get(i), unsent);
            } else if (rows.size() > 1) {
                // one of them is at fault, and splitting finds it
                put(rows.get(i), unsent.atMost(half()));
            } else {
                put(rows.get(i), refused(unsent, failure, now));
            }
        }
        return new Result(before, after, Set.of(), false, Optional.empty(),
                about ? Optional.empty() : Optional.of(failure));
    }

    /** A row that is refused alone, though its payload fits to the schema: perhaps the schema has changed. */
    private OutboxRow refused(OutboxRow row, Failure failure, Instant now) {
        if (lane.isRefusedAnew(row.id(), plan)) {
            return verdict.refused(row, ErrorCode.RECORD_REFUSED, failure.message(), now);
        }
        return row.waiting(now.plus(PushJob.SCHEMA_IS_READ_AGAIN));
    }

    private Result inDoubt(List<OutboxRow> rows, Failure failure, Duration took, Instant now) {
        boolean answered = failure instanceof Failure.Rejected && lane.limits().isInTime(took);
        Map<Integer, String> blamed = failure instanceof Failure.Rejected rejected ? blamed(rejected) : Map.of();
        Fate fate = (row, i) -> {
            if (!answered) {
                // one of them may be why no answer comes, so that none takes others with it for long
                return row.inDoubt(lane.limits().nextLook(row.sentAt().orElse(now), now))
                        .atMost(row.attempts() == 1 ? half() : 1);
            }
            String why = failure.traced(blamed.getOrDefault(i, failure.message()));
            // once the row at fault is known, the others need not be split to find it
            return row.answered(why, rows.size() == 1 || blamed.containsKey(i),
                    blamed.isEmpty() ? half() : rows.size(), now);
        };
        return each(rows, fate, Optional.of(failure).filter(each -> !answered));
    }

    /** What errors say of single rows: by the record's index, or by a part of its own. */
    private Map<Integer, String> blamed(Failure.Rejected rejected) {
        boolean parts = batch.get(0).step() == Step.THEN
                || batch.get(0).act().filter(act -> act == MutationKind.DELETE).isPresent();
        Map<Integer, String> blamed = new HashMap<>();
        for (Failure.Fault fault : rejected.faults()) {
            int index = parts
                    ? fault.alias().filter(alias -> alias.matches("t\\d{1,4}"))
                            .map(alias -> Integer.parseInt(alias.substring(1))).orElse(-1)
                    : fault.index().orElse(-1);
            if (index >= 0 && index < batch.size()) {
                blamed.merge(index, fault.message(), (one, two) -> one.contains(two) ? one : one + "; " + two);
            }
        }
        return blamed;
    }

    private int half() {
        return Math.max(1, (batch.size() + 1) / 2);
    }

    /** What becomes of the n-th row. */
    @FunctionalInterface
    private interface Fate {
        OutboxRow of(OutboxRow row, int index);
    }

    private Result each(List<OutboxRow> rows, Fate fate) {
        return each(rows, fate, Optional.empty());
    }

    private Result each(List<OutboxRow> rows, Fate fate, Optional<Failure> failure) {
        for (int i = 0; i < rows.size(); i++) {
            put(rows.get(i), fate.of(rows.get(i), i));
        }
        return new Result(before, after, Set.of(), false, Optional.empty(), failure);
    }

    private void put(OutboxRow from, OutboxRow to) {
        before.add(from);
        after.add(to);
    }
}
