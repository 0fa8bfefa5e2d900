package dev.nxtsync.push;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.graphql.Field;
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

/** The questions of pushes: what is sent, and what is looked for. */
final class Mutation {
    private Mutation() {}

    /** The alias of the n-th part. */
    static String alias(int index) {
        return "t" + index;
    }

    static Question create(PushPlan plan, Tenant tenant, List<Payload> payloads, SendGuard guard) {
        MutationField field = plan.field(MutationKind.CREATE);
        var values = JsonNodeFactory.instance.arrayNode();
        payloads.forEach(payload -> values.add(payload.values()));
        return question("create", plan, tenant, guard,
                List.of(Field.of(field.name()).as(alias(0)).with("values", variable("values", field, "values", values))
                        .and(answered(plan, children(plan, payloads)))));
    }

    /** Each record's filter holds its change stamp, so that only the record as it was read is changed. */
    static Question update(PushPlan plan, Tenant tenant, List<Payload> payloads, List<Optional<String>> stamps,
            SendGuard guard) {
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
        return question("update", plan, tenant, guard,
                List.of(Field.of(field.name()).as(alias(0))
                        .with("filters", variable("filters", field, "filters", filters))
                        .with("values", variable("values", field, "values", values)).and(answered(plan, Map.of()))));
    }

    /** One part for each record, since only the number of deleted records is answered. */
    static Question delete(PushPlan plan, Tenant tenant, List<Payload> payloads, SendGuard guard) {
        MutationField field = plan.field(MutationKind.DELETE);
        var parts = new ArrayList<Field>();
        for (int i = 0; i < payloads.size(); i++) {
            parts.add(Field.of(field.name(), "affectedRows").as(alias(i)).with("filter", variable("f" + i, field,
                    "filter", Filters.and(equal(payloads.get(i).identity().values())).orElseThrow())));
        }
        return question("delete", plan, tenant, guard, parts);
    }

    /**
     * The processing that follows, one part for each record.
     *
     * @param records by what each is found
     */
    static Question then(PushPlan plan, Tenant tenant, List<Map<String, JsonNode>> records, SendGuard guard) {
        Following then = plan.then().orElseThrow();
        var parts = new ArrayList<Field>();
        for (int i = 0; i < records.size(); i++) {
            var filter = variable("f" + i, then.field(), "filter", Filters.and(equal(records.get(i))).orElseThrow());
            String name = "a" + i;
            parts.add(Field.of(then.processings()).as(alias(i))
                    .and(Field.of(then.field().name(), "succeeded").with("filter", filter).with("args",
                            then.arguments().map(each -> variable(name, then.field(), "args", each)))));
        }
        return question(then.field().name(), plan, tenant, guard, parts);
    }

    /**
     * A query for records, with all that tells whether they are what was sent.
     *
     * @param filter which they match; empty for any
     * @param compared columns whose values are compared
     */
    static Question look(PushPlan plan, Tenant tenant, Optional<ObjectNode> filter, Set<String> compared,
            Map<String, Child> children, int most) {
        var columns = columns(plan, PushPlan.CREATOR, Table.CHANGED);
        columns.addAll(compared);
        var order = plan.key().isEmpty() ? plan.keyColumns() : plan.key();
        var rows = Field.of(plan.table().name()).as(alias(0)).with("first", new Field.Variable("n", "Int", most))
                .with("filter", filter
                        .map(each -> new Field.Variable("filter", "FilterExpression_" + plan.table().rowType(), each)))
                .with("orderBy", new Field.Order(order, false))
                .and(Field.of("pageInfo", "hasNextPage"), items(columns, children));
        return Question.query("look_" + plan.table().name(), tenant, false, List.of(rows));
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

    private static List<Field> answered(PushPlan plan, Map<String, Child> children) {
        return List.of(Field.of("affectedRows"), items(columns(plan, PushPlan.CREATOR), children));
    }

    /** @param more those that are read too where the table has them */
    private static Set<String> columns(PushPlan plan, String... more) {
        var columns = new LinkedHashSet<>(plan.kept());
        Stream.of(more).filter(plan.table().columns()::containsKey).forEach(columns::add);
        return columns;
    }

    private static Field items(Set<String> columns, Map<String, Child> children) {
        return Field.of("items", columns)
                .and(children.entrySet().stream().map(each -> Field.of(each.getValue().join().orElseThrow())
                        .as(each.getKey()).and(Field.of("items", each.getValue().columns()))).toList());
    }

    private static List<ObjectNode> equal(Map<String, JsonNode> values) {
        var conditions = new ArrayList<ObjectNode>();
        values.forEach((column, value) -> conditions.add(Filters.compare(column, "_eq", value)));
        return conditions;
    }

    /** A variable of the type that the argument has; that there is one was checked. */
    private static Field.Variable variable(String name, MutationField field, String argument, JsonNode value) {
        return new Field.Variable(name, Objects.requireNonNull(field.arguments().get(argument), argument).text(),
                value);
    }

    private static Question question(String what, PushPlan plan, Tenant tenant, SendGuard guard, List<Field> parts) {
        return Question.mutation("push_" + what + "_" + plan.table().name(), tenant, parts).through(guard);
    }
}
