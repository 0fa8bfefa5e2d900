package dev.nxtsync.push;

import static java.util.stream.Collectors.joining;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.Numeral;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Quoted;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.push.outbox.MutationKind;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.OutboxRow.State;
import dev.nxtsync.push.outbox.OutboxRow.Step;
import dev.nxtsync.push.plan.PushPlan;

/**
 * What follows for a row from the records that were found for it. Pure: nothing is asked or written here.
 *
 * @param creator whom our own records name as their creator; empty as long as nobody knows
 */
record Resolution(PushPlan plan, Optional<String> creator, int company, InDoubtTimes limits) {
    private static final int MOST_NAMED = 5;

    /** A row that is about to be sent: as it is to be sent, or as it is settled without that. */
    OutboxRow before(OutboxRow row, Payload payload, List<JsonNode> found) {
        if (found.size() > 1 && (!row.wasSent() || act(row).orElse(MutationKind.UPDATE) != MutationKind.CREATE)) {
            return row.dead(ErrorCode.RECORD_AMBIGUOUS,
                    found.size() + " records are there with " + payload.identity() + ": " + names(found)
                            + ". One of them would be taken at random.",
                    Optional.empty());
        }
        if (found.isEmpty()) {
            return absent(row, payload);
        }
        JsonNode record = found.get(0);
        return switch (act(row).orElse(MutationKind.UPDATE)) {
            case CREATE -> !row.wasSent()
                    ? row.dead(ErrorCode.RECORD_EXISTS, "A record with this key is there already: " + names(found)
                            + ". Discard the row if that is the one; else give a new key.", Optional.empty())
                    : created(row, payload, found);
            case UPDATE -> row.wasSent() && isAsSent(payload, record)
                    ? done(row, record)
                    : row.about(MutationKind.UPDATE, name(payload), Optional.of(stamp(record)));
            case DELETE -> row.about(MutationKind.DELETE, name(payload), Optional.of(stamp(record)));
        };
    }

    /** A row that was sent, or may have been, and is looked for. */
    OutboxRow after(OutboxRow row, Payload payload, List<JsonNode> found, Instant now) {
        if (row.state() != State.IN_DOUBT) {
            return counted(row, payload, found);
        }
        var act = act(row);
        if (act.isEmpty() && !found.isEmpty()) {
            // of an upsert nobody knows what it was going to be; an update to the same values does no harm
            return row.waiting();
        }
        return switch (act.orElse(MutationKind.CREATE)) {
            case CREATE -> found.isEmpty() ? missing(row, now) : created(row, payload, found);
            case UPDATE -> updated(row, payload, found, now);
            case DELETE -> found.isEmpty() ? done(row, payload.identity().asKey()) : missing(row, now);
        };
    }

    /** The processing of a row was sent, or may have been; whether it has run is known by the filter that it was asked with. */
    OutboxRow processed(OutboxRow row, boolean hasRun, Instant now) {
        return hasRun ? row.done(row.result().orElse("{}"), Optional.empty(), count(row)) : missing(row, now);
    }

    /** The record is there, and what else is to be done for the row. */
    OutboxRow done(OutboxRow row, JsonNode record) {
        String kept = kept(record);
        return plan.then().isPresent() && row.step() == Step.RECORD
                ? row.then(kept)
                : row.done(kept, Optional.empty(), count(row));
    }

    /** The row was refused for a reason of its own. If it was ever sent, it is looked for once more at the end. */
    OutboxRow refused(OutboxRow row, ErrorCode trouble, String why, Instant now) {
        return row.dead(trouble, why, row.sentAt().map(limits::last).filter(now::isBefore));
    }

    /**
     * The row was or may have been sent, and cannot be looked for. As long as the request may still be carried out it stays in
     * doubt, since a person who retries it would send it again.
     *
     * @param again when it is tried again, if nothing is over by then
     */
    OutboxRow unlookable(OutboxRow row, Problem why, Instant now, Instant again) {
        var reason = new Problem(why.trouble(), "It was sent, and cannot be looked for: " + why.message());
        if (row.state() != State.IN_DOUBT) {
            return row.settled(Optional.of(reason.coded()));
        }
        return mayBeCarriedOut(row, now)
                .map(last -> row.lookedAt(again.isBefore(last) ? again : last, reason))
                .orElseGet(() -> row.dead(reason.trouble(), reason.message(), Optional.empty()));
    }

