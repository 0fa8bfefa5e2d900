package dev.nxtsync.graphql.schema;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.graphql.Field;
import dev.nxtsync.graphql.GraphQlName;

/**
 * What a table tells of groups of its rows (docs/facts/business-nxt.md, "Groups of rows").
 *
 * @param functions by name, the scalar of each column that it takes
 */
public record Aggregates(Map<String, Map<String, String>> functions) {
    /** The field of a group that has them. */
    public static final String FIELD = "aggregates";
    /** How many values of a column there are, nulls apart. */
    public static final String COUNT = "count";
    public static final String SUM = "sum";

    private static final Field SCALARS = Field.of("fields", "name").and(TypeRef.NAMED);
    /** Tables whose aggregates have room in one answer. */
    static final TypeQuestion QUESTION = new TypeQuestion("aggregates", 20,
            List.of(Field.of("fields", "name").and(Field.of("type").and(SCALARS, Field.of("ofType").and(SCALARS)))));
    /** Of which no digit is lost. */
    private static final Set<String> EXACT = Set.of("Byte", "Short", "Int", "Long", "Decimal");
    /** That also hold the sum of many. */
    private static final Set<String> WIDE = Set.of("Long", "Decimal");

    public static final Aggregates NONE = new Aggregates(Map.of());

    /** Whether there is a function of a column. */
    public boolean has(String function, String column) {
        return functions.getOrDefault(function, Map.of()).containsKey(column);
    }

    /** Whether the sum of a column is one in which no digit is lost. */
    public boolean sumsExactly(Column column) {
        return EXACT.contains(column.scalar())
                && WIDE.contains(functions.getOrDefault(SUM, Map.of()).getOrDefault(column.name(), ""));
    }

    /** Of the fields of a row's type. */
    static Optional<String> type(JsonNode fields) {
        for (JsonNode field : fields) {
            if (field.path("name").asText().equals(FIELD)) {
                return Optional.of(TypeRef.of(field.path("type")).name()).filter(GraphQlName::is);
            }
        }
        return Optional.empty();
    }

    /** Those of a table, by what is told of their type. */
    static Aggregates read(JsonNode told) {
        var functions = new HashMap<String, Map<String, String>>();
        for (JsonNode function : told.path("fields")) {
            var columns = new HashMap<String, String>();
            JsonNode type = function.path("type");
            for (JsonNode column : type.path("fields").isArray() ? type.path("fields") : type.at("/ofType/fields")) {
                columns.put(column.path("name").asText(), TypeRef.named(column));
            }
            functions.put(function.path("name").asText(), Map.copyOf(columns));
        }
        return new Aggregates(Map.copyOf(functions));
    }
}
