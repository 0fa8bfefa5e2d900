package dev.nxtsync.graphql;

import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.config.NameSuggestion;
import dev.nxtsync.error.QuotedText;

/** Values of the type {@code FilterExpression_<Table>}. */
public final class Filters {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES).build();

    private Filters() {}

    /** Rows after (a, b) in the order of the columns: {@code a > A or a = A and b > B}. */
    public static ObjectNode after(List<String> columns, JsonNode last) {
        return inOrder(columns, last, "_gt", "_gt");
    }

    /** The same after a key that was stored as JSON; all rows where there is none yet. */
    public static List<ObjectNode> after(List<String> columns, Optional<String> last) {
        return last.map(key -> List.of(after(columns, parse(key)))).orElse(List.of());
    }

    /** Rows from (a, b) on: {@code a > A or a = A and b >= B}. The key may lack the last columns. */
    public static ObjectNode from(List<String> columns, JsonNode first) {
        return inOrder(columns.stream().filter(first::has).toList(), first, "_gt", "_gte");
    }

    /** All other rows: {@code a < A or a = A and b < B}. */
    public static ObjectNode before(List<String> columns, JsonNode end) {
        return inOrder(columns.stream().filter(end::has).toList(), end, "_lt", "_lt");
    }

    private static ObjectNode inOrder(List<String> columns, JsonNode key, String operator, String lastOperator) {
        int size = columns.size();
        var steps = JSON.createArrayNode();
        for (int i = 0; i < size; i++) {
            var step = JSON.createArrayNode();
            for (int j = 0; j < i; j++) {
                step.add(compare(columns.get(j), "_eq", key.get(columns.get(j))));
            }
            step.add(compare(columns.get(i), i + 1 < size ? operator : lastOperator, key.get(columns.get(i))));
            steps.add(step.size() == 1 ? step.get(0) : JSON.createObjectNode().set("_and", step));
        }
        return steps.size() == 1 ? (ObjectNode) steps.get(0) : JSON.createObjectNode().set("_or", steps);
    }

    /** Rows with one of these keys. */
    public static ObjectNode anyOf(List<String> columns, Collection<ObjectNode> keys) {
        if (columns.size() == 1) {
            var values = JSON.createArrayNode();
            keys.forEach(key -> values.add(key.get(columns.get(0))));
            return compare(columns.get(0), "_in", values);
        }
        var each = JSON.createArrayNode();
        for (ObjectNode key : keys) {
            var equal = JSON.createArrayNode();
            columns.forEach(column -> equal.add(compare(column, "_eq", key.get(column))));
            each.add(JSON.createObjectNode().set("_and", equal));
        }
        return JSON.createObjectNode().set("_or", each);
    }

    public static ObjectNode compare(String column, String operator, JsonNode value) {
        return JSON.createObjectNode().set(column, JSON.createObjectNode().set(operator, value));
    }

    public static ObjectNode compare(String column, String operator, String value) {
        return compare(column, operator, JSON.getNodeFactory().textNode(value));
    }

    /** All of those that are there; empty if none is. */
    public static Optional<ObjectNode> and(List<ObjectNode> filters) {
        if (filters.size() < 2) {
            return filters.stream().findFirst();
        }
        var all = JSON.createObjectNode();
        all.putArray("_and").addAll(filters);
        return Optional.of(all);
    }

    public static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("not JSON, although it was written by us or checked", e);
        }
    }

    /** In ASCII, so that every database can keep it. */
    public static String text(ObjectNode value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("a tree is always JSON", e);
        }
    }

    public static ObjectNode object() {
        return JSON.createObjectNode();
    }

    /**
     * What is wrong with a filter that somebody wrote.
     *
     * @param known by column, its operators; empty if the schema does not tell
     */
    public static Optional<String> flaw(String text, Map<String, Set<String>> known) {
        JsonNode filter;
        try {
            filter = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            return Optional.of("\"" + QuotedText.name(text) + "\" is not JSON");
        }
        return filter.isObject()
                ? flaw(filter, known)
                : Optional.of("\"" + QuotedText.name(text)
                        + "\" is not a JSON object; write for example {\"customerNo\": {\"_gt\": 0}}");
    }

    private static Optional<String> flaw(JsonNode filter, Map<String, Set<String>> known) {
        return filter.properties().stream().flatMap(member -> {
            String name = member.getKey();
            JsonNode value = member.getValue();
            if (name.equals("_and") || name.equals("_or")) {
                return value.isArray()
                        ? Stream.iterate(0, i -> i < value.size(), i -> i + 1)
                                .flatMap(i -> flaw(value.get(i), known).stream())
                        : Stream.of("has " + name + " without a list");
            }
            var operators = known.get(name);
            if (known.isEmpty()) {
                return Stream.empty();
            }
            if (operators == null) {
                return Stream.of("names " + name + ", but the table cannot be filtered by it"
                        + NameSuggestion.hint(name, known.keySet()));
            }
            var unknown = new TreeSet<String>();
            value.fieldNames().forEachRemaining(unknown::add);
            unknown.removeAll(operators);
            return operators.isEmpty() || unknown.isEmpty()
                    ? Stream.<String>empty()
                    : Stream.of("uses " + unknown.first() + " on " + name + ", which has only "
                            + String.join(", ", operators));
        }).findFirst();
    }
}
