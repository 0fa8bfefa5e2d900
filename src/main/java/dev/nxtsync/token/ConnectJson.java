package dev.nxtsync.token;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;

import dev.nxtsync.process.JsonTree;

/** JSON of Visma Connect, in bounds of depth and of the length of numbers within which reading it costs little. */
final class ConnectJson {
    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(50).maxNumberLength(400).build())
            .build()).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** In bytes of memory, for some ten thousand values. */
    private static final long LARGEST_TREE = 2_000_000;

    private ConnectJson() {}

    /** A JSON object; missing if a text is none. */
    static JsonNode object(String text) {
        try {
            if (JsonTree.cost(text) > LARGEST_TREE) {
                return MissingNode.getInstance();
            }
            JsonNode read = JSON.readTree(text);
            return read.isObject() ? read : MissingNode.getInstance();
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }
}
