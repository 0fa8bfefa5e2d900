package dev.nxtsync.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** What {@code docs/openapi.yaml} tells of the HTTP API, and whether an answer is so. */
public final class DescribedApi {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Words of schemas that say nothing of what a value must be. */
    private static final Set<String> SILENT = Set.of("description");

    private final JsonNode root;

    public DescribedApi() {
        try {
            this.root = tree(Files.readString(Path.of("docs", "openapi.yaml")));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    public static JsonNode tree(String yaml) {
        return JSON.valueToTree(new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml));
    }

    public JsonNode root() {
        return root;
    }

    /** The statuses of an operation. */
    public Set<String> statuses(String method, String path) {
        var statuses = new TreeSet<String>();
        responses(method, path).fieldNames().forEachRemaining(statuses::add);
        return statuses;
    }

    private JsonNode responses(String method, String path) {
        return root.path("paths").path(path).path(method.toLowerCase(Locale.ROOT)).path("responses");
    }

    /** What of an answer is not as it is told; empty if nothing. */
    public List<String> flaws(String method, String path, Wire.Answer answer) {
        var response = followed(responses(method, path).path(Integer.toString(answer.status())));
        if (response.isMissingNode()) {
            return List.of("there is no such status");
        }
        var flaws = new ArrayList<String>();
        if (answer.headers().containsKey("retry-after") && !response.path("headers").has("Retry-After")) {
            flaws.add("there is no such header");
        }
        if (!answer.body().isEmpty()) {
            String type = answer.headers().getOrDefault("content-type", "").replaceFirst(";.*", "");
            var content = response.path("content").path(type);
            if (content.isMissingNode()) {
                flaws.add("there is no such body, of type " + type);
            } else if (type.endsWith("json")) {
                check(content.path("schema"), json(answer.body()), type, flaws);
            }
        }
        return flaws;
    }

    private JsonNode followed(JsonNode node) {
        return node.has("$ref") ? root.at(node.path("$ref").asText().substring(1)) : node;
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(text, e);
        }
    }

    private void check(JsonNode said, JsonNode value, String at, List<String> flaws) {
        JsonNode schema = followed(said);
        schema.fieldNames().forEachRemaining(word -> {
            JsonNode what = schema.get(word);
            switch (word) {
                case "type" -> {
                    if (stream(what.isArray() ? what : JSON.createArrayNode().add(what))
                            .noneMatch(type -> is(value, type.asText()))) {
                        flaws.add(at + " is " + value + ", not " + what);
                    }
                }
                case "enum" -> {
                    if (stream(what).noneMatch(value::equals)) {
                        flaws.add(at + " is " + value + ", not one of " + what);
                    }
                }
                case "required" ->
                    stream(what).map(JsonNode::asText).filter(name -> value.isObject() && !value.has(name))
                            .forEach(name -> flaws.add(at + " lacks " + name));
                case "additionalProperties" -> value.fieldNames().forEachRemaining(name -> {
                    if (!schema.path("properties").has(name)) {
                        flaws.add(at + " has " + name);
                    }
                });
                case "properties" -> value.fieldNames()
                        .forEachRemaining(name -> check(what.path(name), value.get(name), at + "." + name, flaws));
                case "items" -> value.forEach(item -> check(what, item, at + "[]", flaws));
                case "allOf" -> what.forEach(each -> check(each, value, at, flaws));
                default -> {
                    if (!SILENT.contains(word)) {
                        throw new AssertionError("a word that is not understood here: " + word);
                    }
                }
            }
        });
    }

    private static boolean is(JsonNode value, String type) {
        return switch (type) {
            case "object" -> value.isObject();
            case "array" -> value.isArray();
            case "string" -> value.isTextual();
            case "boolean" -> value.isBoolean();
            case "integer" -> value.isIntegralNumber();
            case "null" -> value.isNull();
            default -> throw new AssertionError("a type that is not understood here: " + type);
        };
    }

    private static java.util.stream.Stream<JsonNode> stream(JsonNode nodes) {
        return StreamSupport.stream(nodes.spliterator(), false);
    }
}
