package dev.nxtsync.push;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;
import dev.nxtsync.push.outbox.MutationKind;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.outbox.OutboxRow.RowState;
import dev.nxtsync.push.outbox.OutboxRow.Step;
import dev.nxtsync.push.plan.PushPlan;

/**
 * Decides what follows for a row from the records that were found for it. Asks and writes nothing.
 *
 * @param creator whom our own records name as their creator; empty as long as that is not known
 */
record Resolution(PushPlan plan, Optional<String> creator, int company, InDoubtTimes times) {
    /** Whether records are those that were sent. */
    RecordComparison comparison() {
        return new RecordComparison(plan, creator);
    }

    /** Decides about a row before it is sent: as it is to be sent, or as it is settled without that. */
    OutboxRow before(OutboxRow row, Payload payload, List<JsonNode> found) {
        if (found.size() > 1 && (!row.wasSent() || act(row).orElse(MutationKind.UPDATE) != MutationKind.CREATE)) {
            return row.dead(ErrorCode.RECORD_AMBIGUOUS,
                    "There are " + found.size() + " records with " + payload.identity() + ": "
                            + ResultRecord.names(plan, found)
                            + ". Nothing was sent, because it is not known which is meant.",
                    Optional.empty());
        }
        if (found.isEmpty()) {
            return absent(row, payload);
        }
        JsonNode record = found.get(0);
        return switch (act(row).orElse(MutationKind.UPDATE)) {
            case CREATE -> !row.wasSent()
                    ? row.dead(ErrorCode.RECORD_EXISTS, "A record with this key is there already: "
                            + ResultRecord.names(plan, found)
                            + ". If that is the record of this row, discard the row. Otherwise push it again with a new key.",
                            Optional.empty())
                    : created(row, payload, found);
            case UPDATE -> row.wasSent() && RecordComparison.isAsSent(payload, record)
                    ? done(row, record)
                    : row.about(MutationKind.UPDATE, name(payload), Optional.of(RecordComparison.stamp(record)));
            case DELETE -> row.about(MutationKind.DELETE, name(payload), Optional.of(RecordComparison.stamp(record)));
        };
    }

    /** Decides about a row that was or may have been sent, after a look-up. */
    OutboxRow after(OutboxRow row, Payload payload, List<JsonNode> found, Instant now) {
        if (row.state() != RowState.IN_DOUBT) {
            return counted(row, payload, found);
        }
        var act = act(row);
        if (act.isEmpty() && !found.isEmpty()) {
            // whether an upsert was a create or an update is not known; an update to the same values does no harm
            return row.waiting();
        }
        return switch (act.orElse(MutationKind.CREATE)) {
            case CREATE -> found.isEmpty() ? missing(row, now) : created(row, payload, found);
            case UPDATE -> updated(row, payload, found, now);
            case DELETE -> found.isEmpty() ? done(row, payload.identity().asKey()) : missing(row, now);
        };
    }

    /** Decides about a row whose processing was or may have been sent, after a look-up with {@code DONE_WHEN}. */
    OutboxRow processed(OutboxRow row, boolean hasRun, Instant now) {
        return hasRun ? row.done(row.result().orElse("{}"), Optional.empty(), count(row)) : missing(row, now);
    }

    /** Settles a row whose record is there, or goes on to its processing. */
    OutboxRow done(OutboxRow row, JsonNode record) {
        String kept = ResultRecord.json(plan, record);
        return plan.then().isPresent() && row.step() == Step.RECORD
                ? row.then(kept)
                : row.done(kept, Optional.empty(), count(row));
    }

    /** Makes a row dead that was refused for a reason of its own. If it was ever sent, it is looked for once more at the end. */
    OutboxRow refused(OutboxRow row, ErrorCode errorCode, String why, Instant now) {
        return row.dead(errorCode, why, row.sentAt().map(times::last).filter(now::isBefore));
    }

    /**
     * Decides about a row that was or may have been sent and cannot be looked for. As long as the request may still be carried out it stays in
     * doubt, since a person who retries it would send it again.
     *
     * @param again when it is tried again, if nothing is over by then
     */
    OutboxRow unlookable(OutboxRow row, Problem why, Instant now, Instant again) {
        var reason = new Problem(why.errorCode(), "It was sent, but cannot be looked for: " + why.message());
        if (row.state() != RowState.IN_DOUBT) {
            return row.settled(Optional.of(reason.coded()));
        }
        return mayBeCarriedOut(row, now).map(last -> row.lookedAt(again.isBefore(last) ? again : last, reason))
                .orElseGet(() -> row.dead(reason.errorCode(), reason.message(), Optional.empty()));
    }

    /** Decides the same of a row whose payload does not fit into the memory of this process. */
    OutboxRow unreadable(OutboxRow row, String why, Instant now) {
        return unlookable(row, new Problem(ErrorCode.TOO_LARGE_FOR_MEMORY, why), now, Instant.MAX);
    }

    /** Decides about a row whose processing may have been sent, if there is no {@code DONE_WHEN} to look it up by. */
    OutboxRow unseen(OutboxRow row, Instant now) {
        String why = "Whether " + plan.then().orElseThrow().field().name() + " has run for " + ResultRecord.name(row)
                + " is not known" + row.answered().map(each -> ": " + Words.sentence(each))
                        .orElse(", because no complete answer arrived.");
        return mayBeCarriedOut(row, now)
                .map(last -> row.lookedAt(last,
                        new Problem(ErrorCode.PROCESSING_FAILED,
                                why + " It may still run until " + last + ". After that a person decides.")))
                .orElseGet(() -> row.dead(ErrorCode.PROCESSING_FAILED, why
                        + " Look in Business NXT. If it has run, discard this row. Otherwise retry it. With DONE_WHEN the daemon looks this up.",
                        Optional.empty()));
    }

