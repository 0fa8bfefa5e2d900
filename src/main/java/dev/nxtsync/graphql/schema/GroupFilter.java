package dev.nxtsync.graphql.schema;

import java.util.Set;

/**
 * How a table lets groups of its rows be chosen by how many rows they have (docs/facts/business-nxt.md, "Groups of rows").
 *
 * @param type of the argument {@code having}
 * @param count its field that compares how many values of a column there are
 * @param columns of which that can be asked
 */
public record GroupFilter(String type, String count, Set<String> columns) {}
