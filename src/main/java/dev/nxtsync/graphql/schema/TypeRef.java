package dev.nxtsync.graphql.schema;

import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.graphql.Field;

/**
 * The type of an argument or input field.
 *
 * @param text as it is written in a document, such as {@code [Order_Input!]!}
 * @param name of the type that is in it, such as {@code Order_Input}
 */
public record TypeRef(String text, String name, boolean list, boolean required) {
    /** What introspection must select of a type so that {@link #of} can read it: three wrappers around a name. */
    static final Field SELECTION = Field.of("type", "kind", "name").and(Field.of("ofType", "kind", "name")
            .and(Field.of("ofType", "kind", "name").and(Field.of("ofType", "kind", "name"))));

    /** What it must select so that {@link #named} can read it: a name, or one wrapper around it. */
    static final Field NAMED = Field.of("type", "name").and(Field.of("ofType", "name"));

    /** The name of the type of something of which {@link #NAMED} was selected. */
    static String named(JsonNode typed) {
        return typed.path("type").path("name").asText(typed.at("/type/ofType/name").asText());
    }

    /** The arguments of a field, by their names. */
    static Map<String, TypeRef> arguments(JsonNode field) {
        var arguments = new LinkedHashMap<String, TypeRef>();
        field.path("args")
                .forEach(argument -> arguments.put(argument.path("name").asText(), of(argument.path("type"))));
        return arguments;
    }

    /** Asks for a type of the schema; of what, is to be added. */
    static Field lookUp(String alias, String type) {
        return Field.of("__type").as(alias).with("name", new Field.Variable(alias, "String!", type));
    }

    static TypeRef of(JsonNode type) {
        boolean required = type.path("kind").asText().equals("NON_NULL");
        JsonNode inner = required ? type.path("ofType") : type;
        String bang = required ? "!" : "";
        if (inner.path("kind").asText().equals("LIST")) {
            TypeRef item = of(inner.path("ofType"));
            return new TypeRef("[" + item.text() + "]" + bang, item.name(), true, required);
        }
        String name = inner.path("name").asText();
        return new TypeRef(name + bang, name, false, required);
    }
}
