package dev.nxtsync.push;

import static java.util.stream.Collectors.joining;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.database.Numeral;
import dev.nxtsync.graphql.Filters;

/**
 * The values of the key columns of one record, by which it is found again.
 *
 * @param values by column, in the order of the configured key columns
 */
record RecordKey(Map<String, JsonNode> values) {

    /** As a row that the API would answer. */
    ObjectNode asKey() {
        var key = Filters.object();
        values.forEach(key::set);
        return key;
    }

    /** Whether a record that was answered has exactly these values; the server's own comparison is more lenient. */
    boolean isOf(JsonNode item) {
        return values.entrySet().stream()
                .allMatch(each -> canonical(each.getValue()).equals(canonical(item.path(each.getKey()))));
    }

    /** The record among these that has exactly these values. */
    Optional<JsonNode> in(JsonNode items) {
        for (JsonNode item : items) {
            if (isOf(item)) {
                return Optional.of(item);
            }
        }
        return Optional.empty();
    }

    /** A name that all rows about this record share, whatever push they belong to. */
    String record(String table, int company) {
        var parts = new TreeMap<String, String>();
        values.forEach((column, value) -> parts.put(column, canonical(value)));
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256")
                    .digest((table + " " + company + " " + parts).getBytes(StandardCharsets.UTF_8)), 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return values.entrySet().stream().map(each -> each.getKey() + " " + each.getValue().asText())
                .collect(joining(", "));
    }

    private static String canonical(JsonNode value) {
        return value.isNumber()
                ? "n" + Numeral.of(value.asText()).map(Numeral::canonical).orElse(value.asText())
                : value.asText();
    }
}
