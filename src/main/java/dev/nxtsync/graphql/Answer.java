package dev.nxtsync.graphql;

import com.fasterxml.jackson.databind.JsonNode;

/** What came of a question: {@link Data}, or else a {@code Failure}. */
public interface Answer {

    /** What Visma's support asks for; may be empty. */
    String traceId();

    /**
     * A whole answer without errors.
     *
     * @param data its {@code data}, with the number of rows in place of those that were handed on
     * @param traceId what Visma's support asks for; may be empty
     * @param bytes of the body as it came over the wire
     */
    record Data(JsonNode data, String traceId, long bytes) implements Answer {}
}