    /** The same of a payload that does not fit into memory here, and will not before this process ends. */
    OutboxRow unreadable(OutboxRow row, String why, Instant now) {
        return unlookable(row, new Problem(ErrorCode.TOO_LARGE_FOR_MEMORY, why), now, Instant.MAX);
    }

    /** Whether a processing has run that may have been sent cannot be seen without a filter that says it. */
    OutboxRow unseen(OutboxRow row, Instant now) {
        String why = "Whether " + plan.then().orElseThrow().field().name() + " has run for " + row.result().orElse("")
                + " is not known" + row.answered().map(each -> ": " + each).orElse(", since no whole answer came.");
        return mayBeCarriedOut(row, now)
                .map(last -> row.lookedAt(last, new Problem(ErrorCode.PROCESSING_FAILED, why
                        + " It may still run until " + last + "; after that a person decides.")))
                .orElseGet(() -> row.dead(ErrorCode.PROCESSING_FAILED, why
                        + " Look in Business NXT; discard this row if it has, retry it if not. With DONE_WHEN this is looked up.",
                        Optional.empty()));
    }

    /** Until when the server may still carry out what was sent of a row in doubt; empty if it is done with it. */
    private Optional<Instant> mayBeCarriedOut(OutboxRow row, Instant now) {
        return row.sentAt().map(limits::last).filter(last -> row.answered().isEmpty() && now.isBefore(last));
    }

    /**
     * Before when a row is not sent that was looked for and not found: a person has retried it, and the server may still carry
     * out what was sent of it before. Empty for every other row.
     */
    Optional<Instant> notBefore(OutboxRow row, Instant now) {
        return row.sentAt().filter(sentAt -> row.isRetriedInDoubt() && now.isBefore(limits.last(sentAt)))
                .map(sentAt -> limits.nextLook(sentAt, now));
    }

    private Optional<Instant> count(OutboxRow row) {
        return row.repeated() ? row.sentAt().flatMap(sentAt -> limits.count(sentAt, 0)) : Optional.empty();
    }

    private OutboxRow absent(OutboxRow row, Payload payload) {
        var act = act(row);
        if (act.isPresent() && act.get() == MutationKind.DELETE) {
            return row.wasSent()
                    ? row.done(kept(payload.identity().asKey()), Optional.empty(), Optional.empty())
                    : row.dead(ErrorCode.RECORD_MISSING,
                            "There is no record with " + payload.identity() + " to delete.",
                            Optional.empty());
        }
        if (act.isPresent() && act.get() == MutationKind.UPDATE
                && plan.push().operation() == Settings.Operation.UPDATE) {
            return row.dead(ErrorCode.RECORD_MISSING, "There is no record with " + payload.identity() + " to update.",
                    Optional.empty());
        }
        return row.about(MutationKind.CREATE, name(payload), Optional.empty());
    }

    private OutboxRow created(OutboxRow row, Payload payload, List<JsonNode> found) {
        if (found.size() > 1) {
            return row.dead(ErrorCode.RECORD_AMBIGUOUS,
                    found.size() + " records are there with this key: " + names(found)
                            + ". Remove all but one in Business NXT, then discard this row.",
                    Optional.empty());
        }
        JsonNode record = found.get(0);
        return unlike(payload, record)
                .map(why -> row.dead(ErrorCode.RECORD_DIFFERENT,
                        "A record is there with this key (" + names(found) + "), but " + why
                                + ". Look at it in Business NXT; discard this row if the record is right.",
                        Optional.empty()))
                .orElseGet(() -> done(row, record));
    }

    /** By which name a record was created, as it is kept and compared. */
    static String creator(JsonNode record) {
        return Quoted.name(record.path(PushPlan.CREATOR).asText());
    }

