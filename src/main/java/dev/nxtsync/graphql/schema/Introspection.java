package dev.nxtsync.graphql.schema;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import jakarta.inject.Singleton;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Nxt;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.graphql.schema.Column.Companion;

/** Reads what a connection can see of tables; rights shape the schema, so that each connection has its own. */
@Singleton
public class Introspection {
    private static final String FIELDS = "{ name fields { name type { kind name ofType { kind name } } } }";

    private static final String FILTERS = "{ inputFields { name type { inputFields { name } } } }";

    private final Nxt nxt;

    Introspection(Nxt nxt) {
        this.nxt = nxt;
    }

    /**
     * Reads several tables in one request.
     *
     * @return by table; a table that this connection cannot see is missing
     * @throws FailedAnswer if there was no whole answer
     */
    public Map<String, Table> tables(String connection, Collection<String> names) {
        var wanted = new ArrayList<>(names);
        var declarations = new StringBuilder();
        var selections = new StringBuilder();
        var variables = new HashMap<String, String>();
        for (int i = 0; i < wanted.size(); i++) {
            String type = rowType(wanted.get(i));
            declare("row" + i, type, FIELDS, declarations, selections, variables);
            declare("filter" + i, "FilterExpression_" + type, FILTERS, declarations, selections, variables);
            declare("company" + i, Scope.COMPANY.connectionType(type), "{ name }", declarations, selections, variables);
            declare("customer" + i, Scope.CUSTOMER.connectionType(type), "{ name }", declarations, selections,
                    variables);
        }
        if (wanted.isEmpty()) {
            return Map.of();
        }
        Answer answer = nxt.ask(connection, new Question("introspect",
                "query introspect(" + declarations + ") {" + selections + " }", variables));
        if (answer instanceof Failure failure) {
            throw new FailedAnswer(failure);
        }
        JsonNode data = ((Answer.Data) answer).data();
        var tables = new LinkedHashMap<String, Table>();
        for (int i = 0; i < wanted.size(); i++) {
            String name = wanted.get(i);
            JsonNode fields = data.path("row" + i).path("fields");
            var filters = filters(data.path("filter" + i).path("inputFields"));
            scope(data, i).filter(scope -> fields.size() > 0)
                    .ifPresent(
                            scope -> tables.put(name,
                                    new Table(name, rowType(name), scope, columns(fields), joins(fields), filters)));
        }
        return tables;
    }

    /**
     * The names of all tables of one scope that this connection can read.
     *
     * @throws FailedAnswer if there was no whole answer
     */
    public List<String> tableNames(String connection, Scope scope) {
        Answer answer = nxt.ask(connection, new Question("tables",
                "query tables($type: String!) { __type(name: $type) { fields { name } } }",
                Map.of("type", scope.rootType())));
        if (answer instanceof Failure failure) {
            throw new FailedAnswer(failure);
        }
        var names = new ArrayList<String>();
        ((Answer.Data) answer).data().path("__type").path("fields")
                .forEach(field -> names.add(field.path("name").asText()));
        return names;
    }

    private static void declare(String alias, String type, String selection, StringBuilder declarations,
            StringBuilder selections,
            Map<String, String> variables) {
        declarations.append(declarations.length() == 0 ? "" : ", ").append('$').append(alias).append(": String!");
        selections.append(' ').append(alias).append(": __type(name: $").append(alias).append(") ").append(selection);
        variables.put(alias, type);
    }

    private static Map<String, Set<String>> filters(JsonNode inputFields) {
        var filters = new LinkedHashMap<String, Set<String>>();
        for (JsonNode field : inputFields) {
            var operators = new TreeSet<String>();
            field.path("type").path("inputFields").forEach(operator -> operators.add(operator.path("name").asText()));
            filters.put(field.path("name").asText(), operators);
        }
        return filters;
    }

    private static Optional<Scope> scope(JsonNode data, int index) {
        return data.path("company" + index).isObject()
                ? Optional.of(Scope.COMPANY)
                : data.path("customer" + index).isObject() ? Optional.of(Scope.CUSTOMER) : Optional.empty();
    }

    /** Table and type have the same name, but for its first letter. */
    static String rowType(String table) {
        return Character.toUpperCase(table.charAt(0)) + table.substring(1);
    }

    private static List<String> joins(JsonNode fields) {
        var joins = new ArrayList<String>();
        for (JsonNode field : fields) {
            if (field.path("name").asText().startsWith("join")) {
                joins.add(field.path("name").asText());
            }
        }
        return List.copyOf(joins);
    }

    private static Map<String, Column> columns(JsonNode fields) {
        var scalars = new LinkedHashMap<String, String>();
        var names = new ArrayList<String>();
        for (JsonNode field : fields) {
            names.add(field.path("name").asText());
            JsonNode type = field.path("type");
            JsonNode named = type.path("kind").asText().equals("NON_NULL") ? type.path("ofType") : type;
            if (List.of("SCALAR", "ENUM").contains(named.path("kind").asText())) {
                scalars.put(field.path("name").asText(), named.path("name").asText());
            }
        }
        var columns = new LinkedHashMap<String, Column>();
        scalars.forEach((name, scalar) -> {
            if (!isCompanion(name, scalars)) {
                columns.put(name, new Column(name, scalar, companion(name, names)));
            }
        });
        return columns;
    }

    private static boolean isCompanion(String name, Map<String, String> scalars) {
        for (Companion each : Companion.values()) {
            if (each != Companion.NONE && name.endsWith(each.suffix())
                    && scalars.containsKey(name.substring(0, name.length() - each.suffix().length()))) {
                return true;
            }
        }
        return false;
    }

    private static Companion companion(String name, List<String> names) {
        for (Companion each : Companion.values()) {
            if (each != Companion.NONE && names.contains(name + each.suffix())) {
                return each;
            }
        }
        return Companion.NONE;
    }
}
