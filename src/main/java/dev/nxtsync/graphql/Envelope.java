package dev.nxtsync.graphql;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Map;
import java.util.zip.ZipException;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.error.QuotedText;
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

    /**
     * Reads to the end of the answer.
     *
     * @param rows by alias of a table below the root field, what takes its items
     * @throws IOException if the answer is cut off or is not one JSON object
     */
    static Envelope read(InputStream in, Map<String, ? extends RowSink> rows) throws IOException {
        var allowance = new BoundedText(in, LONGEST);
        try (JsonParser parser = JSON.createParser(allowance)) {
            JsonParser counted = JsonTree.within(LARGEST_TREE, parser, () -> BadAnswer
                    .tooLarge("The answer of Business NXT has more values beside its rows than fit into memory."));
            JsonToken first = counted.nextToken();
            if (first != JsonToken.START_OBJECT) {
                throw new BadAnswer(first == null
                        ? "The answer of Business NXT is empty."
                        : "The answer of Business NXT is not a JSON object.");
            }
            var root = new EnvelopeReader(counted, parser, allowance, rows, new HashSet<>()).root();
            end(counted);
            return new Envelope(root);
        }
    }

    /** The answer is whole by its own braces, and what becomes of its connection behind them takes nothing from it. */
    private static void end(JsonParser parser) throws IOException {
        try {
            if (parser.nextToken() != null) {
                throw new BadAnswer("The answer of Business NXT has more text after its end.");
            }
        } catch (BadAnswer | JsonProcessingException | ZipException e) {
            throw e;
        } catch (IOException e) {
            OutOfMemory.endIfCauseOf(e);
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
        return QuotedText.name(root.path("extensions").path("vbnxt-trace-id").asText(""));
    }
}
