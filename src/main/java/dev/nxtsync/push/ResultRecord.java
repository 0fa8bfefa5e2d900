package dev.nxtsync.push;

import static java.util.stream.Collectors.joining;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.error.QuotedText;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.push.outbox.OutboxRow;
import dev.nxtsync.push.plan.PushPlan;

/** The part of a record that is kept as its row's result, by which a person or a processing finds the record. */
final class ResultRecord {
    private static final int MOST_NAMED = 5;

    private ResultRecord() {}

    /** What is kept of a record with its row: its keys, those of its children, and the chosen columns. */
    static String json(PushPlan plan, JsonNode record) {
        var kept = Filters.object();
        plan.kept().forEach(column -> {
            if (record.has(column)) {
                kept.set(column, record.get(column));
            }
        });
        plan.children().forEach((field, child) -> {
            JsonNode items = record.path(field).path("items");
            if (items.isArray() && !child.columns().equals(List.of("__typename"))) {
                kept.set(field, items);
            }
        });
        return kept.toString();
    }

    /** The records by their primary keys, as a person would look for them. */
    static String names(PushPlan plan, List<JsonNode> records) {
        var columns = plan.key().isEmpty() ? plan.keyColumns() : plan.key();
        return records.stream().limit(MOST_NAMED)
                .map(record -> columns.stream()
                        .map(column -> column + " " + QuotedText.name(record.path(column).asText()))
                        .collect(joining(" ")))
                .collect(joining(", "));
    }

    /** What is kept of the record of a row, as a message names it. */
    static String name(OutboxRow row) {
        return QuotedText.name(Filters.parse(row.result().orElse("{}")).properties().stream()
                .filter(each -> each.getValue().isValueNode())
                .map(each -> each.getKey() + " " + each.getValue().asText()).collect(joining(", ")));
    }

    /** By what the record of a row is found for its processing: its primary key, once that is known. */
    static Map<String, JsonNode> key(PushPlan plan, OutboxRow row, Payload payload) {
        JsonNode kept = Filters.parse(row.result().orElse("{}"));
        var key = new LinkedHashMap<String, JsonNode>();
        plan.key().forEach(column -> key.put(column, kept.path(column)));
        return key.isEmpty() || key.values().stream().anyMatch(JsonNode::isMissingNode)
                ? payload.identity().values()
                : key;
    }
}
