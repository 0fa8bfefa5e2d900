package dev.nxtsync.status;

import java.io.UncheckedIOException;
import java.util.List;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The status as JSON: members have the names of the records' components, in snake case. */
public final class StatusJson {
    /** A process of a later version may tell more. */
    private static final ObjectMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private StatusJson() {}

    /** What {@code GET /api/status} answers. */
    public static ObjectNode tree(Status status) {
        ObjectNode all = JSON.createObjectNode().put("at", status.at()).put("state",
                status.isWell() ? "well" : "in_trouble");
        all.set("findings", JSON.valueToTree(status.findings()));
        var connections = all.putArray("connections");
        for (ConnectionStatus each : status.connections()) {
            ObjectNode connection = JSON.valueToTree(each);
            if (each.host() == null) {
                connection.remove("host");
            }
            connections.add(connection);
        }
        status.tables().ifPresent(
                tables -> all.setAll(JSON.<ObjectNode>valueToTree(tables).remove(List.of("reports", "troubles"))));
        if (!status.encryptionKeys().isEmpty()) {
            var keys = all.putArray("encryption_keys");
            for (var need : status.encryptionKeys()) {
                var key = keys.addObject().put("id", need.id());
                key.put("place", need.place().isPresent() ? need.place().getAsInt() : null);
                need.connections().forEach(key.putArray("needed_by")::add);
            }
        }
        return all;
    }

    static String text(ProcessReport report) {
        return JSON.valueToTree(report).toString();
    }

    static ProcessReport report(String json) {
        return read(json, ProcessReport.class);
    }

    static StatusTables tables(String json) {
        return read(json, StatusTables.class);
    }

    private static <T> T read(String json, Class<T> type) {
        try {
            return JSON.readValue(json, type);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
