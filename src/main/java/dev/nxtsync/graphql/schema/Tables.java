package dev.nxtsync.graphql.schema;

import java.util.Map;

import dev.nxtsync.trouble.Reason;

/**
 * What a connection sees of the tables that it was asked about. One that it cannot see is in neither map.
 *
 * @param known by name; whatever is named in them can stand in a document
 * @param refused why a table is not used, by name
 */
public record Tables(Map<String, Table> known, Map<String, Reason> refused) {}
