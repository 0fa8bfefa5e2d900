package dev.nxtsync.pull;

import java.util.List;

import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.TableMapping;
import dev.nxtsync.pull.proof.RowGroup;
import dev.nxtsync.pull.state.KeyListing;
import dev.nxtsync.pull.target.TargetColumn;

/**
 * Which rows of a table are listed, and what of each.
 *
 * @param plan about these rows only
 * @param columns what is listed
 * @param stored which rows of the target are compared with them
 */
record ListingScope(PullPlan plan, TableMapping columns, KeyListing.ListedRows stored) {
    /** Key and change stamp of all rows. */
    static ListingScope whole(PullPlan plan) {
        TableMapping columns = plan.mapping().only(plan.target()::isKeyOrStamp);
        return new ListingScope(plan, columns, KeyListing.ListedRows.whole(columns.target()));
    }

    /** Key, change stamp and numbers of the rows of some groups. */
    static ListingScope of(PullPlan plan, List<RowGroup> groups) {
        TableMapping columns = ofNumbers(plan);
        var names = groups.stream().limit(1).flatMap(group -> group.columns().stream())
                .flatMap(name -> plan.target().columns().stream().filter(column -> column.name().equals(name)))
                .map(TargetColumn::field).toList();
        var filter = RowGroup.filter(names, groups);
        return new ListingScope(plan.of(filter), columns, new KeyListing.ListedRows(columns.target(),
                filter.isPresent() ? RowGroup.condition("stored", groups) : "true"));
    }

    /** Key, change stamp and numbers: what is compared of each row. */
    static TableMapping ofNumbers(PullPlan plan) {
        return plan.mapping().only(column -> plan.target().isKeyOrStamp(column) || column.type().isNumber());
    }

    boolean isWhole() { return plan.part().isEmpty(); }
}
