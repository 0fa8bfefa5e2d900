package dev.nxtsync.graphql.schema;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import jakarta.inject.Singleton;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Field;
import dev.nxtsync.graphql.GraphQlName;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.tenant.Scope;

/** Reads how groups of rows can be chosen; its form is not documented, so that nothing of it is taken for granted. Safe for any number of threads. */
@Singleton
public class GroupFilters {
    private static final int TOGETHER = 40;
    /** As an order by an aggregate has it, and as the aggregate itself. */
    private static final List<String> COUNTS = List.of("_" + Aggregates.COUNT, Aggregates.COUNT);
    private static final Field NAMED = Field.of("type", "name").and(Field.of("ofType", "name"));
    private static final List<Field> ARGUMENTS = List
            .of(Field.of("fields", "name").and(Field.of("args", "name").and(NAMED)));
    private static final List<Field> FUNCTIONS = List.of(Field.of("inputFields", "name").and(NAMED));
    private static final List<Field> COLUMNS = List.of(Field.of("inputFields", "name"));

    private final NxtClient nxt;

    GroupFilters(NxtClient nxt) {
        this.nxt = nxt;
    }

    /**
     * Those of the tables that have one, by table.
     *
     * @throws FailedAnswer if there was no whole answer
     */
    public Map<String, GroupFilter> of(String connection, Collection<Table> tables) {
        var types = new LinkedHashMap<String, String>();
        for (Scope scope : Scope.values()) {
            var wanted = new HashSet<String>();
            tables.stream().filter(table -> table.scope() == scope && table.aggregates().isPresent())
                    .forEach(table -> wanted.add(table.name()));
            if (!wanted.isEmpty()) {
                arguments(connection, scope, wanted, types);
            }
        }
        var functions = ask(connection, types, FUNCTIONS);
        var counts = new HashMap<String, String>();
        var inner = new LinkedHashMap<String, String>();
        functions.forEach((table, type) -> COUNTS.stream().filter(name -> named(type, name).isPresent()).findFirst()
                .ifPresent(name -> {
                    counts.put(table, name);
                    inner.put(table, named(type, name).orElseThrow());
                }));
        var filters = new HashMap<String, GroupFilter>();
        ask(connection, inner, COLUMNS).forEach((table, type) -> filters.put(table,
                new GroupFilter(String.valueOf(types.get(table)), String.valueOf(counts.get(table)),
                        Set.copyOf(type.path("inputFields").findValuesAsText("name")))));
        return filters;
    }

    private void arguments(String connection, Scope scope, Set<String> wanted, Map<String, String> types) {
        JsonNode data = FailedAnswer.dataOf(nxt.ask(connection,
                Question.query("arguments", List.of(TypeRef.lookUp("type", scope.rootType()).and(ARGUMENTS)))));
        for (JsonNode field : data.path("type").path("fields")) {
            var arguments = new HashMap<String, String>();
            field.path("args").forEach(argument -> arguments.put(argument.path("name").asText(), name(argument)));
            String table = field.path("name").asText();
            if (wanted.contains(table) && arguments.containsKey("groupBy")) {
                Optional.ofNullable(arguments.get("having")).filter(GraphQlName::is)
                        .ifPresent(type -> types.put(table, type));
            }
        }
    }

    /** What is told of types, by the table for which they are asked. */
    private Map<String, JsonNode> ask(String connection, Map<String, String> types, List<Field> selection) {
        var told = new LinkedHashMap<String, JsonNode>();
        var tables = List.copyOf(types.keySet());
        for (int i = 0; i < tables.size(); i += TOGETHER) {
            var some = tables.subList(i, Math.min(tables.size(), i + TOGETHER));
            var fields = new ArrayList<Field>();
            some.forEach(table -> fields
                    .add(TypeRef.lookUp("type" + fields.size(), String.valueOf(types.get(table))).and(selection)));
            JsonNode data = FailedAnswer.dataOf(nxt.ask(connection, Question.query("having", fields)));
            for (int j = 0; j < some.size(); j++) {
                told.put(some.get(j), data.path("type" + j));
            }
        }
        return told;
    }

    private static Optional<String> named(JsonNode type, String field) {
        for (JsonNode each : type.path("inputFields")) {
            if (each.path("name").asText().equals(field)) {
                return Optional.of(name(each)).filter(GraphQlName::is);
            }
        }
        return Optional.empty();
    }

    private static String name(JsonNode typed) {
        return typed.path("type").path("name").asText(typed.at("/type/ofType/name").asText());
    }
}
