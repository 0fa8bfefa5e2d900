package dev.nxtsync.push;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.push.plan.PushPlan;
import dev.nxtsync.tenant.Tenant;
import dev.nxtsync.trace.TraceSpan;

/**
 * Asks the server for the records of many rows at once.
 *
 * @param afterEach is told of each request that has ended
 * @param answered is told of the rows of each that was answered whole
 */
record Lookup(NxtClient nxt, PushPlan plan, Tenant tenant, Runnable afterEach, Consumer<List<Long>> answered) {
    /**
     * The records that the server finds for each row.
     *
     * @param payloads by the row's id
     * @param condition which records must match too; empty for none
     * @throws FailedAnswer if there was no whole answer
     */
    Map<Long, List<JsonNode>> find(Map<Long, Payload> payloads, Optional<ObjectNode> condition) {
        var found = new HashMap<Long, List<JsonNode>>();
        if (!payloads.isEmpty()) {
            try (var span = TraceSpan.begin("look").with("nxt.rows", payloads.size())) {
                try {
                    find(new ArrayList<>(payloads.entrySet()), condition, found);
                    span.with("nxt.rows.found", found.size()).outcome("ok");
                } catch (FailedAnswer e) {
                    span.outcome(e.failure().reason().code());
                    throw e;
                }
            }
        }
        return found;
    }

    private void find(List<Map.Entry<Long, Payload>> rows, Optional<ObjectNode> condition,
            Map<Long, List<JsonNode>> found) {
        var payloads = rows.stream().map(Map.Entry::getValue).toList();
        var keys = payloads.stream().map(payload -> payload.identity().asKey())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        ObjectNode filter = Filters.anyOf(plan.keyColumns(), keys);
        if (condition.isPresent()) {
            filter = Filters.and(List.of(filter, condition.get())).orElseThrow();
        }
        JsonNode page = ask(Optional.of(filter), payloads, 2 * rows.size() + 10);
        answered.accept(rows.stream().map(Map.Entry::getKey).toList());
        if (rows.size() == 1) {
            // whatever it is that the server takes for the same key
            page.path("items")
                    .forEach(item -> found.computeIfAbsent(rows.get(0).getKey(), id -> new ArrayList<>()).add(item));
        } else if (page.path("pageInfo").path("hasNextPage").asBoolean() || !allot(rows, page.path("items"), found)) {
            halves(rows, condition, found);
        }
    }

    /**
     * Asks for a record that is no row's.
     *
     * @throws FailedAnswer if there was no whole answer
     */
    void any() {
        ask(Optional.empty(), List.of(), 1);
        answered.accept(List.of());
    }

    private JsonNode ask(Optional<ObjectNode> filter, List<Payload> payloads, int most) {
        Answer answer = nxt.ask(plan.push().connection(),
                Mutation.look(plan, tenant, filter, compared(payloads), Mutation.children(plan, payloads), most));
        afterEach.run();
        JsonNode page = FailedAnswer.dataOf(answer).path(tenant.scope().root()).path(Mutation.alias(0));
        if (!page.path("items").isArray() || !page.path("pageInfo").path("hasNextPage").isBoolean()) {
            throw new FailedAnswer(new Failure.Rejected(
                    "The answer to a look-up lacks items or pageInfo. Give Visma's support the trace id.",
                    ((Answer.Data) answer).traceId(), List.of()));
        }
        return page;
    }

    private void halves(List<Map.Entry<Long, Payload>> rows, Optional<ObjectNode> condition,
            Map<Long, List<JsonNode>> found) {
        rows.forEach(row -> found.remove(row.getKey()));
        find(rows.subList(0, rows.size() / 2), condition, found);
        find(rows.subList(rows.size() / 2, rows.size()), condition, found);
    }

    /** Says whether each record is exactly that of some row; else it is not known whose it is. */
    private static boolean allot(List<Map.Entry<Long, Payload>> rows, JsonNode items, Map<Long, List<JsonNode>> found) {
        for (JsonNode item : items) {
            boolean allotted = false;
            for (var row : rows) {
                if (row.getValue().identity().isOf(item)) {
                    found.computeIfAbsent(row.getKey(), id -> new ArrayList<>()).add(item);
                    allotted = true;
                }
            }
            if (!allotted) {
                return false;
            }
        }
        return true;
    }

    /** Columns that an update has sent and that can be read back. */
    private Set<String> compared(List<Payload> payloads) {
        var columns = new LinkedHashSet<String>();
        if (plan.fields().containsKey(dev.nxtsync.push.outbox.MutationKind.UPDATE)) {
            Set<String> readable = new LinkedHashSet<>();
            plan.table().columns().values().forEach(column -> {
                readable.add(column.name());
                readable.add(column.companionField());
            });
            payloads.forEach(payload -> payload.changes().fieldNames().forEachRemaining(name -> {
                if (readable.contains(name)) {
                    columns.add(name);
                }
            }));
        }
        return columns;
    }
}
