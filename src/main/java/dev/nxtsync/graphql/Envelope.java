package dev.nxtsync.graphql;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A whole JSON answer (GraphQL over HTTP): {@code data}, {@code errors} and {@code extensions} in any order. Rows are handed
 * on while it is read, so that its size in memory does not grow with them; in their place stands their number.
 */
record Envelope(JsonNode root) {
    private static final JsonFactory JSON = new com.fasterxml.jackson.databind.ObjectMapper().getFactory();

    /**
     * Reads to the end of the answer.
     *
     * @throws IOException if the answer is cut off or is not one JSON object
     */
    static Envelope read(InputStream in, List<String> rowsAt, RowSink rows) throws IOException {
        try (JsonParser parser = JSON.createParser(in)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("the answer is not a JSON object");
            }
            var root = object(parser, rowsAt, 0, rows);
            if (parser.nextToken() != null) {
                throw new IOException("the answer goes on after its end");
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
        return root.path("extensions").path("vbnxt-trace-id").asText("");
    }

    /** @param depth how many members of the path to the rows lead to this object, or -1 where it is not on that path */
    private static ObjectNode object(JsonParser parser, List<String> rowsAt, int depth, RowSink rows)
            throws IOException {
        var object = JsonNodeFactory.instance.objectNode();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            boolean onPath = depth >= 0 && depth < rowsAt.size() && rowsAt.get(depth).equals(name);
            JsonToken token = parser.nextToken();
            if (onPath && depth + 1 == rowsAt.size() && token == JsonToken.START_ARRAY) {
                int count = 0;
                while (parser.nextToken() == JsonToken.START_OBJECT) {
                    rows.row(parser);
                    count++;
                }
                object.put(name, count);
            } else if (token == JsonToken.START_OBJECT) {
                object.set(name, object(parser, rowsAt, onPath ? depth + 1 : -1, rows));
            } else {
                JsonNode value = parser.readValueAsTree();
                object.set(name, value == null ? MissingNode.getInstance() : value);
            }
        }
        return object;
    }
}
