package dev.nxtsync.graphql;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipException;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.error.Quoted;
import dev.nxtsync.process.JsonTree;
import dev.nxtsync.process.OutOfMemory;

/**
 * A whole JSON answer (GraphQL over HTTP): {@code data}, {@code errors} and {@code extensions} in any order. Rows are handed
 * on while it is read, so that its size in memory does not grow with them; in their place stands their number. All else, also
 * what is not looked at, may have eight megabytes.
 */
record Envelope(JsonNode root) {
    static final int LONGEST = 8 * 1024 * 1024;
    private static final long MEGABYTE = 1 << 20;
    /** In bytes of memory; the columns of a table take one or two megabytes. */
    private static final long LARGEST_TREE = Math.min(96 * MEGABYTE,
            Math.max(32 * MEGABYTE, Runtime.getRuntime().maxMemory() / 4));
    /** Each level takes some hundred bytes, be it skipped. */
    static final int DEEPEST = 100_000;
    /** A value may be as long as the row that it is in, and of any shape: its column says whether it can be held. */
    private static final JsonFactory JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(LONGEST).maxNestingDepth(DEEPEST).build())
            .build()).getFactory();

    /** How deep an object lies on the way {@code data}, root field, alias, {@code items}. */
    private enum Depth {
        ANSWER, DATA, ROOT, CONNECTION, ELSEWHERE
    }

    /**
     * Reads to the end of the answer.
     *
     * @param rows by alias of a table below the root field, what takes its items
     * @throws IOException if the answer is cut off or is not one JSON object
     */
    static Envelope read(InputStream in, Map<String, ? extends RowSink> rows) throws IOException {
        var allowance = new Allowance(in, LONGEST);
        try (JsonParser parser = JSON.createParser(allowance)) {
            JsonParser counted = JsonTree.within(LARGEST_TREE, parser, () -> BadAnswer.tooLarge(
                    "The answer of Business NXT has more values beside its rows than there is memory for."));
            JsonToken first = counted.nextToken();
            if (first != JsonToken.START_OBJECT) {
                throw new BadAnswer(first == null
                        ? "The answer of Business NXT is empty."
                        : "The answer of Business NXT is not a JSON object.");
            }
            var root = new Source(counted, parser, allowance, rows, new HashSet<>()).object(Depth.ANSWER, "");
            end(counted);
            return new Envelope(root);
        }
    }

    /** The answer is whole by its own braces, and what becomes of its connection behind them takes nothing from it. */
    private static void end(JsonParser parser) throws IOException {
        try {
            if (parser.nextToken() != null) {
                throw new BadAnswer("The answer of Business NXT goes on after its end.");
            }
        } catch (BadAnswer | JsonProcessingException | ZipException e) {
            throw e;
        } catch (IOException e) {
            OutOfMemory.endIfCauseOf(e);
        }
    }

    /** What a text that the parser gave up is told as. */
    static String why(JsonProcessingException e) {
        return e instanceof StreamConstraintsException
                ? "The answer of Business NXT has a value that is too long, or nests too deep, to be read."
                : "The answer of Business NXT is cut off or is not JSON.";
    }

    JsonNode data() {
        return root.path("data");
    }

    JsonNode errors() {
        return root.path("errors");
    }

    JsonNode warnings() {
        return root.path("extensions").path("warnings");
    }

    String traceId() {
        return Quoted.name(root.path("extensions").path("vbnxt-trace-id").asText(""));
    }

    /**
     * What an answer is read from.
     *
     * @param counted for all that becomes a tree
     * @param uncounted the same parser, for rows
     * @param passed the aliases of tables whose rows have been handed on
     */
    private record Source(JsonParser counted, JsonParser uncounted, Allowance allowance,
            Map<String, ? extends RowSink> rows, Set<String> passed) {

        ObjectNode object(Depth depth, String alias) throws IOException {
            var object = JsonNodeFactory.instance.objectNode();
            while (counted.nextToken() == JsonToken.FIELD_NAME) {
                String name = counted.currentName();
                JsonToken token = counted.nextToken();
                RowSink sink = depth == Depth.CONNECTION && name.equals("items") ? rows.get(alias) : null;
                if (sink != null && token == JsonToken.START_ARRAY) {
                    object.put(name, pass(alias, sink));
                } else if (token == JsonToken.START_OBJECT && depth == Depth.ROOT) {
                    object.set(name, table(name));
                } else if (token == JsonToken.START_OBJECT && below(depth, name) != Depth.ELSEWHERE) {
                    object.set(name, object(below(depth, name), name));
                } else {
                    JsonNode value = counted.readValueAsTree();
                    object.set(name, value == null ? MissingNode.getInstance() : value);
                }
            }
            return object;
        }

        /** What cannot be read in it is of this table only. */
        private ObjectNode table(String alias) throws IOException {
            try {
                return object(Depth.CONNECTION, alias);
            } catch (BadAnswer e) {
                throw e.about(alias);
            } catch (JsonProcessingException e) {
                throw new BadAnswer(why(e)).about(alias);
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
                    throw new BadAnswer(why(e) + " It was row " + count + " of the page.");
                }
                allowance.count(uncounted.currentLocation().getByteOffset() - start);
            }
            if (uncounted.currentToken() != JsonToken.END_ARRAY) {
                throw new BadAnswer("The answer of Business NXT has something else where a row should be. It was row "
                        + (count + 1) + " of the page.");
            }
            return count;
        }
    }

    private static Depth below(Depth depth, String name) {
        return switch (depth) {
            case ANSWER -> name.equals("data") ? Depth.DATA : Depth.ELSEWHERE;
            case DATA -> Depth.ROOT;
            case ROOT -> Depth.CONNECTION;
            case CONNECTION, ELSEWHERE -> Depth.ELSEWHERE;
        };
    }
}
