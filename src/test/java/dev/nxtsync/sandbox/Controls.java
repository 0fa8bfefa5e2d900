package dev.nxtsync.sandbox;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

import com.fasterxml.jackson.core.type.TypeReference;

/** What can be asked of a sandbox, and done to it, below {@code /sandbox}. */
final class Controls {
    private final Sandbox sandbox;
    private final Faults faults;
    private final Counters counters;

    Controls(Sandbox sandbox, Faults faults, Counters counters) {
        this.sandbox = sandbox;
        this.faults = faults;
        this.counters = counters;
    }

    /** @throws IllegalArgumentException for what is not to be had, with a sentence that says so */
    String answer(String method, String address, String body) throws IOException {
        String[] path = address.split("/", -1);
        try {
            return switch (method + " " + path[2]) {
                case "GET counters" -> BusinessNxt.JSON.writeValueAsString(counters.all());
                case "PUT faults" -> {
                    faults.replace(BusinessNxt.JSON.readValue(body, new TypeReference<Map<String, Double>>() {
                    }));
                    yield "{}";
                }
                case "POST still" -> still(true);
                case "POST live" -> still(false);
                case "GET rows" -> ndjson(Integer.parseInt(path[3]), path[4]);
                case "GET keys" ->
                    BusinessNxt.JSON.writeValueAsString(sandbox.count(Integer.parseInt(path[3]), path[4], path[5]));
                case "POST rows" -> post(Integer.parseInt(path[3]), path[4], body);
                case "PUT webhook" -> {
                    var to = BusinessNxt.JSON.readTree(body);
                    sandbox.webhook(to.path("url").asText(), to.path("key").asText());
                    yield "{}";
                }
                case "PUT persons" -> {
                    var how = BusinessNxt.JSON.readTree(body);
                    sandbox.oneTimeTokens(Duration.ofSeconds(how.path("grace_seconds").asLong()));
                    yield "{}";
                }
                case "POST events" -> events(Integer.parseInt(path[3]), path[4], body);
                default -> throw new IllegalArgumentException("there is no " + method + " " + address);
            };
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException | NullPointerException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private String still(boolean value) {
        sandbox.still(value);
        return "{}";
    }

    private String ndjson(int owner, String table) throws IOException {
        var lines = new StringBuilder();
        for (Map<String, Object> row : sandbox.rows(owner, table)) {
            lines.append(BusinessNxt.JSON.writeValueAsString(row)).append('\n');
        }
        return lines.toString();
    }

    /** Each line is an event's kind and key. */
    private String events(int owner, String table, String lines) throws IOException {
        for (String line : lines.lines().filter(each -> !each.isBlank()).toList()) {
            var event = BusinessNxt.JSON.readTree(line);
            sandbox.event(owner, table,
                    BusinessNxt.JSON.convertValue(event.path("key"), new TypeReference<Map<String, Object>>() {
                    }), event.path("event").asText("UPDATE"));
        }
        return "{}";
    }

    private String post(int owner, String table, String lines) throws IOException {
        int count = 0;
        for (String line : lines.lines().filter(each -> !each.isBlank()).toList()) {
            var values = BusinessNxt.JSON.readValue(line, new TypeReference<LinkedHashMap<String, Object>>() {
            });
            if (Boolean.TRUE.equals(values.get("delete")) && values.get("key") instanceof Map<?, ?> key) {
                var keys = new HashMap<String, Object>();
                key.forEach((name, value) -> keys.put((String) name, value));
                sandbox.delete(owner, table, keys);
            } else {
                sandbox.put(owner, table, values);
            }
            count++;
        }
        return "{\"lines\":" + count + "}";
    }
}
