package dev.nxtsync.graphql.schema;

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
import dev.nxtsync.tenant.Scope;

/** Reads how groups of rows can be chosen; its form is not documented, so that nothing of it is taken for granted. Safe for any number of threads. */
@Singleton
public class GroupFilters {
    /** As an order by an aggregate has it, and as the aggregate itself. */
    private static final List<String> COUNTS = List.of("_" + Aggregates.COUNT, Aggregates.COUNT);
    private static final TypeQuestion ARGUMENTS = new TypeQuestion("arguments", 1,
            List.of(Field.of("fields", "name").and(Field.of("args", "name").and(TypeRef.NAMED))));
    private static final TypeQuestion FUNCTIONS = new TypeQuestion("having", 40,
            List.of(Field.of("inputFields", "name").and(TypeRef.NAMED)));
    private static final TypeQuestion COLUMNS = new TypeQuestion("having", 40,
            List.of(Field.of("inputFields", "name")));

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
                ARGUMENTS.ask(nxt, connection, List.of(scope), Scope::rootType,
                        (each, root) -> arguments(root, wanted, types));
            }
        }
        var counts = new HashMap<String, String>();
        var inner = new LinkedHashMap<String, String>();
        FUNCTIONS.ask(nxt, connection, List.copyOf(types.entrySet()), Map.Entry::getValue, (each, type) -> COUNTS
                .stream().filter(name -> named(type, name).isPresent()).findFirst().ifPresent(name -> {
                    counts.put(each.getKey(), name);
                    inner.put(each.getKey(), named(type, name).orElseThrow());
                }));
        var filters = new HashMap<String, GroupFilter>();
        COLUMNS.ask(nxt, connection, List.copyOf(inner.entrySet()), Map.Entry::getValue,
                (each, type) -> filters.put(each.getKey(),
                        new GroupFilter(String.valueOf(types.get(each.getKey())),
                                String.valueOf(counts.get(each.getKey())),
                                Set.copyOf(type.path("inputFields").findValuesAsText("name")))));
        return filters;
    }

    /** @param types takes the type of the argument, by table */
    private static void arguments(JsonNode root, Set<String> wanted, Map<String, String> types) {
        for (JsonNode field : root.path("fields")) {
            var arguments = new HashMap<String, String>();
            field.path("args")
                    .forEach(argument -> arguments.put(argument.path("name").asText(), TypeRef.named(argument)));
            String table = field.path("name").asText();
            if (wanted.contains(table) && arguments.containsKey("groupBy")) {
                Optional.ofNullable(arguments.get("having")).filter(GraphQlName::is)
                        .ifPresent(type -> types.put(table, type));
            }
        }
    }

    private static Optional<String> named(JsonNode type, String field) {
        for (JsonNode each : type.path("inputFields")) {
            if (each.path("name").asText().equals(field)) {
                return Optional.of(TypeRef.named(each)).filter(GraphQlName::is);
            }
        }
        return Optional.empty();
    }
}
