package dev.nxtsync.push;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongPredicate;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.QuotedText;
import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.push.outbox.MutationKind;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.OutboxRow.Step;
import dev.nxtsync.push.plan.PushPlan;

/** What the answer to a request says of each of its rows. Asks and writes nothing. */
final class SendAnswer {
    /** How long a row waits that the server refuses as no valid request, so that the schema is read again meanwhile. */
    private static final Duration SCHEMA_IS_READ_AGAIN = Duration.ofSeconds(12);

    private final Resolution resolution;
    private final PushPlan plan;
    private final List<OutboxRow> batch;
    private final List<OutboxRow> marked;
    private final List<Payload> payloads;
    private final Instant now;

    /**
     * @param batch as the rows were before they were marked as being sent
     * @param marked as they were then
     * @param now when the answer came, by the database's clock
     */
    SendAnswer(Resolution resolution, List<OutboxRow> batch, List<OutboxRow> marked, List<Payload> payloads,
            Instant now) {
        this.resolution = resolution;
        this.plan = resolution.plan();
        this.batch = batch;
        this.marked = marked;
        this.payloads = payloads;
        this.now = now;
    }

    /** It was carried out, and answered without errors. */
    SendResult executed(Answer.Data data) {
        JsonNode parts = data.data().path("useCompany");
        OutboxRow first = batch.get(0);
        if (first.step() == Step.THEN) {
            return SendResult.each(marked, (row, i) -> processed(row, parts.path(Mutation.alias(i))));
        }
        return switch (first.act().orElseThrow()) {
            case CREATE -> created(parts.path(Mutation.alias(0)));
            case UPDATE -> updated(parts.path(Mutation.alias(0)));
            case DELETE -> SendResult.each(marked, (row, i) -> deleted(row, i, parts.path(Mutation.alias(i))));
        };
    }

    private SendResult created(JsonNode part) {
        JsonNode items = part.path("items");
        boolean whole = items.size() == batch.size() && part.path("affectedRows").asInt(-1) == batch.size();
        var creators = new ArrayList<String>();
        var changed = new ArrayList<String>();
        return SendResult.each(marked, (row, i) -> {
            Optional<JsonNode> own = payloads.get(i).identity().in(items);
            if (own.isPresent()) {
                creators.add(RecordComparison.creator(own.get()));
                return created(row, payloads.get(i), own.get());
            }
            if (whole) {
                String why = "The key \"" + row.key() + "\" came back as \""
                        + QuotedText.name(items.path(i).path(plan.keyColumns().get(0)).asText()) + "\" in "
                        + plan.keyColumn() + ".";
                changed.add(why + " Records cannot be found again by such a key, so this push is stopped. Set "
                        + "KEY_COLUMN to a column that keeps whole keys unchanged.");
                var done = resolution.done(row, items.path(i));
                return done.done(done.result().orElse("{}"),
                        Optional.of(new Problem(ErrorCode.KEY_CHANGED, why).coded()), Optional.empty());
            }
            return row.answered("It was answered without errors, but with " + Words.count(items.size(), "record")
                    + " for " + Words.count(batch.size(), "row") + ".", false, half(), now);
        }).withKeys(creators.stream().findFirst(), changed.stream().reduce((one, other) -> other));
    }

    private OutboxRow created(OutboxRow row, Payload payload, JsonNode record) {
        return resolution.comparison().incomplete(payload, record)
                .map(why -> row.dead(ErrorCode.RECORD_DIFFERENT,
                        "It was created, but " + why
                                + ". Complete or remove the record in Business NXT, then discard this row.",
                        Optional.empty()))
                .orElseGet(() -> resolution.done(row, record));
    }

    private SendResult updated(JsonNode part) {
        JsonNode items = part.path("items");
        boolean whole = part.path("affectedRows").asInt(-1) == batch.size();
        boolean adds = part.path("affectedRows").asInt(-1) == items.size();
        return SendResult.each(marked, (row, i) -> {
            RecordKey identity = payloads.get(i).identity();
            Optional<JsonNode> own = identity.in(items);
            if (own.isPresent() || whole) {
                return resolution.done(row, own.orElseGet(identity::asKey));
            }
            if (!adds) {
                return row.answered("It was answered without errors, but with other records than were asked for.",
                        false, half(), now);
            }
            return row.attempts() >= InDoubtTimes.MOST_SENDS
                    ? row.dead(ErrorCode.RECORD_DIFFERENT, "The record was sent " + row.attempts()
                            + " times, and each time its change stamp had changed meanwhile: something changes it "
                            + "all the time, or the server does not find it by its stamp.", Optional.empty())
                    : row.waiting(now);
        });
    }

    private OutboxRow deleted(OutboxRow row, int index, JsonNode part) {
        return part.path("affectedRows").isInt()
                ? resolution.done(row, payloads.get(index).identity().asKey())
                : row.answered("It was answered without errors and without affectedRows.", batch.size() == 1, half(),
                        now);
    }

    private OutboxRow processed(OutboxRow row, JsonNode part) {
        String name = plan.then().orElseThrow().field().name();
        if (part.path(name).path("succeeded").asBoolean()) {
            return resolution.processed(row, true, now);
        }
        return row.dead(ErrorCode.PROCESSING_FAILED,
                name + " did not succeed for " + ResultRecord.name(row)
                        + ". The record is there. Retry this row to run " + name
                        + " again, or do it in Business NXT and discard the row.",
                Optional.empty());
    }

    /**
     * The server has not done, and will not do, what was asked.
     *
     * @param isRefusedAnew whether a row was refused before, by a schema that has been read again since
     */
    SendResult notExecuted(Failure failure, LongPredicate isRefusedAnew) {
        boolean isAboutRows = failure instanceof Failure.InvalidRequest;
        return SendResult.each(marked, (row, i) -> {
            OutboxRow unsent = row.unsent(batch.get(i));
            if (!isAboutRows) {
                return unsent;
            }
            // one of several is at fault, and splitting finds it
            return batch.size() > 1 ? unsent.atMost(half()) : refused(unsent, failure, isRefusedAnew);
        }).with(Optional.of(failure).filter(each -> !isAboutRows));
    }

    /** A row that is refused alone, though its payload fits to the schema: perhaps the schema has changed. */
    private OutboxRow refused(OutboxRow row, Failure failure, LongPredicate isRefusedAnew) {
        return isRefusedAnew.test(row.id())
                ? resolution.refused(row, ErrorCode.RECORD_REFUSED, failure.message(), now)
                : row.waiting(now.plus(SCHEMA_IS_READ_AGAIN));
    }

    /**
     * Nobody knows whether it was carried out.
     *
     * @param took how long it was until then
     */
    SendResult inDoubt(Failure failure, Duration took) {
        boolean isAnswered = failure instanceof Failure.Rejected && resolution.times().isInTime(took);
        Map<Integer, String> blamed = failure instanceof Failure.Rejected rejected ? blamed(rejected) : Map.of();
        return SendResult.each(marked, (row, i) -> {
            if (!isAnswered) {
                // one of them may be why no answer comes, so that none takes others with it for long
                return row.inDoubt(resolution.times().nextLook(row.sentAt().orElse(now), now))
                        .atMost(row.attempts() == 1 ? half() : 1);
            }
            String why = failure.traced(blamed.getOrDefault(i, failure.message()));
            // once the row at fault is known, the others need not be split to find it
            return row.answered(why, batch.size() == 1 || blamed.containsKey(i),
                    blamed.isEmpty() ? half() : batch.size(), now);
        }).with(Optional.of(failure).filter(each -> !isAnswered));
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
}
