package dev.nxtsync.webhook;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.nxtsync.database.Numeral;
import dev.nxtsync.inbox.EventKey;
import dev.nxtsync.inbox.RowChange;
import dev.nxtsync.process.JsonTree;
import dev.nxtsync.tenant.Scope;
import dev.nxtsync.tenant.Tenant;

/**
 * What an event of the type {@code TableChange} says (docs/facts/business-nxt.md, "Webhooks").
 *
 * @param table with a small first letter, as GraphQL has it
 * @param tenant the company, or the customer where the table belongs to no company
 * @param key by its columns
 * @param stamped whether it says when it was made
 */
public record TableChange(String table, Tenant tenant, EventKey key, RowChange kind, boolean stamped) {
    private static final JsonMapper JSON = JsonMapper
            .builder(JsonTree.parsers()
                    .streamReadConstraints(StreamReadConstraints.builder().maxNumberLength(Numeral.MOST_DIGITS).build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,99}");
    /** In bytes of memory, for some thousand values; an event has a dozen. */
    private static final long LARGEST_TREE = 500_000;
    /** In bytes of UTF-8: SQL Server has no index key of more than 1,700 bytes, nor PostgreSQL one of more than 2,704. */
    private static final int LONGEST_KEY = 2_600;
    /** Of a key of SQL Server. */
    private static final int MOST_COLUMNS = 32;

    /** Reads a body; empty if it is not such an event. Members that are not known do not matter. */
    public static Optional<TableChange> read(byte[] body) {
        if (JsonTree.cost(body) > LARGEST_TREE) {
            return Optional.empty();
        }
        try {
            JsonNode event = JSON.readTree(body);
            String table = event.path("tableIdentifier").asText();
            Optional<Integer> company = number(event.path("companyNo"));
            Optional<Integer> customer = number(event.path("customerNo"));
            Optional<EventKey> key = key(event.path("primaryKeys"));
            if (!NAME.matcher(table).matches() || company.isEmpty() || customer.isEmpty() || key.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(new TableChange(small(table),
                    company.get() != 0 ? Tenant.company(company.get()) : new Tenant(Scope.CUSTOMER, customer.get()),
                    key.get(), RowChange.of(event.path("event").asText()),
                    !event.path("timestamp").asText().isEmpty()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** 0 where there is none; empty if it is no number of that kind. */
    private static Optional<Integer> number(JsonNode node) {
        return node.isMissingNode() || node.isNull()
                ? Optional.of(0)
                : node.isInt() ? Optional.of(node.intValue()) : Optional.empty();
    }

    /** The columns of a composite key come as several objects, or in one. */
    private static Optional<EventKey> key(JsonNode primaryKeys) throws JsonProcessingException {
        var columns = new LinkedHashMap<String, JsonNode>();
        int bytes = 0;
        for (JsonNode part : primaryKeys.isObject() ? JSON.createArrayNode().add(primaryKeys) : primaryKeys) {
            if (!part.isObject()) {
                return Optional.empty();
            }
            for (var column : part.properties()) {
                if (!NAME.matcher(column.getKey()).matches()
                        || !(column.getValue().isIntegralNumber() || column.getValue().isTextual())) {
                    return Optional.empty();
                }
                bytes += column.getValue().asText().getBytes(StandardCharsets.UTF_8).length;
                columns.put(small(column.getKey()), column.getValue());
            }
        }
        return columns.isEmpty() || columns.size() > MOST_COLUMNS || bytes > LONGEST_KEY
                ? Optional.empty()
                : Optional.of(
                        new EventKey(List.copyOf(columns.keySet()), JSON.writeValueAsString(new TreeMap<>(columns))));
    }

    private static String small(String name) {
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }
}
