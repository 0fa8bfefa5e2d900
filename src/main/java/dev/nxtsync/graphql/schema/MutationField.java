package dev.nxtsync.graphql.schema;

import java.util.Map;

/**
 * A field that changes something, with the arguments that this connection may give.
 *
 * @param type the name of what it answers
 */
public record MutationField(String name, String type, Map<String, TypeRef> arguments) {}
