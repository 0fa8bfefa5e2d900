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
import java.util.TreeSet;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import jakarta.inject.Singleton;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Field;
import dev.nxtsync.graphql.GraphQlName;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.tenant.Scope;

/** Reads what a connection can see of tables; rights shape the schema, so that each connection has its own. */
@Singleton
public class Introspection {
    private static final List<Field> CONNECTION = List.of(Field.of("name"), Field.of("fields", "name"));
    private static final List<Field> FIELDS = List.of(Field.of("name"),
            Field.of("fields", "name").and(Field.of("type", "kind", "name").and(Field.of("ofType", "kind", "name"))));
    private static final Field FILTERS = Field.of("inputFields", "name")
            .and(Field.of("type").and(Field.of("inputFields", "name")));
    /** More than any table has, joins included. */
    private static final int MOST_FIELDS = 10_000;
    /** Tables that are asked for together before it is known how much there is to tell of them. */
    private static final int FIRST = 30;
    /** So that a document stays below the 15,000 tokens that some servers read at most; a table takes about a hundred. */
    private static final int MOST = 100;
    /** Of an answer, in characters: a tree of so many takes some megabytes. */
    private static final long ROOM = 2_000_000;
    private static final long TOLD_OF_FIELD = 100;
    private static final long TOLD_OF_NAME = 20;

    private final NxtClient nxt;

    Introspection(NxtClient nxt) {
        this.nxt = nxt;
    }

    /**
     * Reads several tables in few requests, and if one of them cannot be seen, the names of all that can be.
     *
     * @throws FailedAnswer if there was no whole answer
     */
    public Tables tables(String connection, Collection<String> names) {
        var seen = seen(connection, names);
        return names.stream().allMatch(name -> seen.known().containsKey(name) || seen.refused().containsKey(name))
                ? seen
                : new Tables(seen.known(), seen.refused(), tableNames(connection));
    }

    /** The same, but nothing of those that cannot be seen. */
    public Tables seen(String connection, Collection<String> names) {
        return seen(connection, names, read -> {
        });
    }

    /**
     * The same, of many tables. How many are asked for together follows from how much was told of those before.
     *
     * @param progress is told how many tables have been read so far
     */
    public Tables seen(String connection, Collection<String> names, IntConsumer progress) {
        var wanted = List.copyOf(names);
        var known = new LinkedHashMap<String, Table>();
        var refused = new LinkedHashMap<String, Problem>();
        int together = FIRST;
        int most = MOST;
        int read = 0;
        while (read < wanted.size()) {
            var some = wanted.subList(read, Math.min(wanted.size(), read + together));
            try {
                read(some, ask(connection, some), known, refused);
            } catch (FailedAnswer e) {
                if (some.size() == 1 || !e.failure().mayGoInParts()) {
                    throw e;
                }
                most = some.size() / 2;
                together = most;
                continue;
            }
            read += some.size();
            together = Math.min(most,
                    together(some.stream().flatMap(name -> Stream.ofNullable(known.get(name))).toList()));
            progress.accept(read);
        }
        return new Tables(known, refused);
    }

    /** How many tables like these an answer has room for. */
    private static int together(List<Table> like) {
        long told = like.stream().mapToLong(Introspection::told).sum();
        return (int) Math.max(1, Math.min(MOST, ROOM * like.size() / Math.max(1, told)));
    }

    /** About how many characters an answer tells of a table. */
    private static long told(Table table) {
        return TOLD_OF_FIELD * (table.columns().size() + table.joins().size()) + table.filters().values().stream()
                .mapToLong(operators -> TOLD_OF_FIELD + TOLD_OF_NAME * operators.size()).sum();
    }

    /**
     * What tables tell of groups of their rows; of each that is asked for.
     *
     * @throws FailedAnswer if there was no whole answer
     */
    public Map<Table, Aggregates> aggregates(String connection, Collection<Table> tables) {
        var all = new HashMap<Table, Aggregates>();
        tables.forEach(table -> all.put(table, Aggregates.NONE));
        var grouped = tables.stream().filter(table -> table.aggregates().isPresent()).distinct().toList();
        Aggregates.QUESTION.ask(nxt, connection, grouped, table -> table.aggregates().orElseThrow(),
                (table, told) -> all.put(table, Aggregates.read(told)));
        return all;
    }

