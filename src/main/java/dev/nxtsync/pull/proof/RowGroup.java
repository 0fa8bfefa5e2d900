package dev.nxtsync.pull.proof;

import static java.util.stream.Collectors.joining;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.database.SqlName;
import dev.nxtsync.graphql.Filters;

/**
 * The rows that have certain whole numbers in some columns.
 *
 * @param columns of the target
 * @param values of them, in the same order; empty stands for null
 */
public record RowGroup(List<String> columns, List<Optional<Long>> values) {
    /** How many values a filter may have is not documented. */
    private static final int MOST_IN_A_FILTER = 200;

    public RowGroup {
        columns = List.copyOf(columns);
        values = List.copyOf(values);
    }

    /** As a JSON object by column, the same for equal groups: {@code {"order_type":1}}. */
    public String json() {
        var json = Filters.object();
        for (int i = 0; i < columns.size(); i++) {
            json.put(columns.get(i), values.get(i).orElse(null));
        }
        return Filters.text(json);
    }

    /** What was written so. */
    public static RowGroup of(String json) {
        var columns = new ArrayList<String>();
        var values = new ArrayList<Optional<Long>>();
        for (var member : Filters.parse(json).properties()) {
            columns.add(member.getKey());
            values.add(Optional.of(member.getValue()).filter(JsonNode::isNumber).map(JsonNode::longValue));
        }
        return new RowGroup(columns, values);
    }

    /** Whether one of its values is null, which a filter of the API may not be able to say. */
    boolean hasNull() {
        return values.stream().anyMatch(Optional::isEmpty);
    }

    /**
     * A filter of the API that leaves only the rows of some groups; empty, so that it leaves all, if none says that, or if it
     * would be long.
     *
     * @param names of the grouped columns, as the API calls them
     */
    public static Optional<ObjectNode> filter(List<String> names, Collection<RowGroup> groups) {
        if (groups.isEmpty() || groups.size() > MOST_IN_A_FILTER || names.isEmpty()
                || groups.stream().anyMatch(RowGroup::hasNull)) {
            return Optional.empty();
        }
        return Optional.of(Filters.anyOf(names, groups.stream().map(group -> group.key(names)).toList()));
    }

    private ObjectNode key(List<String> names) {
        var key = Filters.object();
        for (int i = 0; i < names.size(); i++) {
            key.set(names.get(i), LongNode.valueOf(values.get(i).orElseThrow()));
        }
        return key;
    }

    /**
     * The same as a condition of SQL on a table of this alias.
     *
     * @param groups by the same columns, at least one
     */
    public static String condition(String alias, Collection<RowGroup> groups) {
        // looked up by hash, where one comparison for each group would be made for each row
        String whole = groups
                .stream().filter(group -> !group.hasNull()).map(group -> group.values.stream()
                        .map(value -> Long.toString(value.orElseThrow())).collect(joining(", ", "(", ")")))
                .collect(joining(", "));
        var conditions = new ArrayList<String>();
        if (!whole.isEmpty()) {
            conditions.add(groups.iterator().next().columns.stream().map(column -> alias + "." + SqlName.quoted(column))
                    .collect(joining(", ", "(", ")")) + " in (values " + whole + ")");
        }
        groups.stream().filter(RowGroup::hasNull).forEach(group -> conditions.add(group.condition(alias)));
        return "(" + String.join(" or ", conditions) + ")";
    }

    private String condition(String alias) {
        return IntStream.range(0, columns.size())
                .mapToObj(i -> alias + "." + SqlName.quoted(columns.get(i))
                        + values.get(i).map(value -> " = " + value).orElse(" is null"))
                .collect(joining(" and ", "(", ")"));
    }
}
