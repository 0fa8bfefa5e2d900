package dev.nxtsync.http;

import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;

/** Schemas of the records that are written as JSON: each component is there, in snake case, and may be null if it says so. */
final class RecordSchemas {
    private static final PropertyNamingStrategies.SnakeCaseStrategy SNAKE_CASE = new PropertyNamingStrategies.SnakeCaseStrategy();

    private RecordSchemas() {}

    static Map<String, Object> of(Class<?> type) {
        var properties = new LinkedHashMap<String, Object>();
        for (RecordComponent each : type.getRecordComponents()) {
            properties.put(SNAKE_CASE.translate(each.getName()), value(each.getAnnotatedType()));
        }
        return object(properties, List.copyOf(properties.keySet()));
    }

    /** A record that is nested in a class which keeps it to itself. */
    static Map<String, Object> of(Class<?> outer, String name) {
        return of(Arrays.stream(outer.getDeclaredClasses()).filter(each -> each.getSimpleName().equals(name))
                .findFirst().orElseThrow());
    }

    static Map<String, Object> object(Map<String, Object> properties, List<String> required) {
        var schema = new LinkedHashMap<String, Object>();
        schema.put("type", "object");
        schema.put("additionalProperties", false);
        schema.put("required", new ArrayList<>(required));
        schema.put("properties", properties);
        return schema;
    }

    static Map<String, Object> listOf(Map<String, Object> items) {
        var schema = new LinkedHashMap<String, Object>();
        schema.put("type", "array");
        schema.put("items", items);
        return schema;
    }

    /** A value of a simple type, perhaps null. */
    static Map<String, Object> simple(String type, boolean nullable) {
        return new LinkedHashMap<>(Map.of("type", nullable ? List.of(type, "null") : type));
    }

    private static Map<String, Object> value(AnnotatedType type) {
        if (type instanceof AnnotatedParameterizedType list) {
            return listOf(value(list.getAnnotatedActualTypeArguments()[0]));
        }
        var plain = (Class<?>) type.getType();
        if (plain.isRecord()) {
            return of(plain);
        }
        return simple(plain == String.class ? "string" : plain == boolean.class ? "boolean" : integer(plain),
                type.isAnnotationPresent(Nullable.class));
    }

    private static String integer(Class<?> type) {
        if (List.<Class<?>>of(int.class, Integer.class, long.class, Long.class).contains(type)) {
            return "integer";
        }
        throw new AssertionError("There is no schema for " + type + " yet.");
    }
}
