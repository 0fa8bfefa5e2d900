package dev.nxtsync.http;

import static dev.nxtsync.http.RecordSchemas.listOf;
import static dev.nxtsync.http.RecordSchemas.object;
import static dev.nxtsync.http.RecordSchemas.simple;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.Yaml;

import io.netty.handler.codec.http.HttpResponseStatus;

import dev.nxtsync.http.ApiOperation.Outcome;
import dev.nxtsync.http.server.Endpoint;
import dev.nxtsync.http.server.HttpAnswer;
import dev.nxtsync.http.server.Refusal.RefusalReason;
import dev.nxtsync.status.ConnectionStatus;
import dev.nxtsync.status.ShownFinding;
import dev.nxtsync.status.StatusTables;

/**
 * The HTTP API for programs (OpenAPI 3.1): its addresses are the endpoints that the daemon registers, its schemas the records
 * that they answer, and what each operation is for stands in {@link ApiOperation}.
 */
final class ApiDescription {
    private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");

    private ApiDescription() {}

    static String yaml(List<Endpoint> endpoints) {
        var options = new DumperOptions();
        options.setDefaultFlowStyle(DumperOptions.FlowStyle.AUTO);
        options.setWidth(120);
        options.setIndicatorIndent(2);
        options.setIndentWithIndicator(true);
        return "# made from the code: ./mvnw test -Dtest=ApiDescriptionTest -Dnxt.write=true\n"
                + new Yaml(options).dump(tree(endpoints));
    }

    private static Map<String, Object> tree(List<Endpoint> endpoints) {
        var paths = new TreeMap<String, Object>();
        for (Endpoint each : endpoints) {
            members(paths.computeIfAbsent(each.path(), ApiDescription::path))
                    .put(each.method().toLowerCase(Locale.ROOT), operation(each, ApiOperation.of(each)));
        }
        var shared = shareResponses(paths);
        return map("openapi", "3.1.0", "info", map("title", "nxt-sync", "version", "1", "description",
                "What port 8080 answers. /api is there only with NXT_OPERATOR_KEY, webhooks only with "
                        + "NXT_WEBHOOK_KEYS, sign-ins only with a connection of a user; elsewhere the answer is "
                        + "404. HTTP/1.1 only."),
                "paths", paths, "components",
                map("securitySchemes", map("operator", map("type", "apiKey", "in", "header", "name", "X-Api-Key")),
                        "responses", shared, "schemas", schemas()));
    }

    /** What several operations answer in the same way stands once, by the words that its status has. */
    private static Map<String, Object> shareResponses(Map<String, Object> paths) {
        var all = paths.values().stream().flatMap(path -> operations(path).stream())
                .map(each -> members(each.get("responses"))).toList();
        var names = new LinkedHashMap<Object, String>();
        var shared = new TreeMap<String, Object>();
        for (var responses : all) {
            responses.forEach((status, response) -> {
                if (!names.containsKey(response)
                        && all.stream().filter(each -> response.equals(each.get(status))).count() > 1) {
                    String words = HttpResponseStatus.valueOf(Integer.parseInt(status)).reasonPhrase().replaceAll("\\W",
                            "");
                    long like = shared.keySet().stream().filter(each -> each.matches(words + "\\d*")).count();
                    names.put(response, like == 0 ? words : words + (like + 1));
                    shared.put(names.get(response), response);
                }
            });
        }
        all.forEach(responses -> responses.replaceAll((status, response) -> names.containsKey(response)
                ? map("$ref", "#/components/responses/" + names.get(response))
                : response));
        return shared;
    }

