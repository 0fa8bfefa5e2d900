package dev.nxtsync.graphql.schema;

import java.util.Map;

/**
 * A table as this connection can read it.
 *
 * @param name the field below the scope's root, such as {@code orderLine}
 * @param rowType the GraphQL type of its rows, such as {@code OrderLine}
 * @param columns by name, in the API's order; companions are not columns
 */
public record Table(String name, String rowType, Scope scope, Map<String, Column> columns) {}
