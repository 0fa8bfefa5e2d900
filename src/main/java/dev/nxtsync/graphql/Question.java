package dev.nxtsync.graphql;

import java.util.List;
import java.util.Map;

/**
 * One operation to send.
 *
 * @param operation its name, which the document declares
 * @param document GraphQL; identifiers only, every value is a variable
 * @param variables what goes to JSON as it is; a {@link com.fasterxml.jackson.databind.JsonNode} is sent verbatim
 * @param rows the members that lead from the root of the answer to the array whose elements are handed on one by one; empty
 *        for none
 */
public record Question(String operation, String document, Map<String, ?> variables, List<String> rows) {

    public Question(String operation, String document, Map<String, ?> variables) {
        this(operation, document, variables, List.of());
    }
}
