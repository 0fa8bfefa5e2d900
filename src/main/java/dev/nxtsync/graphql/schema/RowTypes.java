package dev.nxtsync.graphql.schema;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import jakarta.inject.Singleton;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.error.QuotedText;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Field;
import dev.nxtsync.graphql.GraphQlName;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.schema.Column.Companion;

/** What the schema tells beyond tables and columns: values of enumerations, and the tables that rows refer to. */
@Singleton
public class RowTypes {
    /** How the fields begin that lead to the row that a row refers to. */
    private static final String TO_PARENT = "joinup_";
    private static final TypeQuestion FIELDS = new TypeQuestion("row_types", 20,
            List.of(Field.of("fields", "name").and(TypeRef.SELECTION)));
    private static final TypeQuestion VALUES = new TypeQuestion("enumerations", 20,
            List.of(Field.of("enumValues", "name", "description")));
    private static final int MOST_VALUES = 2_000;

    private final NxtClient nxt;

    RowTypes(NxtClient nxt) {
        this.nxt = nxt;
    }

    /**
     * What a row refers to.
     *
     * @param enumerations by column, the type of the enumeration that its value is of
     * @param parents the type of the rows that it refers to, by the field that leads there
     */
    public record Links(Map<String, String> enumerations, Map<String, String> parents) {}

    /**
     * Those of tables, by the table's name.
     *
     * @throws FailedAnswer if there was no whole answer
     */
    public Map<String, Links> links(String connection, Collection<Table> tables) {
        var links = new LinkedHashMap<String, Links>();
        FIELDS.ask(nxt, connection, List.copyOf(tables), Table::rowType,
                (table, type) -> links.put(table.name(), links(table, type.path("fields"))));
        return links;
    }

    /**
     * The values of enumerations, by their type: what each is, by its name; empty where the schema does not say.
     *
     * @throws FailedAnswer if there was no whole answer
     */
    public Map<String, Map<String, String>> values(String connection, Collection<String> types) {
        var values = new LinkedHashMap<String, Map<String, String>>();
        VALUES.ask(nxt, connection, List.copyOf(types), type -> type,
                (type, answer) -> values.put(type, values(answer.path("enumValues"))));
        return values;
    }

    private static Links links(Table table, JsonNode fields) {
        var enumerations = new LinkedHashMap<String, String>();
        var parents = new LinkedHashMap<String, String>();
        var types = new LinkedHashMap<String, String>();
        fields.forEach(field -> types.put(field.path("name").asText(), TypeRef.of(field.path("type")).name()));
        types.values().removeIf(type -> !GraphQlName.is(type));
        types.forEach((name, type) -> {
            if (name.startsWith(TO_PARENT)) {
                parents.put(name, type);
            }
        });
        for (Column column : table.columns().values()) {
            var type = types.get(column.companionField());
            if (type != null && List.of(Companion.ENUM, Companion.FLAGS).contains(column.companion())) {
                enumerations.put(column.name(), type);
            }
        }
        return new Links(enumerations, parents);
    }

    private static Map<String, String> values(JsonNode all) {
        var values = new LinkedHashMap<String, String>();
        for (JsonNode value : all) {
            if (values.size() < MOST_VALUES && GraphQlName.is(value.path("name").asText())) {
                values.put(value.path("name").asText(), QuotedText
                        .name(value.path("description").isTextual() ? value.path("description").asText() : ""));
            }
        }
        return values;
    }
}
