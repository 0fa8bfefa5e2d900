package dev.nxtsync.process;

import java.io.IOException;
import java.io.Writer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;

/**
 * What the tree of a JSON text takes in memory for its structure, beside its characters; known before it is built, since a
 * list takes two bytes as text, and a hundred in the tree.
 */
public final class JsonTree {
    private static final JsonFactory JSON = parsers().build();
    private static final int OBJECT = 160;
    private static final int LIST = 104;
    private static final int NAME = 104;
    /** The whole is copied once, without what its members hold. */
    private static final int SECOND_PLACE = 56;
    private static final int TEXT = 64;
    private static final int NUMBER = 24;
    private static final int LONG_NUMBER = 120;
    /** For the place in a list, which grows by halves. */
    private static final int PLACE = 12;
    private static final int MOST_DIGITS_OF_A_LONG = 18;
    /** What becomes a number of the tree takes time by the square of its digits. */
    private static final int MOST_DIGITS = 1000;
    private static final long TOO_MUCH = 1L << 50;

    private JsonTree() {}

    /** Of parsers that do not keep the names that they have met: of those from outside there can be any number. */
    public static JsonFactoryBuilder parsers() {
        return new JsonFactoryBuilder().disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES);
    }

    /** In bytes; of a text that is no JSON, up to where it ceases to be. */
    public static long cost(String json) {
        try (JsonParser parser = JSON.createParser(json)) {
            return cost(parser);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As {@link #cost(String)}. */
    public static long cost(byte[] json) {
        try (JsonParser parser = JSON.createParser(json)) {
            return cost(parser);
        } catch (IOException e) {
            // its encoding is none that JSON has
            return 0;
        }
    }

    /**
     * The same parser, which ends with what is given once so much has been read that its tree would take more than that.
     *
     * @param most bytes
     */
    public static JsonParser within(long most, JsonParser parser, Supplier<IOException> beyond) {
        return new JsonParserDelegate(parser) {
            private long left = most;

            @Override
            public @Nullable JsonToken nextToken() throws IOException {
                var token = super.nextToken();
                left -= token == null ? 0 : ofToken(this);
                if (left < 0) {
                    throw beyond.get();
                }
                return token;
            }
        };
    }

    /**
     * The same parser, of whose longer texts the beginning is all that comes to be, so that what only people read costs little.
     *
     * @param longest in characters
     */
    public static JsonParser beginnings(int longest, JsonParser parser) {
        return new JsonParserDelegate(parser) {
            @Override
            public String getText() throws IOException {
                if (currentToken() != JsonToken.VALUE_STRING || getTextLength() <= longest) {
                    return super.getText();
                }
                var beginning = new StringBuilder();
                getText(new Writer() {
                    @Override
                    public void write(char[] from, int offset, int length) {
                        beginning.append(from, offset, Math.min(length, longest - beginning.length()));
                    }

                    @Override
                    public void flush() {}

                    @Override
                    public void close() {}
                });
                return beginning.toString();
            }
        };
    }

    private static long cost(JsonParser parser) {
        long bytes = 0;
        try {
            while (parser.nextToken() != null) {
                bytes += ofToken(parser);
            }
        } catch (IOException e) {
            // whoever builds the tree meets it at the same place
        }
        return bytes;
    }

    private static long number(JsonParser parser) throws IOException {
        int length = parser.getTextLength();
        if (length > MOST_DIGITS) {
            return TOO_MUCH;
        }
        return length <= MOST_DIGITS_OF_A_LONG && parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                ? NUMBER
                : LONG_NUMBER;
    }

    private static long ofToken(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case FIELD_NAME -> parser.getParsingContext().getParent().inRoot() ? NAME + SECOND_PLACE : NAME;
            case START_OBJECT -> PLACE + OBJECT;
            case START_ARRAY -> PLACE + LIST;
            case VALUE_STRING -> PLACE + TEXT;
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> PLACE + number(parser);
            case VALUE_TRUE, VALUE_FALSE, VALUE_NULL, VALUE_EMBEDDED_OBJECT -> PLACE;
            case END_OBJECT, END_ARRAY, NOT_AVAILABLE -> 0;
        };
    }
}
