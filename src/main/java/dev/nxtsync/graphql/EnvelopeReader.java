package dev.nxtsync.graphql;

import java.io.IOException;
import java.util.Map;
import java.util.Set;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.process.JsonTree;

/**
 * Reads an answer object by object, and hands on the rows among them.
 *
 * @param counted for all that becomes a tree
 * @param uncounted the same parser, for rows
 * @param passed the aliases of tables whose rows have been handed on
 */
record EnvelopeReader(JsonParser counted, JsonParser uncounted, BoundedText allowance,
        Map<String, ? extends RowSink> rows, Set<String> passed) {

    /** Of errors and warnings, in characters; much more than is told of them. */
    private static final int LONGEST_TEXT = 10_000;

    /** How deep an object lies on the way {@code data}, root field, alias, {@code items}. */
    private enum Level {
        ANSWER, DATA, ROOT, CONNECTION, ELSEWHERE
    }

    /** The answer itself, at whose opening brace the parser stands. */
    ObjectNode root() throws IOException {
        return object(Level.ANSWER, "");
    }

    private ObjectNode object(Level depth, String alias) throws IOException {
        var object = JsonNodeFactory.instance.objectNode();
        while (counted.nextToken() == JsonToken.FIELD_NAME) {
            String name = counted.currentName();
            JsonToken token = counted.nextToken();
            RowSink sink = depth == Level.CONNECTION && name.equals("items") ? rows.get(alias) : null;
            if (sink != null && token == JsonToken.START_ARRAY) {
                object.put(name, pass(alias, sink));
            } else if (token == JsonToken.START_OBJECT && depth == Level.ROOT) {
                object.set(name, table(name));
            } else if (token == JsonToken.START_OBJECT && below(depth, name) != Level.ELSEWHERE) {
                object.set(name, object(below(depth, name), name));
            } else {
                // what stands beside the data is for people
                JsonNode value = depth == Level.ANSWER
                        ? JsonTree.beginnings(LONGEST_TEXT, counted).readValueAsTree()
                        : counted.readValueAsTree();
                object.set(name, value == null ? MissingNode.getInstance() : value);
            }
        }
        return object;
    }

    /** What cannot be read in it is of this table only. */
    private ObjectNode table(String alias) throws IOException {
        try {
            return object(Level.CONNECTION, alias);
        } catch (BadAnswer e) {
            throw e.about(alias);
        } catch (JsonProcessingException e) {
            throw new BadAnswer(BadAnswer.why(e)).about(alias);
        }
    }

    /** Says how many rows there were. */
    private int pass(String alias, RowSink sink) throws IOException {
        if (!passed.add(alias)) {
            throw new BadAnswer("The answer of Business NXT has the rows of a table twice.");
        }
        int count = 0;
        while (uncounted.nextToken() == JsonToken.START_OBJECT) {
            count++;
            long start = uncounted.currentLocation().getByteOffset();
            allowance.free();
            try {
                sink.row(uncounted);
            } catch (JsonProcessingException e) {
                throw new BadAnswer(BadAnswer.why(e) + " It is row " + count + " of the page.");
            }
            allowance.count(uncounted.currentLocation().getByteOffset() - start);
        }
        if (uncounted.currentToken() != JsonToken.END_ARRAY) {
            throw new BadAnswer("The answer of Business NXT has something else in the place of a row. It is row "
                    + (count + 1) + " of the page.");
        }
        return count;
    }

    private static Level below(Level depth, String name) {
        return switch (depth) {
            case ANSWER -> name.equals("data") ? Level.DATA : Level.ELSEWHERE;
            case DATA -> Level.ROOT;
            case ROOT -> Level.CONNECTION;
            case CONNECTION, ELSEWHERE -> Level.ELSEWHERE;
        };
    }
}
