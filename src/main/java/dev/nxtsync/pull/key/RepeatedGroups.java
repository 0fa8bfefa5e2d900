package dev.nxtsync.pull.key;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.error.QuotedText;
import dev.nxtsync.graphql.Field;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.RowSink;
import dev.nxtsync.graphql.schema.Aggregates;
import dev.nxtsync.graphql.schema.GroupFilter;
import dev.nxtsync.graphql.schema.Table;

/**
 * Looks at the groups of an answer: for one that has several rows, and for one in which a column is null. It holds whatever the
 * server makes of the condition by which they were to be chosen. Not thread-safe.
 */
public final class RepeatedGroups implements RowSink {
    private static final int LONGEST = 200;

    private final List<String> columns;
    private Optional<String> repeated = Optional.empty();
    private Optional<String> empty = Optional.empty();
    private boolean isCounted = true;

    /** @param columns by whose values rows are grouped */
    public RepeatedGroups(List<String> columns) {
        this.columns = columns;
    }

    /** Asks for groups of rows that have the same values, and are more than one. */
    public static Field ask(Table table, GroupFilter having, String alias, List<String> columns,
            Optional<ObjectNode> filter) {
        return ask(table, having, alias, columns, filter, "_gt");
    }

    /** Asks for groups by how the number of values of their first column compares with one. */
    static Field ask(Table table, GroupFilter having, String alias, List<String> columns, Optional<ObjectNode> filter,
            String operator) {
        ObjectNode condition = Filters.object();
        condition.putObject(having.count()).putObject(columns.get(0)).put(operator, 1);
        return filtered(Field.of(table.name()).as(alias), table, alias, filter)
                .with("groupBy", new Field.Grouping(columns))
                .with("having", new Field.Variable("h" + alias, having.type(), condition))
                .and(Field.of("items", columns)
                        .and(Field.of(Aggregates.FIELD).and(Field.of(Aggregates.COUNT, columns.get(0)))));
    }

    static Field filtered(Field field, Table table, String alias, Optional<ObjectNode> filter) {
        return field.with("filter",
                filter.map(each -> new Field.Variable("f" + alias, "FilterExpression_" + table.rowType(), each)));
    }

    /** Values that several rows have, with how many; empty if there are none. */
    public Optional<String> repeated() {
        return repeated;
    }

    /** A column of which a row has no value; empty if there is none. */
    Optional<String> empty() {
        return empty;
    }

    /**
     * Whether the answer tells of such groups, and how many rows each has; else none are no proof.
     *
     * @param part of the answer in which they are
     */
    public boolean isTold(JsonNode part) {
        return part.path("items").isInt() && isCounted;
    }

    @Override
    public void row(JsonParser parser) throws IOException {
        var values = new LinkedHashMap<String, String>();
        long count = -1;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (name.equals(Aggregates.FIELD) && token == JsonToken.START_OBJECT) {
                count = count(parser);
            } else {
                if (token.isScalarValue() && token != JsonToken.VALUE_NULL) {
                    values.put(name, parser.getText());
                }
                parser.skipChildren();
            }
        }
        isCounted &= count >= 0;
        var lacking = columns.stream().filter(column -> !values.containsKey(column)).findFirst();
        empty = empty.or(() -> lacking);
        if (repeated.isEmpty() && lacking.isEmpty() && count > 1) {
            repeated = Optional.of(QuotedText.upTo(LONGEST, values.entrySet().stream()
                    .map(each -> each.getKey() + " " + each.getValue()).collect(Collectors.joining(", "))) + " comes "
                    + count + " times");
        }
    }

    /** The number in {@code aggregates {count {column}}}; -1 if there is none. */
    private static long count(JsonParser parser) throws IOException {
        long count = -1;
        int depth = 1;
        while (depth > 0) {
            JsonToken token = parser.nextToken();
            if (token.isStructStart()) {
                depth++;
            } else if (token.isStructEnd()) {
                depth--;
            } else if (token == JsonToken.VALUE_NUMBER_INT) {
                count = parser.getLongValue();
            }
        }
        return count;
    }
}
