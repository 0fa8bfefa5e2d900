package dev.nxtsync.push;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.graphql.SendGuard;
import dev.nxtsync.graphql.schema.MutationField;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.push.outbox.MutationKind;
import dev.nxtsync.push.plan.PushPlan;
import dev.nxtsync.push.plan.PushPlan.Child;
import dev.nxtsync.push.plan.PushPlan.Following;
import dev.nxtsync.tenant.Tenant;

/** Builds the documents of pushes: identifiers stand in them, values are variables. Each part is a line of its own. */
final class Mutation {
    private final PushPlan plan;
    private final Tenant tenant;
    private final List<String> declarations = new ArrayList<>(List.of("$owner: Int!"));
    private final Map<String, Object> variables = new LinkedHashMap<>();
    private final StringBuilder parts = new StringBuilder();

    private Mutation(PushPlan plan, Tenant tenant) {
        this.plan = plan;
        this.tenant = tenant;
        variables.put("owner", tenant.number());
    }

    /** The alias of the n-th part. */
    static String alias(int index) {
        return "t" + index;
    }

    static Question create(PushPlan plan, Tenant tenant, List<Payload> payloads, SendGuard guard) {
        var mutation = new Mutation(plan, tenant);
        MutationField field = plan.field(MutationKind.CREATE);
        var values = JsonNodeFactory.instance.arrayNode();
        payloads.forEach(payload -> values.add(payload.values()));
        mutation.part(0, field.name(), Map.of("values", mutation.variable("values", field, "values", values)),
                mutation.answered(children(plan, payloads)));
        return mutation.question("create", guard);
    }

