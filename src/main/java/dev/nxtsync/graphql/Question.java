package dev.nxtsync.graphql;

import java.util.Map;
import java.util.Optional;

import dev.nxtsync.tenant.Tenant;

/**
 * One operation to send.
 *
 * @param operation its name, which the document declares
 * @param document GraphQL; identifiers only, every value is a variable
 * @param variables what goes to JSON as it is; a {@link com.fasterxml.jackson.databind.JsonNode} is sent verbatim
 * @param tenant whose slots the request takes at the server; empty where it is about no tenant
 * @param background whether it gives way to requests that are not
 * @param guard whether it may be sent still
 */
public record Question(String operation, String document, Map<String, ?> variables, Optional<Tenant> tenant,
        boolean background, SendGuard guard) {

    /** A question that may always be sent. */
    public Question(String operation, String document, Map<String, ?> variables, Optional<Tenant> tenant,
            boolean background) {
        this(operation, document, variables, tenant, background, SendGuard.ALWAYS);
    }

    /** Whether it asks for something to be changed. */
    public boolean changes() {
        return document.startsWith("mutation");
    }

    /** The same, sent only through a gate. */
    public Question through(SendGuard other) {
        return new Question(operation, document, variables, tenant, background, other);
    }

    /** A question about no company. */
    public Question(String operation, String document, Map<String, ?> variables) {
        this(operation, document, variables, Optional.empty(), false);
    }
}