    /** Why a record is not the one that was sent, whole; empty if it is. */
    Optional<String> unlike(Payload payload, JsonNode record) {
        if (!payload.identity().isOf(record)) {
            return Optional.of("its key is not exactly the same");
        }
        String by = "it was created by \"" + creator(record) + "\", ";
        if (creator.isEmpty()) {
            return Optional
                    .of(by + "and by which name the person who has signed in creates records is not known before "
                            + "a create is answered");
        }
        if (!creator(record).equalsIgnoreCase(creator.get())) {
            return Optional.of(by + "not by \"" + creator.get() + "\"");
        }
        return incomplete(payload, record);
    }

    /** How many children a record lacks, or has too many of; empty if it has as many as were sent. */
    Optional<String> incomplete(Payload payload, JsonNode record) {
        for (var each : plan.children().entrySet()) {
            int sent = payload.values().path(each.getKey()).size();
            if (sent > 0 && each.getValue().join().isEmpty()) {
                return Optional.of("whether all of its " + each.getKey() + " are there cannot be read");
            }
            int there = record.path(each.getKey()).path("items").size();
            if (sent > 0 && there != sent) {
                return Optional.of("it has " + there + " of the " + sent + " " + each.getKey() + " that were sent");
            }
        }
        return Optional.empty();
    }

    private OutboxRow updated(OutboxRow row, Payload payload, List<JsonNode> found, Instant now) {
        if (found.size() != 1) {
            return row.dead(found.isEmpty() ? ErrorCode.RECORD_MISSING : ErrorCode.RECORD_AMBIGUOUS,
                    (found.isEmpty() ? "No record is there any more" : found.size() + " records are there")
                            + " with " + payload.identity() + ". Whether it was updated is not known.",
                    Optional.empty());
        }
        JsonNode record = found.get(0);
        if (isAsSent(payload, record)) {
            return done(row, record);
        }
        return row.stamp().map(stamp(record)::equals).orElse(true)
                ? missing(row, now)
                : row.dead(ErrorCode.RECORD_DIFFERENT,
                        "The record was changed since it was read, and is not as it was sent: "
                                + names(found) + ". Retry the row to send it over what is there, or discard it.",
                        Optional.empty());
    }

    /** It was looked for and is not there. */
    private OutboxRow missing(OutboxRow row, Instant now) {
        Instant sentAt = row.sentAt().orElse(now);
        if (row.answered().isPresent()) {
            if (row.blamed()) {
                return refused(row, ErrorCode.RECORD_REFUSED, row.answered().get(), now);
            }
            return row.looks() == 0
                    ? row.notFound(now.plus(limits.timeLimit()))
                    // each such round has found a row at fault, or is smaller than the one before
                    : row.waiting();
        }
        return now.isBefore(limits.last(sentAt))
                ? row.notFound(limits.nextLook(sentAt, now))
                : again(row);
    }

    private static OutboxRow again(OutboxRow row) {
        return row.attempts() >= InDoubtTimes.MOST_SENDS
                ? row.dead(ErrorCode.NEVER_FOUND, "It was sent " + row.attempts()
                        + " times without a whole answer, and never found afterwards. Look at Business NXT's side; retry it then.",
                        Optional.empty())
                : row.waiting();
    }