    private static List<Map<String, Object>> operations(Object path) {
        return members(path).entrySet().stream().filter(each -> !each.getKey().equals("parameters"))
                .map(each -> members(each.getValue())).toList();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> members(Object value) {
        return (Map<String, Object>) value;
    }

    private static Map<String, Object> path(String path) {
        var parameters = new ArrayList<Object>();
        var names = PARAMETER.matcher(path);
        while (names.find()) {
            parameters
                    .add(map("name", names.group(1), "in", "path", "required", true, "schema", map("type", "string")));
        }
        return parameters.isEmpty() ? map() : map("parameters", parameters);
    }

    private static Map<String, Object> operation(Endpoint endpoint, ApiOperation said) {
        var operation = map("summary", said.summary(), "operationId", said.id());
        if (endpoint.known()) {
            operation.put("security", List.of(map("operator", new ArrayList<>())));
        }
        if (!said.body().isEmpty()) {
            operation.put("requestBody",
                    map("required", true, "description", "At most " + endpoint.body().largest()
                            + " bytes, whole within " + endpoint.body().within().toSeconds() + " s.", "content",
                            said.body()));
        }
        operation.put("responses", responses(outcomes(endpoint, said)));
        return operation;
    }

    /** What an endpoint itself answers, and what the port answers before or instead. */
    static List<Outcome> outcomes(Endpoint endpoint, ApiOperation said) {
        return Stream.concat(said.outcomes().stream(), Arrays.stream(RefusalReason.values())
                .flatMap(reason -> ApiOperation.refusal(endpoint, reason).stream())).toList();
    }

    private static Map<String, Object> responses(List<Outcome> outcomes) {
        var responses = new TreeMap<String, Object>();
        outcomes.stream().map(Outcome::status).distinct().sorted()
                .forEach(status -> responses.put(Integer.toString(status),
                        response(outcomes.stream().filter(each -> each.status() == status).toList())));
        return responses;
    }

    private static Map<String, Object> response(List<Outcome> alike) {
        var texts = alike.stream().map(Outcome::meaning).distinct().toList();
        var response = map("description", String.join(" Or: ", texts));
        var content = map();
        var codes = new TreeSet<String>();
        for (Outcome each : alike) {
            content.putAll(each.content());
            each.codes().forEach(code -> codes.add(code.code()));
        }
        if (!codes.isEmpty()) {
            content.put("application/problem+json", map("schema", map("allOf",
                    List.of(ref("Problem"), map("properties", map("code", map("enum", List.copyOf(codes))))))));
        }
        if (!content.isEmpty()) {
            response.put("content", content);
        }
        if (alike.stream().anyMatch(Outcome::again)) {
            response.put("headers", map("Retry-After",
                    map("description", "Seconds after which to ask again.", "schema", map("type", "integer"))));
        }
        return response;
    }

    private static Map<String, Object> schemas() {
        return map("Problem", RecordSchemas.of(HttpAnswer.class, "ProblemDetails"), "Push",
                object(map("key", described(simple("string", false), "Names the row: 1 to 200 characters."), "payload",
                        described(map("type", "object"), "The record, kept as it is written."), "company",
                        simple("integer", true), "grp",
                        described(simple("string", true), "Rows of one group are sent one after the other.")),
                        List.of("key", "payload")),
                "Taken", RecordSchemas.of(PushResource.class, "Taken"), "OutboxRow", outboxRow(), "OrderGiven",
                RecordSchemas.of(PullResource.class, "OrderGiven"), "SignInLink",
                RecordSchemas.of(ConnectionResource.class, "SignInLink"), "SignOutAnswer",
                RecordSchemas.of(ConnectionResource.class, "SignOutAnswer"), "Status", status());
    }

    private static Map<String, Object> outboxRow() {
        var properties = map("payload_bytes",
                described(simple("integer", false),
                        "Instead of a payload that is too large for the memory that there is."),
                "id", simple("integer", false), "push", simple("string", false), "key", simple("string", false),
                "company", simple("integer", true), "grp", simple("string", true), "payload", simple("object", true),
                "state", map("enum", List.of("waiting", "sending", "in_doubt", "done", "dead", "discarded")), "result",
                simple("object", true), "error", simple("string", true), "attempts", simple("integer", false),
                "created_at", simple("string", false), "settled_at", simple("string", true));
        return object(properties, properties.keySet().stream().filter(each -> !each.equals("payload_bytes")).toList());
    }

    private static Map<String, Object> status() {
        var connection = RecordSchemas.of(ConnectionStatus.class);
        connection.put("required",
                ((List<?>) connection.get("required")).stream().filter(each -> !each.equals("host")).toList());
        var properties = map("at", simple("string", false), "state", map("enum", List.of("well", "in_trouble")),
                "findings", listOf(RecordSchemas.of(ShownFinding.class)), "connections", listOf(connection));
        var required = List.copyOf(properties.keySet());
        var tables = members(RecordSchemas.of(StatusTables.class).get("properties"));
        tables.keySet().removeAll(List.of("reports", "troubles"));
        properties.putAll(tables);
        var key = RecordSchemas.object(map("id", simple("string", false), "place", simple("integer", true), "needed_by",
                listOf(simple("string", false))), List.of("id", "place", "needed_by"));
        properties.put("encryption_keys", listOf(key));
        return described(object(properties, required),
                "Lists that the database has are missing where it is away; encryption_keys where none are needed.");
    }

    private static Map<String, Object> described(Map<String, Object> schema, String description) {
        schema.put("description", description);
        return schema;
    }

    static Map<String, Object> ref(String schema) {
        return map("$ref", "#/components/schemas/" + schema);
    }

    /** In this order. */
    static Map<String, Object> map(Object... namesAndValues) {
        var map = new LinkedHashMap<String, Object>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}
