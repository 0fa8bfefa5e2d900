package dev.nxtsync.graphql.schema;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Field;
import dev.nxtsync.graphql.GraphQlName;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.tenant.Scope;

/** Reads what a connection may change, and of what types the values are that it sends. */
@Singleton
public class Mutations {
    private static final TypeQuestion FIELDS = new TypeQuestion("types", 1, List
            .of(Field.of("fields", "name").and(TypeRef.SELECTION, Field.of("args", "name").and(TypeRef.SELECTION))));
    private static final TypeQuestion INPUTS = new TypeQuestion("types", 25, List.of(Field.of("kind"),
            Field.of("inputFields", "name", "defaultValue").and(TypeRef.SELECTION), Field.of("enumValues", "name")));
    /** Deeper types are left to the server to check. */
    private static final int DEEPEST = 3;
    private static final int MOST = 400;
    private static final int MOST_REFUSED = 1_000;
    private static final Logger LOG = Logger.getLogger(Mutations.class);

    private final NxtClient nxt;
    /** Told once. */
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

    Mutations(NxtClient nxt) {
        this.nxt = nxt;
    }

    /**
     * The fields that change company tables, by name.
     *
     * @throws FailedAnswer if there was no whole answer
     */
    public Map<String, MutationField> ofCompanies(String connection) {
        return fields(connection, Scope.COMPANY.changesType());
    }

    /**
     * The fields of a type, such as the processings of a table.
     *
     * @throws FailedAnswer if there was no whole answer
     */
    public Map<String, MutationField> fields(String connection, String type) {
        var fields = new LinkedHashMap<String, MutationField>();
        FIELDS.ask(nxt, connection, List.of(type), each -> each,
                (each, told) -> told.path("fields").forEach(field -> read(connection, type, field, fields)));
        return fields;
    }

    private void read(String connection, String type, JsonNode field, Map<String, MutationField> fields) {
        String name = field.path("name").asText();
        var read = new MutationField(name, TypeRef.of(field.path("type")).name(), TypeRef.arguments(field));
        if (areNames(read)) {
            fields.put(name, read);
        } else if (refused.size() < MOST_REFUSED && refused.add(connection + " " + name)) {
            LOG.warnf("Connection %s: what Business NXT says about %s is not valid GraphQL, so it is not used (%s). %s",
                    connection, GraphQlName.is(name) ? name : "a field of " + type, ErrorCode.SCHEMA_REFUSED.code(),
                    ErrorCode.SCHEMA_REFUSED.nextStep());
        }
    }

    /** Whether all that would go into a document can stand in one. */
    private static boolean areNames(MutationField field) {
        return GraphQlName.is(field.name()) && GraphQlName.is(field.type())
                && field.arguments().keySet().stream().allMatch(GraphQlName::is)
                && field.arguments().values().stream().map(TypeRef::name).allMatch(GraphQlName::is);
    }

    /**
     * The input types that can be reached from the given ones, a few levels deep.
     *
     * @throws FailedAnswer if there was no whole answer
     */
    public Map<String, InputType> inputs(String connection, Collection<String> from) {
        var types = new LinkedHashMap<String, InputType>();
        Set<String> next = new LinkedHashSet<>(from);
        for (int depth = 0; depth < DEEPEST && !next.isEmpty() && types.size() < MOST; depth++) {
            var found = new LinkedHashSet<String>();
            INPUTS.ask(nxt, connection, List.copyOf(next), each -> each, (each, type) -> {
                types.put(each, read(type));
                type.path("inputFields").forEach(field -> found.add(TypeRef.of(field.path("type")).name()));
                found.removeIf(name -> !GraphQlName.is(name));
            });
            next = found;
            next.removeAll(types.keySet());
        }
        return types;
    }

    private static InputType read(JsonNode type) {
        return switch (type.path("kind").asText()) {
            case "INPUT_OBJECT" -> {
                var fields = new LinkedHashMap<String, TypeRef>();
                for (JsonNode field : type.path("inputFields")) {
                    TypeRef ref = TypeRef.of(field.path("type"));
                    boolean required = ref.required() && field.path("defaultValue").isNull();
                    fields.put(field.path("name").asText(), new TypeRef(ref.text(), ref.name(), ref.list(), required));
                }
                yield new InputType.Members(fields);
            }
            case "ENUM" -> {
                var values = new LinkedHashSet<String>();
                type.path("enumValues").forEach(value -> values.add(value.path("name").asText()));
                yield new InputType.Names(values);
            }
            default -> new InputType.Scalar();
        };
    }
}
