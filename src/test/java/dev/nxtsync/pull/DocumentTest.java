package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.graphql.schema.Scope;

class DocumentTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void aDocumentHasNamesOnlyAndEveryValueIsAVariable() {
        var plan = plan(Optional.of("{\"customerNo\":{\"_gt\":0}}"));
        var after = Filters.after(plan.key(), Filters.parse("{\"orderNo\":12,\"lineNo\":3}"));
        var page = Document.Part.page("t0", plan, plan.mapping().fields(), List.of(after), plan.key(), 500);
        var question = Document.of("load", Scope.COMPANY, 7, true, List.of(page.counting(), Document.top(plan)));
        assertThat(question.document()).isEqualTo(
                """
                        query load($owner: Int, $n0: Int, $f0: FilterExpression_OrderLine, $n1: Int, $f1: FilterExpression_OrderLine) \
                        { useCompany(no: $owner) {
                        t0: orderLine(first: $n0, filter: $f0, orderBy: [{orderNo: ASC}, {lineNo: ASC}]) { totalCount \
                        pageInfo { hasNextPage } items { orderNo lineNo kind kindAsEnum atAsTime changedTimestamp } }
                        top: orderLine(first: $n1, filter: $f1, orderBy: [{changedTimestamp: DESC}]) { \
                        pageInfo { hasNextPage } items { changedTimestamp } }
                        } }""");
        assertThat(JSON.valueToTree(question.variables()).toString())
                .isEqualTo("{\"owner\":7,\"n0\":500,\"f0\":{\"_and\":[{\"customerNo\":{\"_gt\":0}},"
                        + "{\"_or\":[{\"orderNo\":{\"_gt\":12}},{\"_and\":[{\"orderNo\":{\"_eq\":12}},{\"lineNo\":{\"_gt\":3}}]}]}]},"
                        + "\"n1\":1,\"f1\":{\"_and\":[{\"customerNo\":{\"_gt\":0}},"
                        + "{\"changedTimestamp\":{\"_gt\":\"0001-01-01 00:00:00\"}}]}}");
        assertThat(question.tenant()).contains("company 7");
        assertThat(Document.of("load", Scope.COMPANY, 7, true, List.of(Document.Part.page("t0", plan(Optional.empty()),
                plan.mapping().fields(), List.of(), plan.key(), 1))).document()).doesNotContain("filter");
    }

    @Test
    void aFilterThatTheSchemaDoesNotKnowIsNamedWithWhatItKnows() {
        var known = Map.of("orderNo", Set.of("_eq", "_gt"), "name", Set.of("_like"));
        assertThat(Filters.flaw("{\"_and\":[{\"orderNo\":{\"_gt\":0}},{\"name\":{\"_like\":\"a%\"}}]}", known))
                .isEmpty();
        assertThat(Filters.flaw("{\"orderno\":{\"_gt\":0}}", known))
                .contains("names orderno, by which the table cannot be filtered; did you mean orderNo?");
        assertThat(Filters.flaw("{\"_or\":[{\"orderNo\":{\"_like\":0}}]}", known))
                .hasValueSatisfying(flaw -> assertThat(flaw).startsWith("uses _like on orderNo, which knows "));
        assertThat(Filters.flaw("[1]", known))
                .hasValueSatisfying(flaw -> assertThat(flaw).contains("not a JSON object"));
        assertThat(Filters.flaw("{\"whatever\":{\"_gt\":0}}", Map.of())).as("the schema does not tell").isEmpty();
    }

    /** For any composite key with ties, walking by pages sees every row once and in order, whatever the page size. */
    @Test
    void walkingByKeysetSeesEveryRowOnce() throws Exception {
        for (int seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            int columns = 1 + random.nextInt(4);
            var key = new ArrayList<String>();
            for (int i = 0; i < columns; i++) {
                key.add("k" + i);
            }
            var rows = new TreeSet<List<Integer>>(
                    Comparator.comparing(List::toString));
            for (int i = 0; i < 60; i++) {
                rows.add(random.ints(columns, 0, 4).boxed().toList());
            }
            int size = 1 + random.nextInt(10);
            var seen = new ArrayList<List<Integer>>();
            JsonNode last = null;
            while (true) {
                JsonNode filter = last == null ? null : Filters.after(key, last);
                var page = rows.stream().filter(row -> filter == null || accepts(filter, key, row)).limit(size)
                        .toList();
                if (page.isEmpty()) {
                    break;
                }
                seen.addAll(page);
                last = JSON.valueToTree(members(key, page.get(page.size() - 1)));
            }
            assertThat(seen).as("seed " + seed).isEqualTo(List.copyOf(rows));
        }
    }

    private static Map<String, Integer> members(List<String> key, List<Integer> row) {
        var members = new LinkedHashMap<String, Integer>();
        for (int i = 0; i < key.size(); i++) {
            members.put(key.get(i), row.get(i));
        }
        return members;
    }

    private static boolean accepts(JsonNode filter, List<String> key, List<Integer> row) {
        String name = filter.fieldNames().next();
        JsonNode value = filter.get(name);
        if (name.equals("_or") || name.equals("_and")) {
            boolean any = false;
            boolean all = true;
            for (JsonNode each : value) {
                boolean accepted = accepts(each, key, row);
                any |= accepted;
                all &= accepted;
            }
            return name.equals("_or") ? any : all;
        }
        int actual = row.get(key.indexOf(name));
        return value.has("_gt") ? actual > value.get("_gt").asInt() : actual == value.get("_eq").asInt();
    }

    private static PullPlan plan(Optional<String> filter) {
        return PullFixture.plan("orderLine", List.of("orderNo", "lineNo"), filter,
                new Column("orderNo", "Int", Companion.NONE), new Column("lineNo", "Int", Companion.NONE),
                new Column("kind", "Int", Companion.ENUM), new Column("at", "Int", Companion.TIME),
                new Column("changedTimestamp", "DateTime", Companion.NONE));
    }
}
