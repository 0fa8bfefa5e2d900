package dev.nxtsync.graphql;

import static java.util.stream.Collectors.joining;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.nxtsync.tenant.Tenant;

/**
 * One operation to send.
 *
 * @param operation its name, which the document declares
 * @param document GraphQL; identifiers only, every value is a variable
 * @param variables what goes to JSON as it is; a {@link com.fasterxml.jackson.databind.JsonNode} is sent verbatim
 * @param tenant whose slots the request takes at the server; empty where it is about no tenant
 * @param background whether it gives way to requests that are not
 * @param guard whether it may be sent still
 */
public record Question(String operation, String document, Map<String, ?> variables, Optional<Tenant> tenant,
        boolean background, SendGuard guard) {

    /** A question about no company. */
    public static Question query(String operation, List<Field> fields) {
        return write("query", operation, Optional.empty(), false, fields);
    }

    /** A question about tables of one tenant, each on a line of its own: an error which tells its line tells the table. */
    public static Question query(String operation, Tenant tenant, boolean background, List<Field> tables) {
        return write("query", operation, Optional.of(tenant), background, tables);
    }

    /** Changes of tables of one tenant, each on a line of its own. */
    public static Question mutation(String operation, Tenant tenant, List<Field> changes) {
        return write("mutation", operation, Optional.of(tenant), false, changes);
    }

    private static Question write(String kind, String operation, Optional<Tenant> tenant, boolean background,
            List<Field> fields) {
        GraphQlName.check(operation);
        var roots = tenant.map(owner -> List.of(Field.of(owner.scope().root())
                .with("no", new Field.Variable("owner", "Int!", owner.number())).and(fields))).orElse(fields);
        var variables = new LinkedHashMap<String, Object>();
        String declarations = roots.stream().flatMap(Field::variables).map(each -> {
            if (variables.put(each.name(), each.value()) != null) {
                throw new IllegalArgumentException("two variables have the name " + each.name());
            }
            return each.text() + ": " + each.type();
        }).collect(joining(", "));
        String document = kind + " " + operation + (declarations.isEmpty() ? "" : "(" + declarations + ")") + roots
                .stream().map(each -> each.text(tenant.isPresent() ? "\n" : " ")).collect(joining(" ", " { ", " }"));
        return new Question(operation, document, variables, tenant, background, SendGuard.ALWAYS);
    }

    /** Whether it asks for something to be changed. */
    public boolean changes() {
        return document.startsWith("mutation");
    }

    /** The same, sent only through a gate. */
    public Question through(SendGuard other) {
        return new Question(operation, document, variables, tenant, background, other);
    }
}
