package dev.nxtsync.pull.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Field;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.graphql.schema.Aggregates;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.tenant.Tenant;

/** Asks for totals of groups of rows. Groups do not come in pages (docs/facts/business-nxt.md, "Groups of rows"). */
public final class GroupedQuestion {
    /** Of the groups, whose items are for a {@link GroupSink}. */
    public static final String ALIAS = "groups";

    private GroupedQuestion() {}

    /** @param filters of which each must match, beside the pull's own */
    public static Question of(GroupedTable table, Tenant tenant, List<ObjectNode> filters) {
        PullPlan plan = table.plan();
        var totals = new ArrayList<Field>();
        totals.add(Field.of(Aggregates.COUNT, GroupedTable.names(table.counted())));
        if (!table.summed().isEmpty()) {
            totals.add(Field.of(Aggregates.SUM, GroupedTable.names(table.summed())));
        }
        var names = GroupedTable.names(table.grouping());
        var groups = Field.of(plan.table().name()).as(ALIAS)
                .with("filter",
                        plan.filter(filters).map(
                                each -> new Field.Variable("f", "FilterExpression_" + plan.table().rowType(), each)))
                .with("groupBy", new Field.Grouping(names))
                .and(Field.of("items", names).and(Field.of(Aggregates.FIELD).and(totals)));
        return Question.query("totals_" + plan.table().name(), tenant, true, List.of(groups));
    }

    /** What an answer without failure has come to. */
    public static boolean isWhole(GroupedTable table, Answer.Data answer) {
        // how many items a sink has taken
        return answer.data().path(table.plan().table().scope().root()).path(ALIAS).path("items").isInt();
    }

    /** An answer that is not what was asked for. */
    public static Failure senseless(GroupedTable table, Answer.Data answer) {
        return new Failure.Unreadable(
                "The answer has no totals of table " + table.plan().table().name()
                        + " where they were asked for. Report it to Visma with the trace id.",
                answer.traceId(), false, true, Set.of());
    }
}