    /** A row that is settled, and was looked at for the last time. */
    private OutboxRow counted(OutboxRow row, Payload payload, List<JsonNode> found) {
        if (act(row).filter(act -> act == MutationKind.CREATE).isEmpty()) {
            return row.settled(Optional.empty());
        }
        if (found.size() > 1) {
            return row
                    .settled(Optional.of(new Problem(ErrorCode.DUPLICATE,
                            "duplicate: " + found.size() + " records are there with the key \"" + row.key()
                                    + "\": " + names(found)
                                    + ". Remove all but one in Business NXT, then discard this note.")
                            .coded()));
        }
        if (row.state() == State.DONE) {
            return row.sentAt().flatMap(sentAt -> limits.count(sentAt, row.looks() + 1)).map(row::lookedAt)
                    .orElseGet(() -> row.settled(Optional.empty()));
        }
        if (found.isEmpty()) {
            return row.settled(Optional.empty());
        }
        return switch (row.state()) {
            case DEAD -> unlike(payload, found.get(0)).isEmpty()
                    ? done(row, found.get(0))
                    : row.settled(Optional.of(new Problem(ErrorCode.RECORD_DIFFERENT,
                            row.error().orElse("") + " A record is there all the same: " + names(found)).coded()));
            case DISCARDED ->
                row.settled(Optional.of(new Problem(ErrorCode.RECORD_DIFFERENT,
                        "It is there all the same: " + names(found) + ". It was discarded after: "
                                + row.error().orElse(""))
                        .coded()));
            default -> row.settled(Optional.empty());
        };
    }

    /** Whether every column that was sent is as it was sent; what is empty there may be 0 or an empty text. */
    private static boolean isAsSent(Payload payload, JsonNode record) {
        return payload.changes().properties().stream()
                .allMatch(each -> record.has(each.getKey()) && same(each.getValue(), record.get(each.getKey())));
    }

    private static boolean same(JsonNode sent, JsonNode there) {
        if (isEmpty(sent) || isEmpty(there)) {
            return isEmpty(sent) && isEmpty(there);
        }
        var number = number(sent);
        var other = number(there);
        return (number.isPresent() && other.isPresent())
                ? number.get().canonical().equals(other.get().canonical())
                : sent.asText().equals(there.asText());
    }

    private static boolean isEmpty(JsonNode value) {
        return value.isNull() || (value.isTextual() && value.textValue().isEmpty())
                || (value.isNumber() && number(value).filter(Numeral::isZero).isPresent());
    }

    private static Optional<Numeral> number(JsonNode value) {
        return value.isNumber() || value.isTextual() ? Numeral.of(value.asText()) : Optional.empty();
    }

    /** What is done with the row's record; empty for an upsert that has not been looked up. */
    private Optional<MutationKind> act(OutboxRow row) {
        return row.act().or(() -> switch (plan.push().operation()) {
            case CREATE -> Optional.of(MutationKind.CREATE);
            case UPDATE -> Optional.of(MutationKind.UPDATE);
            case DELETE -> Optional.of(MutationKind.DELETE);
            case UPSERT -> Optional.empty();
        });
    }

    private String name(Payload payload) {
        return payload.identity().record(plan.table().name(), company);
    }

    private static String stamp(JsonNode record) {
        return record.path(Table.CHANGED).asText("");
    }

    /** What is kept of a record with its row: its keys, those of its children, and the chosen columns. */
    private String kept(JsonNode record) {
        var kept = Filters.object();
        plan.kept().forEach(column -> {
            if (record.has(column)) {
                kept.set(column, record.get(column));
            }
        });
        plan.children().forEach((field, child) -> {
            JsonNode items = record.path(field).path("items");
            if (items.isArray() && !child.columns().equals(List.of("__typename"))) {
                kept.set(field, items);
            }
        });
        return kept.toString();
    }

    /** The records by their primary keys, as a person would look for them. */
    private String names(List<JsonNode> records) {
        var columns = plan.key().isEmpty() ? plan.keyColumns() : plan.key();
        return records.stream().limit(MOST_NAMED)
                .map(record -> columns.stream().map(column -> column + " " + Quoted.name(record.path(column).asText()))
                        .collect(joining(" ")))
                .collect(joining(", "));
    }

    /** By what the record of a row is found for its processing: its primary key, once that is known. */
    Map<String, JsonNode> record(OutboxRow row, Payload payload) {
        JsonNode kept = Filters.parse(row.result().orElse("{}"));
        var key = new java.util.LinkedHashMap<String, JsonNode>();
        plan.key().forEach(column -> key.put(column, kept.path(column)));
        return key.isEmpty() || key.values().stream().anyMatch(JsonNode::isMissingNode)
                ? payload.identity().values()
                : key;
    }
}
