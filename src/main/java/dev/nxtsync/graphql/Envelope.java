package dev.nxtsync.graphql;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.process.JsonTree;
import dev.nxtsync.trouble.Quoted;

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
    private static final JsonFactory JSON = new ObjectMapper().getFactory();

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
        try (JsonParser rowParser = JSON.createParser(allowance)) {
            JsonParser parser = JsonTree.within(LARGEST_TREE, rowParser, () -> new BadAnswer(
                    "The answer of Business NXT has more values beside its rows than there is memory for."));
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new BadAnswer("The answer of Business NXT is not a JSON object.");
            }
            var root = object(parser, rowParser, allowance, Depth.ANSWER, "", rows);
            if (parser.nextToken() != null) {
                throw new BadAnswer("The answer of Business NXT goes on after its end.");
            }
            return new Envelope(root);
        }
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

    /** @param rowParser the same, on which nothing is counted */
    private static ObjectNode object(JsonParser parser, JsonParser rowParser, Allowance allowance, Depth depth,
            String alias,
            Map<String, ? extends RowSink> rows) throws IOException {
        var object = JsonNodeFactory.instance.objectNode();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            RowSink sink = depth == Depth.CONNECTION && name.equals("items") ? rows.get(alias) : null;
            if (sink != null && token == JsonToken.START_ARRAY) {
                int count = 0;
                while (rowParser.nextToken() == JsonToken.START_OBJECT) {
                    long start = parser.currentLocation().getByteOffset();
                    allowance.free();
                    sink.row(rowParser);
                    allowance.count(parser.currentLocation().getByteOffset() - start);
                    count++;
                }
                object.put(name, count);
            } else if (token == JsonToken.START_OBJECT) {
                object.set(name, object(parser, rowParser, allowance, below(depth, name), name, rows));
            } else {
                JsonNode value = parser.readValueAsTree();
                object.set(name, value == null ? MissingNode.getInstance() : value);
            }
        }
        return object;
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
