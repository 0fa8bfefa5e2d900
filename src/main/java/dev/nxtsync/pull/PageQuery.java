package dev.nxtsync.pull;

import static java.util.stream.Collectors.joining;

import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.graphql.Question;

/**
 * The question for the next page of a table, by keyset: the first rows in key order after the last key. The API's own
 * cursors are offsets, so that rows which come and go would shift the pages.
 */
final class PageQuery {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES).build();

    private PageQuery() {}

    /** @param after the key of the last row of the page before, as JSON; empty for the first page */
    static Question of(PullPlan plan, int owner, Optional<String> after, int rows) {
        String root = plan.table().scope().root();
        String table = plan.table().name();
        var variables = new LinkedHashMap<String, Object>();
        variables.put("owner", owner);
        variables.put("rows", rows);
        var filter = filter(plan, after);
        filter.ifPresent(value -> variables.put("filter", value));
        String document = "query pull_" + table + "($owner: Int, $rows: Int"
                + (filter.isPresent() ? ", $filter: FilterExpression_" + plan.table().rowType() : "") + ") { " + root
                + "(no: $owner) { "
                + table + "(first: $rows" + (filter.isPresent() ? ", filter: $filter" : "") + ", orderBy: ["
                + plan.key().stream().map(column -> "{" + column + ": ASC}").collect(joining(", "))
                + "]) { pageInfo { hasNextPage } items { " + String.join(" ", plan.mapping().fields()) + " } } } }";
        return new Question("pull_" + table, document, variables, List.of("data", root, table, "items"));
    }

    private static Optional<ObjectNode> filter(PullPlan plan, Optional<String> after) {
        var own = after.map(key -> after(plan.key(), parse(key)));
        var users = plan.pull().filter().map(text -> (ObjectNode) parse(text));
        if (own.isPresent() && users.isPresent()) {
            var both = JSON.createObjectNode();
            both.putArray("_and").add(users.get()).add(own.get());
            return Optional.of(both);
        }
        return own.or(() -> users);
    }

    /** Keys after (a, b): {@code a > A or a = A and b > B}. */
    static ObjectNode after(List<String> key, JsonNode last) {
        var steps = JSON.createArrayNode();
        for (int i = 0; i < key.size(); i++) {
            var step = JSON.createArrayNode();
            for (int j = 0; j < i; j++) {
                step.add(compare(key.get(j), "_eq", last));
            }
            step.add(compare(key.get(i), "_gt", last));
            steps.add(step.size() == 1 ? step.get(0) : JSON.createObjectNode().set("_and", step));
        }
        return steps.size() == 1 ? (ObjectNode) steps.get(0) : JSON.createObjectNode().set("_or", steps);
    }

    private static ObjectNode compare(String column, String operator, JsonNode last) {
        return JSON.createObjectNode().set(column, JSON.createObjectNode().set(operator, last.get(column)));
    }

    /** Whether the text is a JSON object, as every filter is. */
    static boolean isFilter(String text) {
        try {
            return JSON.readTree(text).isObject();
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException("not JSON, although it was checked", e);
        }
    }
}
