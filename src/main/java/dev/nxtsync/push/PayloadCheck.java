package dev.nxtsync.push;

import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.config.NameSuggestion;
import dev.nxtsync.database.Numeral;
import dev.nxtsync.error.QuotedText;
import dev.nxtsync.graphql.schema.InputType;
import dev.nxtsync.graphql.schema.InputType.Members;
import dev.nxtsync.graphql.schema.TypeRef;

/**
 * Checks the values of a payload against the types of what is sent.
 *
 * @param inputs the types by name, as far as they were read
 * @param flaws where what is wrong is added, with its path
 */
record PayloadCheck(Map<String, InputType> inputs, PayloadFlaws flaws) {
    /** Checks a record. */
    void check(ObjectNode values, Members type) {
        check(values, type, "");
    }

    private void check(ObjectNode value, Members type, String path) {
        for (var member : value.properties()) {
            if (flaws.isFull()) {
                return;
            }
            String name = member.getKey();
            TypeRef field = type.fields().get(name);
            if (field == null) {
                flaws.add(path + QuotedText.name(name) + ": there is no such field"
                        + NameSuggestion.hint(name, type.fields().keySet()));
            } else {
                check(member.getValue(), field, path + name);
            }
        }
        type.fields().forEach((name, field) -> {
            if (field.required() && !value.has(name)) {
                flaws.add(path + name + ": is missing");
            }
        });
    }

    private void check(JsonNode value, TypeRef type, String path) {
        if (value.isNull()) {
            if (type.required()) {
                flaws.add(path + ": must not be null");
            }
        } else if (type.list()) {
            if (!value.isArray()) {
                flaws.add(path + ": is " + kind(value) + "; a list is expected: [ ... ]");
                return;
            }
            for (int i = 0; i < value.size() && !flaws.isFull(); i++) {
                checkOne(value.get(i), type, path + "[" + i + "]");
            }
        } else {
            checkOne(value, type, path);
        }
    }

    private void checkOne(JsonNode value, TypeRef type, String path) {
        InputType input = inputs.get(type.name());
        if (input instanceof Members members) {
            if (value instanceof ObjectNode object) {
                check(object, members, path + ".");
            } else {
                flaws.add(path + ": is " + kind(value) + "; an object is expected");
            }
        } else if (input instanceof InputType.Names names) {
            if (!value.isTextual() || !names.values().contains(value.textValue())) {
                flaws.add(path + ": is not one of " + String.join(", ", names.values())
                        + NameSuggestion.hint(value.asText(), names.values()));
            }
        } else {
            scalarFlaw(value, type.name()).ifPresent(flaw -> flaws.add(path + ": " + flaw));
        }
    }

    /** The scalars whose encoding is known; others are left to the server. */
    static Optional<String> scalarFlaw(JsonNode value, String scalar) {
        if (value.isContainerNode()) {
            return Optional.of("is " + kind(value) + "; " + expected(scalar) + " is expected");
        }
        boolean fits = switch (scalar) {
            case "Short" -> isWhole(value, Short.MIN_VALUE, Short.MAX_VALUE);
            case "Int" -> isWhole(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case "Long" -> isWhole(value, Long.MIN_VALUE, Long.MAX_VALUE);
            case "Decimal" -> (value.isNumber() || value.isTextual())
                    && Numeral.of(value.asText()).flatMap(Numeral::value).isPresent();
            case "String", "Date", "DateTime", "Time" -> value.isTextual();
            case "Boolean" -> value.isBoolean();
            default -> true;
        };
        return fits ? Optional.empty() : Optional.of("is " + kind(value) + "; " + expected(scalar) + " is expected");
    }

    /** A type of the API, as a person would say it. */
    static String expected(String scalar) {
        return switch (scalar) {
            case "Short", "Int", "Long" -> "a whole number (" + scalar + ")";
            case "Decimal" -> "a number (Decimal)";
            case "String" -> "text (String)";
            case "Boolean" -> "true or false (Boolean)";
            default -> "a value of the type " + scalar;
        };
    }

    private static boolean isWhole(JsonNode value, long least, long most) {
        return value.isIntegralNumber() && value.canConvertToLong() && value.longValue() <= most
                && value.longValue() >= least;
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "text";
            case NUMBER -> "a number";
            case BOOLEAN -> "true or false";
            case ARRAY -> "a list";
            case OBJECT -> "an object";
            default -> "null";
        };
    }
}
