package dev.nxtsync.pull;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.error.Problem;
import dev.nxtsync.error.QuotedText;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.key.WrongKey;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.tenant.Tenant;

/**
 * Finds out whether the key of a pull is unique, where rows with the same key came: that may also be one row, which changed
 * while it was read. The server is asked for the key, and two different rows in one answer prove that there are two. Safe for any number
 * of threads.
 */
@Singleton
public class Uniqueness {
    /** Keys that are asked for together. */
    private static final int KEYS = 20;
    private static final int SHOWN = 3;
    private static final int LONGEST_KEY = 200;

    private final NxtClient nxt;

    Uniqueness(NxtClient nxt) {
        this.nxt = nxt;
    }

    /** What the server says. */
    sealed interface KeyVerdict {}

    /** Each of the keys has one row at most. */
    record Unique() implements KeyVerdict {}

    /** One has several. */
    public record Repeated(Problem reason) implements KeyVerdict {}

    /** It gave no whole answer. */
    record Unknown(Failure failure) implements KeyVerdict {}

    /**
     * Asks for some keys, with one request at most.
     *
     * @param keys as JSON objects, with the server's values
     * @param told of the answer
     */
    KeyVerdict of(PullPlan plan, Tenant tenant, Collection<String> keys, Consumer<Answer> told) {
        return ofKeys(plan, tenant, keys.stream().map(key -> (ObjectNode) Filters.parse(key)).toList(), told);
    }

    /** The same for keys as PostgreSQL writes them. */
    KeyVerdict ofTexts(PullPlan plan, Tenant tenant, Collection<List<String>> keys, Consumer<Answer> told) {
        return ofKeys(plan, tenant,
                keys.stream().map(key -> RowKeys.of(plan.key(), plan.target().keyColumns(), key)).toList(), told);
    }

    private KeyVerdict ofKeys(PullPlan plan, Tenant tenant, List<ObjectNode> keys, Consumer<Answer> told) {
        var some = keys.stream().limit(KEYS).toList();
        if (some.isEmpty()) {
            return new Unique();
        }
        // so many that one key must have two, if there are more
        DocumentPart part = DocumentPart.page("t0", plan, plan.mapping().fields(),
                List.of(Filters.anyOf(plan.key(), some)), plan.key(), 2 * some.size());
        Answer answer = nxt.ask(plan.pull().connection(),
                Document.of("key_" + plan.table().name(), tenant, false, List.of(part)));
        told.accept(answer);
        return answer instanceof Failure failure
                ? new Unknown(failure)
                : verdict(plan, Pages.connection(plan, (Answer.Data) answer, "t0").path("items"));
    }

    /** Whether some rows of the server, of one answer, have different keys. */
    public static KeyVerdict verdict(PullPlan plan, JsonNode rows) {
        var groups = IntStream.range(0, rows.size()).mapToObj(rows::get)
                .collect(groupingBy(row -> key(plan, row), LinkedHashMap::new, toList()));
        // rows that are equal may be one that came twice; if not, the server counts more than come
        groups.values().removeIf(group -> group.stream().distinct().count() == 1);
        if (groups.isEmpty()) {
            return new Unique();
        }
        var example = groups.entrySet().iterator().next();
        return new Repeated(reason(plan, example.getKey(), example.getValue(), candidates(plan, groups)));
    }

    private static List<JsonNode> key(PullPlan plan, JsonNode row) {
        return plan.key().stream().map(row::path).toList();
    }

    private static Problem reason(PullPlan plan, List<JsonNode> key, List<JsonNode> rows, List<String> candidates) {
        String columns = String.join(",", plan.key());
        var example = IntStream.range(0, key.size()).mapToObj(i -> plan.key().get(i) + " " + key.get(i))
                .collect(joining(", "));
        var differing = plan.mapping().fields().stream()
                .filter(field -> rows.stream().map(row -> row.path(field)).distinct().count() > 1).toList();
        String differ = "which differ in " + differing.stream().limit(SHOWN).collect(joining(", "))
                + (differing.size() > SHOWN ? " and " + (differing.size() - SHOWN) + " more" : "");
        String could = candidates.isEmpty()
                ? "No single column that the pull reads tells them apart."
                : "According to these rows it could be "
                        + candidates.stream().map(each -> columns + "," + each).collect(joining(" or ")) + ".";
        return WrongKey.problem(
                plan.name(), plan.key(), "table " + plan.table().name(), "not unique: there are at least " + rows.size()
                        + " rows with " + QuotedText.upTo(LONGEST_KEY, example) + ", " + differ,
                "The target table follows by itself, and every row is read again. " + could);
    }

    /** Columns each of which tells the rows of one key apart, the likeliest first. */
    private static List<String> candidates(PullPlan plan, Map<List<JsonNode>, List<JsonNode>> groups) {
        return plan.mapping().columns().stream().flatMap(name -> Stream.ofNullable(plan.table().columns().get(name)))
                .filter(column -> !plan.key().contains(column.name()) && column.mayBeOfAKey())
                .filter(column -> groups.values().stream().allMatch(rows -> tellsApart(column.name(), rows)))
                .map(Column::name).sorted(plan.table().likeliestOfKey()).limit(SHOWN).toList();
    }

    private static boolean tellsApart(String column, List<JsonNode> rows) {
        var values = new HashSet<JsonNode>();
        return rows.stream().map(row -> row.path(column)).allMatch(value -> !value.isNull() && values.add(value));
    }
}
