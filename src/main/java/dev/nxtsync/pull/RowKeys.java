package dev.nxtsync.pull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

import dev.nxtsync.database.Numeral;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.target.TargetColumn;

/** Keys of rows, as events name them, as PostgreSQL writes them, and as the API's filters take them. */
final class RowKeys {
    private RowKeys() {}

    /**
     * The key that an event names, as PostgreSQL writes it.
     *
     * @param json the key's columns by the API's names; others do not matter
     * @return empty if it is not a key of the pull's table
     */
    static Optional<List<String>> of(PullPlan plan, String json) {
        JsonNode event = Filters.parse(json);
        var values = new ArrayList<String>();
        for (String name : plan.key()) {
            if (!event.path(name).isValueNode()) {
                return Optional.empty();
            }
            values.add(event.get(name).asText());
        }
        return plan.target().keyOf(values);
    }

    /**
     * The key as the API has it.
     *
     * @param names the API's names of the key's columns
     * @param columns the same columns in the target
     * @param texts their values, as PostgreSQL writes them
     */
    static ObjectNode of(List<String> names, List<TargetColumn> columns, List<String> texts) {
        var key = Filters.object();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            String text = texts.get(i);
            switch (columns.get(i).type()) {
                case INTEGER, BIGINT -> key.put(name, Long.parseLong(text));
                // the API takes a decimal as a text too
                case NUMERIC -> key.set(name, Numeral.of(text).flatMap(Numeral::value)
                        .<JsonNode>map(DecimalNode::valueOf).orElseGet(() -> TextNode.valueOf(text)));
                case BOOLEAN -> key.put(name, text.startsWith("t"));
                case DATE -> key.put(name, Integer.parseInt(text.replace("-", "")));
                case TEXT, NAMES, TIME, TIMESTAMP -> key.put(name, text);
            }
        }
        return key;
    }
}
