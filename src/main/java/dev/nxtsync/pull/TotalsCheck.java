package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import jakarta.inject.Singleton;

import dev.nxtsync.graphql.schema.Aggregates;
import dev.nxtsync.graphql.schema.Introspection;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.proof.GroupedQuestion;
import dev.nxtsync.pull.proof.GroupedTable;
import dev.nxtsync.pull.proof.RowGroup;
import dev.nxtsync.pull.proof.TargetTotals;
import dev.nxtsync.pull.proof.Totals;
import dev.nxtsync.schedule.Job.Progress;
import dev.nxtsync.tenant.Tenant;

/** Compares control totals at once, for a person who waits. Safe for any number of threads. */
@Singleton
record TotalsCheck(PullSource source, Introspection introspection, TargetTotals totals) {
    /** What they say. */
    sealed interface TotalsVerdict {}

    /** @param groups how many there are */
    record EqualTotals(int groups) implements TotalsVerdict {}

    /** @param example of a group */
    record UnequalTotals(String example) implements TotalsVerdict {}

    /** There are none, or no answer. */
    record NoTotals(String reason) implements TotalsVerdict {}

    TotalsVerdict of(PullPlan plan, Tenant tenant, Progress progress) throws SQLException {
        var worker = new TargetTotals.Worker(tenant.number(), Optional.empty(), progress::made);
        var offered = introspection.aggregates(plan.pull().connection(), List.of(plan.table()))
                .getOrDefault(plan.table(), Aggregates.NONE);
        var grouped = totals.grouping(plan, offered, worker);
        if (grouped.isEmpty()) {
            return new NoTotals("Business NXT offers none, or no column fits to group by");
        }
        GroupedTable table = grouped.get();
        var before = totals.of(table, List.of(), worker);
        var asked = GroupedQuestion.ask(source.nxt(), table, tenant, List.of(), Optional.empty());
        progress.made();
        return asked instanceof GroupedQuestion.GroupsRead read
                ? verdict(read.totals(), before, totals.of(table, List.of(), worker))
                : new NoTotals(((GroupedQuestion.GroupsRefused) asked).failure().message());
    }

    /** A group that was read here in between may be as it was, or as it is. */
    private static TotalsVerdict verdict(Map<RowGroup, Totals> there, Map<RowGroup, Totals> before,
            Map<RowGroup, Totals> after) {
        var groups = new LinkedHashSet<>(there.keySet());
        groups.addAll(after.keySet());
        for (RowGroup group : groups) {
            Totals told = there.getOrDefault(group, Totals.NONE);
            Totals now = after.getOrDefault(group, Totals.NONE);
            if (!told.equals(now) && !told.equals(before.getOrDefault(group, Totals.NONE))) {
                return new UnequalTotals("the rows " + group.json() + ": " + told.differenceFrom(now));
            }
        }
        return new EqualTotals(groups.size());
    }
}
