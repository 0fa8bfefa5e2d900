package dev.nxtsync.graphql.schema;

import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.graphql.Field;
import dev.nxtsync.graphql.GraphQlName;

/**
 * A field that a type of the schema has.
 *
 * @param arguments their types, by name
 */
record OfferedField(TypeRef type, Map<String, TypeRef> arguments) {
    private static final String NAME = "name";

    /** What introspection must select of a type so that {@link #of} can read it. */
    static final Field SELECTION = Field.of("fields", NAME).and(TypeRef.SELECTION,
            Field.of("args", NAME).and(TypeRef.SELECTION));

    /** Those of a type, by name; without those that cannot stand in a document. */
    static Map<String, OfferedField> of(JsonNode type) {
        var fields = new LinkedHashMap<String, OfferedField>();
        for (JsonNode field : type.path("fields")) {
            var read = new OfferedField(TypeRef.of(field.path("type")), TypeRef.arguments(field));
            read.arguments().entrySet()
                    .removeIf(each -> !GraphQlName.is(each.getKey()) || !GraphQlName.is(each.getValue().name()));
            if (GraphQlName.is(field.path(NAME).asText()) && GraphQlName.is(read.type().name())) {
                fields.put(field.path(NAME).asText(), read);
            }
        }
        return fields;
    }
}