    /** Until when the server may still carry out what was sent of a row in doubt; empty if it is done with it. */
    private Optional<Instant> mayBeCarriedOut(OutboxRow row, Instant now) {
        return row.sentAt().map(times::last).filter(last -> row.answered().isEmpty() && now.isBefore(last));
    }

    /**
     * Until when a row waits that was looked for and not found: a person has retried it, and the server may still carry
     * out what was sent of it before. Empty for every other row.
     */
    Optional<Instant> notBefore(OutboxRow row, Instant now) {
        return row.sentAt().filter(sentAt -> row.isRetriedInDoubt() && now.isBefore(times.last(sentAt)))
                .map(sentAt -> times.nextLook(sentAt, now));
    }

    private Optional<Instant> count(OutboxRow row) {
        return row.repeated() ? row.sentAt().flatMap(sentAt -> times.count(sentAt, 0)) : Optional.empty();
    }

    private OutboxRow absent(OutboxRow row, Payload payload) {
        var act = act(row);
        if (act.isPresent() && act.get() == MutationKind.DELETE) {
            return row.wasSent()
                    ? row.done(ResultRecord.json(plan, payload.identity().asKey()), Optional.empty(), Optional.empty())
                    : row.dead(ErrorCode.RECORD_MISSING,
                            "There is no record with " + payload.identity() + " to delete.", Optional.empty());
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
            return row.dead(ErrorCode.RECORD_AMBIGUOUS, "There are " + found.size() + " records with this key: "
                    + ResultRecord.names(plan, found) + ". Remove all but one in Business NXT, then discard this row.",
                    Optional.empty());
        }
        JsonNode record = found.get(0);
        return comparison().unlike(payload, record)
                .map(why -> row.dead(ErrorCode.RECORD_DIFFERENT,
                        "There is a record with this key (" + ResultRecord.names(plan, found) + "), but " + why
                                + ". Look at it in Business NXT. If it is right, discard this row.",
                        Optional.empty()))
                .orElseGet(() -> done(row, record));
    }

    private OutboxRow updated(OutboxRow row, Payload payload, List<JsonNode> found, Instant now) {
        if (found.size() != 1) {
            return row.dead(found.isEmpty() ? ErrorCode.RECORD_MISSING : ErrorCode.RECORD_AMBIGUOUS,
                    (found.isEmpty() ? "There is no longer a record" : "There are " + found.size() + " records")
                            + " with " + payload.identity() + ". It is not known whether it was updated.",
                    Optional.empty());
        }
        JsonNode record = found.get(0);
        if (RecordComparison.isAsSent(payload, record)) {
            return done(row, record);
        }
        return row.stamp().map(RecordComparison.stamp(record)::equals).orElse(true)
                ? missing(row, now)
                : row.dead(ErrorCode.RECORD_DIFFERENT,
                        "The record has changed since it was read, and is not as it was sent: "
                                + ResultRecord.names(plan, found)
                                + ". Retry the row to overwrite the record, or discard it.",
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
                    ? row.notFound(now.plus(times.timeLimit()))
                    // each such round has found a row at fault, or is smaller than the one before
                    : row.waiting();
        }
        return now.isBefore(times.last(sentAt)) ? row.notFound(times.nextLook(sentAt, now)) : again(row);
    }

    private static OutboxRow again(OutboxRow row) {
        return row.attempts() >= InDoubtTimes.MOST_SENDS
                ? row.dead(ErrorCode.NEVER_FOUND, "It was sent " + row.attempts()
                        + " times without a complete answer, and was never found afterwards. Look for it in Business NXT. Then retry it.",
                        Optional.empty())
                : row.waiting();
    }

    /** A row that is settled, and was looked at for the last time. */
    private OutboxRow counted(OutboxRow row, Payload payload, List<JsonNode> found) {
        if (act(row).filter(act -> act == MutationKind.CREATE).isEmpty()) {
            return row.settled(Optional.empty());
        }
        if (found.size() > 1) {
            return row.settled(Optional.of(new Problem(ErrorCode.DUPLICATE,
                    "duplicate: there are " + found.size() + " records with the key \"" + row.key() + "\": "
                            + ResultRecord.names(plan, found)
                            + ". Remove all but one in Business NXT, then discard this note.")
                    .coded()));
        }
        if (row.state() == RowState.DONE) {
            return row.sentAt().flatMap(sentAt -> times.count(sentAt, row.looks() + 1)).map(row::lookedAt)
                    .orElseGet(() -> row.settled(Optional.empty()));
        }
        if (found.isEmpty()) {
            return row.settled(Optional.empty());
        }
        return switch (row.state()) {
            // that its record is there says nothing of the processing that failed
            case DEAD -> row.step() == Step.THEN
                    ? row.settled(Optional.empty())
                    : comparison().unlike(payload, found.get(0)).isEmpty()
                            ? done(row, found.get(0))
                            : row.settled(Optional.of(new Problem(ErrorCode.RECORD_DIFFERENT, row.error().orElse("")
                                    + " There is a record all the same: " + ResultRecord.names(plan, found) + ".")
                                    .coded()));
            case DISCARDED -> row
                    .settled(
                            Optional.of(new Problem(ErrorCode.RECORD_DIFFERENT,
                                    "There is a record all the same: " + ResultRecord.names(plan, found)
                                            + ". The row was discarded after this: " + row.error().orElse(""))
                                    .coded()));
            default -> row.settled(Optional.empty());
        };
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
}