    static void read(List<String> names, JsonNode data, Map<String, Table> known, Map<String, Problem> refused) {
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            JsonNode fields = data.path("row" + i).path("fields");
            JsonNode filters = data.path("filter" + i).path("inputFields");
            var scope = scope(data, i);
            var flaw = flaw(name, fields, filters);
            if (Character.isUpperCase(name.charAt(0))) {
                // the type of a table's rows has its name, but for the first letter
                continue;
            }
            if (flaw.isPresent()) {
                refused.put(name, flaw.get());
            } else if (scope.isPresent() && !fields.isEmpty()) {
                known.put(name, new Table(name, rowType(name), scope.get(), columns(fields), joins(fields),
                        filters(filters), isCounted(data, i), Aggregates.type(fields)));
            }
        }
    }

    private JsonNode ask(String connection, List<String> tables) {
        var fields = new ArrayList<Field>();
        for (int i = 0; i < tables.size(); i++) {
            String type = rowType(tables.get(i));
            fields.add(TypeRef.lookUp("row" + i, type).and(FIELDS));
            fields.add(TypeRef.lookUp("filter" + i, "FilterExpression_" + type).and(FILTERS));
            fields.add(TypeRef.lookUp("company" + i, Scope.COMPANY.connectionType(type)).and(CONNECTION));
            fields.add(TypeRef.lookUp("customer" + i, Scope.CUSTOMER.connectionType(type)).and(CONNECTION));
        }
        return FailedAnswer.dataOf(nxt.ask(connection, Question.query("introspect", fields)));
    }

    /** Why a table is not used: what is told of it would go into documents. It is not quoted. */
    private static Optional<Problem> flaw(String table, JsonNode fields, JsonNode filters) {
        String what = "";
        if (fields.size() > MOST_FIELDS || filters.size() > MOST_FIELDS) {
            what = "more than " + MOST_FIELDS + " fields";
        } else if (!areNames(fields) || !areNames(filters)) {
            what = "a field whose name is not a GraphQL name";
        }
        return what.isEmpty()
                ? Optional.empty()
                : Optional.of(new Problem(ErrorCode.SCHEMA_REFUSED, "The table " + table
                        + " is not used, because it has " + what + ". " + ErrorCode.SCHEMA_REFUSED.nextStep()));
    }

    private static boolean areNames(JsonNode fields) {
        return StreamSupport.stream(fields.spliterator(), false)
                .allMatch(field -> GraphQlName.is(field.path("name").asText()));
    }

    /**
     * The names of all tables of one scope that this connection can read; what is no GraphQL name names none.
     *
     * @throws FailedAnswer if there was no whole answer
     */
    public List<String> tableNames(String connection, Scope scope) {
        return names(connection, List.of(scope));
    }

    /** The same of all scopes. */
    public List<String> tableNames(String connection) {
        return names(connection, List.of(Scope.values()));
    }

    private List<String> names(String connection, List<Scope> scopes) {
        JsonNode data = FailedAnswer.dataOf(nxt.ask(connection, Question.query("tables",
                scopes.stream()
                        .map(scope -> TypeRef.lookUp(scope.root(), scope.rootType()).and(Field.of("fields", "name")))
                        .toList())));
        return scopes.stream()
                .flatMap(scope -> data.path(scope.root()).path("fields").findValuesAsText("name").stream())
                .filter(GraphQlName::is).distinct().toList();
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

    private static boolean isCounted(JsonNode data, int index) {
        return Stream.of("company", "customer").map(scope -> data.path(scope + index).path("fields"))
                .flatMap(fields -> StreamSupport.stream(fields.spliterator(), false))
                .anyMatch(field -> field.path("name").asText().equals("totalCount"));
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
        var names = new HashSet<String>();
        var lists = new HashSet<String>();
        for (JsonNode field : fields) {
            names.add(field.path("name").asText());
            JsonNode type = field.path("type");
            JsonNode named = type.path("kind").asText().equals("NON_NULL") ? type.path("ofType") : type;
            if (named.path("kind").asText().equals("LIST")) {
                lists.add(field.path("name").asText());
            } else if (List.of("SCALAR", "ENUM").contains(named.path("kind").asText())) {
                scalars.put(field.path("name").asText(), named.path("name").asText());
            }
        }
        var columns = new LinkedHashMap<String, Column>();
        scalars.forEach((name, scalar) -> {
            if (!isCompanion(name, scalars)) {
                columns.put(name, new Column(name, scalar, companion(name, names, lists)));
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

    private static Companion companion(String name, Set<String> names, Set<String> lists) {
        for (Companion each : Companion.values()) {
            if (each != Companion.NONE && (each == Companion.FLAGS ? lists : names).contains(name + each.suffix())) {
                return each;
            }
        }
        return Companion.NONE;
    }
}
