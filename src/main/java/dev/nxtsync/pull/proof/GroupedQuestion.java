package dev.nxtsync.pull.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Field;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.graphql.schema.Aggregates;
import dev.nxtsync.graphql.schema.GroupFilter;
import dev.nxtsync.pull.key.RepeatedGroups;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.tenant.Tenant;

/** Asks for totals of groups of rows. Groups do not come in pages (docs/facts/business-nxt.md, "Groups of rows"). */
public final class GroupedQuestion {
    /** Of the groups, whose items are for a {@link GroupSink}. */
    private static final String ALIAS = "groups";
    private static final String REPEATED = "repeated";

    private GroupedQuestion() {}

    /** What an answer comes to. */
    public sealed interface GroupsAnswer {
        /** As it came. */
        Answer answer();
    }

    /**
     * Totals by group; of no others there are rows.
     *
     * @param repeated values of the key that several rows have; empty if none are told of
     * @param isKeyTold whether it was asked, and answered, if there are some
     */
    public record GroupsRead(Map<RowGroup, Totals> totals, Optional<String> repeated, boolean isKeyTold,
            Answer.Data answer) implements GroupsAnswer {}

    /** @param failure that of the answer, or that it is not what was asked for */
    public record GroupsRefused(Failure failure, Answer answer) implements GroupsAnswer {}

    /**
     * Asks once.
     *
     * @param filters of which each must match, beside the pull's own
     * @param having how rows are found that share a key; empty if that is not asked
     */
    public static GroupsAnswer ask(NxtClient nxt, GroupedTable table, Tenant tenant, List<ObjectNode> filters,
            Optional<GroupFilter> having) {
        var sink = new GroupSink(table);
        var repeated = new RepeatedGroups(table.plan().key());
        Answer answer = nxt.ask(table.plan().pull().connection(), of(table, tenant, filters, having),
                Map.of(ALIAS, sink, REPEATED, repeated));
        if (!(answer instanceof Answer.Data data)) {
            return new GroupsRefused((Failure) answer, answer);
        }
        return sink.totals().filter(each -> isWhole(table, data))
                .<GroupsAnswer>map(totals -> new GroupsRead(totals, repeated.repeated(),
                        repeated.isTold(part(table, data, REPEATED)), data))
                .orElseGet(() -> new GroupsRefused(senseless(table, data), data));
    }

    private static Question of(GroupedTable table, Tenant tenant, List<ObjectNode> filters,
            Optional<GroupFilter> having) {
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
        var parts = new ArrayList<>(List.of(groups));
        having.ifPresent(
                each -> parts.add(RepeatedGroups.ask(plan.table(), each, REPEATED, plan.key(), plan.filter(filters))));
        return Question.query("totals_" + plan.table().name(), tenant, true, parts);
    }

    private static boolean isWhole(GroupedTable table, Answer.Data answer) {
        // how many items a sink has taken
        return part(table, answer, ALIAS).path("items").isInt();
    }

    private static JsonNode part(GroupedTable table, Answer.Data answer, String alias) {
        return answer.data().path(table.plan().table().scope().root()).path(alias);
    }

    /** Its size is not to blame. */
    private static Failure senseless(GroupedTable table, Answer.Data answer) {
        return new Failure.Unreadable(
                "The answer has no totals of table " + table.plan().table().name()
                        + " where they were asked for. Report it to Visma with the trace id.",
                answer.traceId(), false, false, Set.of());
    }
}
