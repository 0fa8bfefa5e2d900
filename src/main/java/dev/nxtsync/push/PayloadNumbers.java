package dev.nxtsync.push;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;

import dev.nxtsync.database.Characters;
import dev.nxtsync.database.Numeral;
import dev.nxtsync.process.JsonTree;

/**
 * Checks the numbers of a payload as they are written: {@code 1e99999999999} is a number for JSON and PostgreSQL, and too large
 * for Java.
 */
final class PayloadNumbers {
    private static final int LONGEST = 10_000;
    private static final JsonFactory JSON = JsonTree.parsers()
            .streamReadConstraints(StreamReadConstraints.builder().maxNumberLength(LONGEST).build()).build();

    private PayloadNumbers() {}

    /**
     * The first number that cannot be sent, with its path, and why.
     *
     * @throws JsonProcessingException if the text is no JSON, as far as that is seen before such a number
     */
    static Optional<String> flaw(String text) throws JsonProcessingException {
        try (JsonParser parser = JSON.createParser(text)) {
            try {
                for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                    if (token.isNumeric() && Numeral.of(parser.getText()).flatMap(Numeral::value).isEmpty()) {
                        return tooMany(parser);
                    }
                }
                return Optional.empty();
            } catch (StreamConstraintsException e) {
                if (String.valueOf(e.getOriginalMessage()).startsWith("Number ")) {
                    return tooMany(parser);
                }
                throw e;
            }
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("a text cannot fail to be read", e);
        }
    }

    private static Optional<String> tooMany(JsonParser parser) {
        String path = path(parser.getParsingContext());
        return Optional.of((path.isEmpty() ? "it" : path) + ": is a number of more than " + Numeral.MOST_DIGITS
                + " digits when written out");
    }

    private static String path(JsonStreamContext at) {
        var parent = at.getParent();
        if (parent == null) {
            return "";
        }
        String before = path(parent);
        return at.inArray()
                ? before + "[" + at.getCurrentIndex() + "]"
                : before + (before.isEmpty() ? "" : ".")
                        + (at.hasCurrentName() ? Characters.shown(at.getCurrentName()) : "");
    }
}
