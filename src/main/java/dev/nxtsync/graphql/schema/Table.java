package dev.nxtsync.graphql.schema;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import dev.nxtsync.tenant.Scope;

/**
 * A table as this connection can read it.
 *
 * @param name the field below the scope's root, such as {@code orderLine}
 * @param rowType the GraphQL type of its rows, such as {@code OrderLine}
 * @param columns by name, in the API's order; companions are not columns
 * @param joins the names of fields that lead to other tables
 * @param filters by column that a filter can name, the operators that it knows; empty if the schema does not tell
 * @param isCounted whether the server tells how many rows there are
 * @param aggregates the type of the field that adds up the rows of a group; empty if rows cannot be grouped
 */
public record Table(String name, String rowType, Scope scope, Map<String, Column> columns, List<String> joins,
        Map<String, Set<String>> filters, boolean isCounted, Optional<String> aggregates) {
    /** One whose rows cannot be grouped. */
    public Table(String name, String rowType, Scope scope, Map<String, Column> columns, List<String> joins,
            Map<String, Set<String>> filters, boolean isCounted) {
        this(name, rowType, scope, columns, joins, filters, isCounted, Optional.empty());
    }

    /** When a row last changed, in the server's local time (docs/facts/business-nxt.md, "Time stamps"). */
    public static final String CHANGED = "changedTimestamp";

    /** The field that leads from a row to its rows in another table; empty if there is none, or no telling which. */
    public Optional<String> children(String childType) {
        List<String> all = joins.stream().filter(join -> join.startsWith("joindown_" + childType + "_via_")).toList();
        return all.size() == 1
                ? Optional.of(all.get(0))
                : all.stream().filter(join -> join.endsWith("_via_" + rowType)).findFirst();
    }

    /** The order of columns that may be of its primary key, the likeliest first. */
    public Comparator<String> likeliestOfKey() {
        return Comparator.comparingInt(
                column -> column.equals(name + "No") || column.equals("lineNo") ? 0 : column.endsWith("No") ? 1 : 2);
    }

    /** Whether changes can be asked for. */
    public boolean tellsChanges() {
        return columns.containsKey(CHANGED) && columns.get(CHANGED).scalar().equals("DateTime");
    }
}
