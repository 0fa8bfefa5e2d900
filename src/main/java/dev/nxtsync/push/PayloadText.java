package dev.nxtsync.push;

import java.util.Optional;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.database.Characters;
import dev.nxtsync.database.Numeral;
import dev.nxtsync.error.QuotedText;
import dev.nxtsync.process.JsonTree;
import dev.nxtsync.process.MemoryBudget;

/** The text of a payload, as the user wrote it: what it weighs, and the JSON object that it is. */
final class PayloadText {
    private static final JsonMapper JSON = JsonMapper
            .builder(JsonTree.parsers()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNumberLength(2 * Numeral.MOST_DIGITS).build())
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES).build();

    /** A payload as JSON, or why it cannot be read. */
    sealed interface Parsed {}

    record ReadText(ObjectNode values) implements Parsed {}

    record PayloadUnreadable(String why) implements Parsed {}

    private PayloadText() {}

    /** What a payload takes in a request at most, its key included: what is not ASCII is escaped. */
    static int bytes(String text) {
        return 2000 + text.length()
                + 5 * (int) Math.min(Integer.MAX_VALUE / 10, text.chars().filter(c -> c > 127).count());
    }

    /** What the tree of a payload takes in memory beside its bytes, as so many bytes more. */
    static int structure(String text) {
        return (int) Math.min(Integer.MAX_VALUE / 2, JsonTree.cost(text) / MemoryBudget.COST_OF_JSON);
    }

    /** Reads a text; numbers that cannot be sent are refused before they become any. */
    static Parsed parse(String text) {
        try {
            var number = PayloadNumbers.flaw(text);
            if (number.isPresent()) {
                return new PayloadUnreadable(new PayloadFlaws(number.get()).why());
            }
            return JSON.readTree(text) instanceof ObjectNode values
                    ? new ReadText(values)
                    : new PayloadUnreadable("The payload is not a JSON object with the columns of one record.");
        } catch (JsonProcessingException e) {
            return new PayloadUnreadable(
                    "The payload cannot be read as JSON: " + QuotedText.message(e.getOriginalMessage().lines()
                            .findFirst().orElse("").replaceAll(", from `[^`]*`| for `ObjectNode`.*", "")) + ".");
        }
    }

    /**
     * The first name or text that PostgreSQL cannot hold, with its path, and why. What is sent must be what the row shows, and
     * half a character would be sent as a question mark.
     */
    static Optional<String> unholdable(ObjectNode values) {
        return unholdable((JsonNode) values).map(flaw -> flaw.substring(1));
    }

    private static Optional<String> unholdable(JsonNode value) {
        if (value.isTextual()) {
            return Characters.flaw(value.textValue()).map(flaw -> ": has " + flaw);
        }
        for (var member : value.properties()) {
            var flaw = Characters.flaw(member.getKey()).map(name -> ": its name has " + name)
                    .or(() -> unholdable(member.getValue()));
            if (flaw.isPresent()) {
                return flaw.map(why -> "." + Characters.shown(member.getKey()) + why);
            }
        }
        for (int i = 0; value.isArray() && i < value.size(); i++) {
            var flaw = unholdable(value.get(i));
            if (flaw.isPresent()) {
                return Optional.of("[" + i + "]" + flaw.get());
            }
        }
        return Optional.empty();
    }
}
