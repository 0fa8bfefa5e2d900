package dev.nxtsync.graphql.schema;

import java.util.List;
import java.util.Map;

import dev.nxtsync.error.Problem;

/**
 * What a connection sees of the tables that it was asked about. One that it cannot see is in neither map.
 *
 * @param known by name; whatever is named in them can stand in a document
 * @param refused why a table is not used, by name
 * @param names of all tables that it can see, if one that it was asked about is in neither map; else empty
 */
public record Tables(Map<String, Table> known, Map<String, Problem> refused, List<String> names) {
    /** Those of which each is in one of the maps. */
    public Tables(Map<String, Table> known, Map<String, Problem> refused) {
        this(known, refused, List.of());
    }
}
