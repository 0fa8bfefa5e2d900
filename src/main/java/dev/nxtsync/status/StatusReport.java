package dev.nxtsync.status;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.signin.EncryptionKeys;

/** How everything stands, of all processes, as JSON: what {@code GET /api/status} answers and {@code status} prints. */
@Singleton
public class StatusReport {
    private static final JsonNode NONE = JsonNodeFactory.instance.arrayNode();

    private final Pulls configured;
    private final Findings findings;
    private final ConnectionFindings connections;
    private final StatusQuery tables;
    private final EncryptionKeys keys;
    private final Clock clock;

    StatusReport(Pulls configured, Findings findings, ConnectionFindings connections, StatusQuery tables,
            EncryptionKeys keys, Clock clock) {
        this.configured = configured;
        this.findings = findings;
        this.connections = connections;
        this.tables = tables;
        this.keys = keys;
        this.clock = clock;
    }

    /** Of a daemon; without its database, what it knows by itself. */
    public ObjectNode of(ReplicaReport myself) {
        var own = myself.tree();
        try {
            return complete(Optional.of(own));
        } catch (SQLException e) {
            var found = new ArrayList<JsonNode>();
            found.add(ReplicaReport.json(Finding.alarm("database", DatabaseFault.of(e))));
            own.path("findings").forEach(found::add);
            var away = begin(found, Map.of());
            away.set("connections", own.path("connections"));
            return away;
        }
    }

    /**
     * As the database has it, for a command.
     *
     * @throws SQLException if the database is away, or no daemon has run on it
     */
    public ObjectNode stored() throws SQLException {
        return complete(Optional.empty());
    }

    private ObjectNode complete(Optional<ObjectNode> own) throws SQLException {
        var stored = new LinkedHashMap<String, JsonNode>();
        tables.read(configured.names())
                .forEach((subject, json) -> stored.put(subject, ReplicaReport.parse(json)));
        var since = new HashMap<String, String>();
        list(stored.remove("troubles")).forEach(each -> since.put(id(each), each.path("since").asText()));

        var found = new ArrayList<JsonNode>();
        findings.stored().forEach(each -> found.add(ReplicaReport.json(each)));
        var ends = connections.signInEnds();
        list(stored.get("sign_ins")).forEach(each -> ((ObjectNode) each).put("ends_at",
                Optional.ofNullable(ends.get(each.path("connection").asText())).map(Instant::toString).orElse(null)));
        ArrayNode tokens = JsonNodeFactory.instance.arrayNode();
        for (JsonNode replica : list(stored.get("replicas"))) {
            JsonNode report = ((ObjectNode) replica).remove("report");
            if (replica.path("state").asText().equals("alive") && report != null) {
                report.path("connections")
                        .forEach(each -> tokens.add(((ObjectNode) each).set("host", replica.path("host"))));
                report.path("findings").forEach(found::add);
            }
        }
        if (tokens.isEmpty()) {
            // before the first report
            own.ifPresent(each -> tokens.addAll((ArrayNode) each.path("connections")));
        }
        var status = begin(found, since);
        status.set("connections", tokens);
        stored.forEach(status::set);
        addKeys(status);
        return status;
    }

    /** Which encryption keys are there or needed, where there are any. */
    private void addKeys(ObjectNode status) throws SQLException {
        var needs = keys.needs();
        if (!needs.isEmpty()) {
            var list = status.putArray("encryption_keys");
            for (var need : needs) {
                var key = list.addObject().put("id", need.id());
                key.put("place", need.place().isPresent() ? need.place().getAsInt() : null);
                need.connections().forEach(key.putArray("needed_by")::add);
            }
        }
    }

    /** When it was asked, how all is, and what is wrong: each once, alarms first. */
    private ObjectNode begin(List<JsonNode> found, Map<String, String> since) {
        var once = new LinkedHashMap<String, JsonNode>();
        found.stream().sorted((a, b) -> Boolean.compare(b.path("alarm").asBoolean(), a.path("alarm").asBoolean()))
                .forEach(each -> once.putIfAbsent(id(each), ((ObjectNode) each).put("since", since.get(id(each)))));
        boolean trouble = once.values().stream().anyMatch(each -> each.path("alarm").asBoolean());
        var status = JsonNodeFactory.instance.objectNode().put("at", clock.instant().toString()).put("state",
                trouble ? "in_trouble" : "well");
        status.putArray("findings").addAll(once.values());
        return status;
    }

    private static JsonNode list(@Nullable JsonNode list) {
        return list == null ? NONE : list;
    }

    private static String id(JsonNode finding) {
        return finding.path("subject").asText() + " " + finding.path("code").asText();
    }
}