    /** Each record's filter holds its change stamp, so that only the record as it was read is changed. */
    static Question update(PushPlan plan, Tenant tenant, List<Payload> payloads, List<Optional<String>> stamps,
            SendGuard guard) {
        var mutation = new Mutation(plan, tenant);
        MutationField field = plan.field(MutationKind.UPDATE);
        var filters = JsonNodeFactory.instance.arrayNode();
        var values = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < payloads.size(); i++) {
            var conditions = equal(payloads.get(i).identity().values());
            stamps.get(i).filter(stamp -> !stamp.isEmpty())
                    .ifPresent(stamp -> conditions.add(Filters.compare(Table.CHANGED, "_eq", stamp)));
            filters.add(Filters.and(conditions).orElseThrow());
            values.add(payloads.get(i).changes());
        }
        var arguments = new LinkedHashMap<String, String>();
        arguments.put("filters", mutation.variable("filters", field, "filters", filters));
        arguments.put("values", mutation.variable("values", field, "values", values));
        mutation.part(0, field.name(), arguments, mutation.answered(Map.of()));
        return mutation.question("update", guard);
    }

    /** One part for each record, since only the number of deleted records is answered. */
    static Question delete(PushPlan plan, Tenant tenant, List<Payload> payloads, SendGuard guard) {
        var mutation = new Mutation(plan, tenant);
        MutationField field = plan.field(MutationKind.DELETE);
        for (int i = 0; i < payloads.size(); i++) {
            var filter = Filters.and(equal(payloads.get(i).identity().values())).orElseThrow();
            mutation.part(i, field.name(), Map.of("filter", mutation.variable("f" + i, field, "filter", filter)),
                    "affectedRows");
        }
        return mutation.question("delete", guard);
    }

    /**
     * The processing that follows, one part for each record.
     *
     * @param records by what each is found
     */
    static Question then(PushPlan plan, Tenant tenant, List<Map<String, JsonNode>> records, SendGuard guard) {
        var mutation = new Mutation(plan, tenant);
        Following then = plan.then().orElseThrow();
        for (int i = 0; i < records.size(); i++) {
            var filter = Filters.and(equal(records.get(i))).orElseThrow();
            var arguments = new LinkedHashMap<String, String>();
            arguments.put("filter", mutation.variable("f" + i, then.field(), "filter", filter));
            if (then.arguments().isPresent()) {
                arguments.put("args", mutation.variable("a" + i, then.field(), "args", then.arguments().get()));
            }
            mutation.part(i, then.processings(), Map.of(),
                    then.field().name() + arguments(arguments) + " { succeeded }");
        }
        return mutation.question(then.field().name(), guard);
    }

    /**
     * A query for records, with all that tells whether they are what was sent.
     *
     * @param filter which they match; empty for any
     * @param compared columns whose values are compared
     */
    static Question look(PushPlan plan, Tenant tenant, Optional<ObjectNode> filter, Set<String> compared,
            Map<String, Child> children, int most) {
        var columns = new LinkedHashSet<>(plan.kept());
        for (String each : List.of(PushPlan.CREATOR, Table.CHANGED)) {
            if (plan.table().columns().containsKey(each)) {
                columns.add(each);
            }
        }
        columns.addAll(compared);
        var order = plan.key().isEmpty() ? plan.keyColumns() : plan.key();
        String document = "query look_" + plan.table().name() + "($owner: Int!, $n: Int, $filter: FilterExpression_"
                + plan.table().rowType() + ") { " + tenant.scope().root() + "(no: $owner) {\nt0: " + plan.table().name()
                + "(first: $n, filter: $filter, orderBy: ["
                + order.stream().map(column -> "{" + column + ": ASC}").collect(joining(", "))
                + "]) { pageInfo { hasNextPage } items { " + selected(columns, children) + " } }\n} }";
        var variables = new LinkedHashMap<String, Object>(Map.of("owner", tenant.number(), "n", most));
        filter.ifPresent(each -> variables.put("filter", each));
        return new Question("look_" + plan.table().name(), document, variables, Optional.of(tenant), false);
    }

    /** Those that at least one of the payloads has. */
    static Map<String, Child> children(PushPlan plan, List<Payload> payloads) {
        var children = new LinkedHashMap<String, Child>();
        plan.children().forEach((field, child) -> {
            if (child.join().isPresent() && payloads.stream().anyMatch(payload -> payload.values().has(field))) {
                children.put(field, child);
            }
        });
        return children;
    }

    private String answered(Map<String, Child> children) {
        var columns = new LinkedHashSet<>(plan.kept());
        if (plan.table().columns().containsKey(PushPlan.CREATOR)) {
            columns.add(PushPlan.CREATOR);
        }
        return "affectedRows items { " + selected(columns, children) + " }";
    }

    private static String selected(Set<String> columns, Map<String, Child> children) {
        return String.join(" ", columns) + children.entrySet().stream()
                .map(each -> " " + each.getKey() + ": " + each.getValue().join().orElseThrow() + " { items { "
                        + String.join(" ", each.getValue().columns()) + " } }")
                .collect(joining());
    }

    private static List<ObjectNode> equal(Map<String, JsonNode> values) {
        var conditions = new ArrayList<ObjectNode>();
        values.forEach((column, value) -> conditions.add(Filters.compare(column, "_eq", value)));
        return conditions;
    }

    /** Declares a variable of the type that the argument has, and answers how it is written. */
    private String variable(String name, MutationField field, String argument, JsonNode value) {
        var type = field.arguments().get(argument);
        if (type == null) {
            throw new IllegalStateException(
                    field.name() + " has no argument " + argument + ", although it was checked");
        }
        declarations.add("$" + name + ": " + type.text());
        variables.put(name, value);
        return "$" + name;
    }

    private void part(int index, String field, Map<String, String> arguments, String selection) {
        parts.append(alias(index)).append(": ").append(field).append(arguments(arguments)).append(" { ")
                .append(selection).append(" }\n");
    }

    private static String arguments(Map<String, String> arguments) {
        return arguments.isEmpty()
                ? ""
                : arguments.entrySet().stream().map(each -> each.getKey() + ": " + each.getValue())
                        .collect(joining(", ", "(", ")"));
    }

    private Question question(String what, SendGuard guard) {
        String operation = "push_" + what + "_" + plan.table().name();
        return new Question(
                operation, "mutation " + operation + "(" + String.join(", ", declarations) + ") { "
                        + tenant.scope().root() + "(no: $owner) {\n" + parts + "} }",
                variables, Optional.of(tenant), false, guard);
    }
}
