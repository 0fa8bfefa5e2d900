package dev.nxtsync.pull.proof;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import dev.nxtsync.graphql.schema.Aggregates;
import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.target.TargetColumn;

/**
 * The columns of a pull that are compared by totals, as far as the API adds them up.
 *
 * @param grouping the columns by whose values the rows are grouped
 * @param counted of which the values are counted, the first column of the key among them
 * @param summed of which they are added up too
 */
public record GroupedTable(PullPlan plan, List<TargetColumn> grouping, List<TargetColumn> counted,
        List<TargetColumn> summed) {
    private static final int MOST_GROUPS = 2_000;
    private static final int MOST_VALUES = 100_000;

    /**
     * The columns that are compared.
     *
     * @param grouping names of columns of the target
     * @return empty if the API does not count rows, or a column is not there any more
     */
    public static Optional<GroupedTable> of(PullPlan plan, Aggregates offered, List<String> grouping) {
        String first = plan.target().key().get(0);
        var counted = plan.target().columns().stream()
                .filter(column -> column.name().equals(first) || column.type().isNumber())
                .filter(column -> offered.has(Aggregates.COUNT, column.field())).toList();
        var by = grouping.stream()
                .flatMap(name -> candidates(plan).stream().filter(column -> column.name().equals(name))).toList();
        if (by.isEmpty() || by.size() < grouping.size()
                || counted.stream().noneMatch(column -> column.name().equals(first))) {
            return Optional.empty();
        }
        return Optional.of(new GroupedTable(plan, by, counted, counted.stream()
                .filter(column -> column.type().isNumber()).filter(column -> isExact(plan, offered, column)).toList()));
    }

    /** The grouped columns as the API calls them. */
    public List<String> names() {
        return names(grouping);
    }

    /** The same as the target calls them. */
    public List<String> groupingColumns() {
        return grouping.stream().map(TargetColumn::name).toList();
    }

    private static boolean isExact(PullPlan plan, Aggregates offered, TargetColumn column) {
        Column source = plan.table().columns().get(column.field());
        return source != null && offered.sumsExactly(source);
    }

    /** The columns by which rows may be grouped: whole numbers, of which it is certain when two are equal, and what is one of some. */
    static List<TargetColumn> candidates(PullPlan plan) {
        var filters = plan.table().filters();
        return plan.target().columns().stream().filter(column -> column.type().isWholeNumber())
                .filter(column -> filters.isEmpty()
                        || filters.getOrDefault(column.field(), Set.of()).containsAll(List.of("_eq", "_in")))
                .toList();
    }

    /** How many groups are few enough that their totals take little memory. */
    int mostGroups() {
        return Math.min(MOST_GROUPS, MOST_VALUES / (counted.size() + summed.size()));
    }

    static List<String> names(List<TargetColumn> columns) {
        return columns.stream().map(TargetColumn::field).toList();
    }
}
