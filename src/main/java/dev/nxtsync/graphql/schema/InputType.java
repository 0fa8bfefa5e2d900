package dev.nxtsync.graphql.schema;

import java.util.Map;
import java.util.Set;

/** What a value may be that is sent. */
public sealed interface InputType {

    /**
     * An object.
     *
     * @param fields by name; a field that is required has no default
     */
    record Members(Map<String, TypeRef> fields) implements InputType {}

    /** One of some names. */
    record Names(Set<String> values) implements InputType {}

    /** A single value; its type's name says of what kind. */
    record Scalar() implements InputType {}
}
