package dev.nxtsync.push;

import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.database.Numeral;
import dev.nxtsync.error.QuotedText;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.push.plan.PushPlan;

/**
 * Tells whether a record that was found is the one that was sent.
 *
 * @param creator whom our own records name as their creator; empty as long as that is not known
 */
record RecordComparison(PushPlan plan, Optional<String> creator) {

    /** By which name a record was created, as it is kept and compared. */
    static String creator(JsonNode record) {
        return QuotedText.name(record.path(PushPlan.CREATOR).asText());
    }

    /** Why a record is not the one that was sent, whole; empty if it is. */
    Optional<String> unlike(Payload payload, JsonNode record) {
        if (!payload.identity().isOf(record)) {
            return Optional.of("its key is not exactly the same");
        }
        String by = "it was created by \"" + creator(record) + "\", ";
        if (creator.isEmpty()) {
            return Optional.of(
                    by + "but the name of the person who has signed in is not known before a " + "create is answered");
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
                return Optional.of("it cannot be read whether all of its " + each.getKey() + " are there");
            }
            int there = record.path(each.getKey()).path("items").size();
            if (sent > 0 && there != sent) {
                return Optional.of("it has " + there + " of the " + sent + " " + each.getKey() + " that were sent");
            }
        }
        return Optional.empty();
    }

    /** The change stamp of a record; an empty text if it has none. */
    static String stamp(JsonNode record) {
        return record.path(Table.CHANGED).asText("");
    }

    /** Whether every column that was sent is as it was sent; what is empty there may be 0 or an empty text. */
    static boolean isAsSent(Payload payload, JsonNode record) {
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
}
