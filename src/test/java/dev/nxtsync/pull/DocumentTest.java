package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.tenant.Tenant;

class DocumentTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void aDocumentHasNamesOnlyAndEveryValueIsAVariable() {
        var plan = plan(Optional.of("{\"customerNo\":{\"_gt\":0}}"));
        var after = Filters.after(plan.key(), Filters.parse("{\"orderNo\":12,\"lineNo\":3}"));
        var page = Document.DocumentPart.page("t0", plan, plan.mapping().fields(), List.of(after), plan.key(), 500);
        var question = Document.of("load", Tenant.company(7), true, List.of(page.counting(), Document.top(plan)));
        assertThat(question.document()).isEqualTo(
                """
                        query load($owner: Int!, $n0: Int, $f0: FilterExpression_OrderLine, $n1: Int, $f1: FilterExpression_OrderLine) \
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
        assertThat(question.tenant()).contains(Tenant.company(7));
        assertThat(Document.of("load", Tenant.company(7), true, List.of(Document.DocumentPart.page("t0",
                plan(Optional.empty()), plan.mapping().fields(), List.of(), plan.key(), 1))).document())
                .doesNotContain("filter");
    }

    @Test
    void onlyWhatATableTellsOfItsRowsIsAskedFor() {
        var plan = plan(Optional.empty());
        assertThat(Document.census(plan)).extracting(Document.DocumentPart::alias, Document.DocumentPart::counts)
                .containsExactly(tuple("all", true), tuple("top", false));
        var table = plan.table();
        var uncounted = new PullPlan(plan.pull(), plan.cadence(), new Table(table.name(), table.rowType(),
                table.scope(), table.columns(), table.joins(), table.filters(), false), plan.key(), plan.mapping());
        assertThat(Document.census(uncounted)).extracting(Document.DocumentPart::alias).containsExactly("top");
        assertThat(Document.of("load", Tenant.company(7), true, Document.census(uncounted)).document())
                .doesNotContain("totalCount");
    }

    @Test
    void aFilterThatTheSchemaDoesNotKnowIsNamedWithWhatItKnows() {
        var known = Map.of("orderNo", Set.of("_eq", "_gt"), "name", Set.of("_like"));
        assertThat(Filters.flaw("{\"_and\":[{\"orderNo\":{\"_gt\":0}},{\"name\":{\"_like\":\"a%\"}}]}", known))
                .isEmpty();
        assertThat(Filters.flaw("{\"orderno\":{\"_gt\":0}}", known))
                .contains("names orderno, but the table cannot be filtered by it; did you mean orderNo?");
        assertThat(Filters.flaw("{\"_or\":[{\"orderNo\":{\"_like\":0}}]}", known))
                .hasValueSatisfying(flaw -> assertThat(flaw).startsWith("uses _like on orderNo, which has only "));
        assertThat(Filters.flaw("[1]", known))
                .hasValueSatisfying(flaw -> assertThat(flaw).contains("not a JSON object"));
        assertThat(Filters.flaw("{\"whatever\":{\"_gt\":0}}", Map.of())).as("the schema does not tell").isEmpty();
    }

    /**
     * For any composite key of mixed types with ties, walking by pages sees every row once and in order, whatever the page
     * size; also while rows behind the cursor come and go.
     */
    @Test
    void walkingByKeysetSeesEveryRowOnce() {
        for (int seed = 0; seed < 1000; seed++) {
            var random = new Random(seed);
            var types = random.ints(1 + random.nextInt(4), 0, 4).boxed().toList();
            var key = new ArrayList<String>();
            for (int i = 0; i < types.size(); i++) {
                key.add("k" + i);
            }
            var rows = new TreeSet<List<Object>>(DocumentTest::compare);
            for (int i = 0; i < 60; i++) {
                rows.add(key(types, random));
            }
            var expected = List.copyOf(rows);
            int size = 1 + random.nextInt(10);
            var seen = new ArrayList<List<Object>>();
            JsonNode last = null;
            while (true) {
                JsonNode filter = last == null ? null : Filters.after(key, last);
                var page = rows.stream().filter(row -> filter == null || accepts(filter, key, row)).limit(size)
                        .toList();
                if (page.isEmpty()) {
                    break;
                }
                seen.addAll(page);
                var end = page.get(page.size() - 1);
                last = Filters.parse(JSON.valueToTree(members(key, end)).toString());
                // an offset would now skip or repeat
                rows.remove(page.get(0));
                var added = key(types, random);
                if (compare(added, end) < 0) {
                    rows.add(added);
                }
            }
            assertThat(seen).as("seed " + seed).isEqualTo(expected);
        }
    }

    /** A question for some keys finds these rows and no others. */
    @Test
    void askingForKeysFindsTheseRowsAndNoOthers() {
        for (int seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            var types = random.ints(1 + random.nextInt(3), 0, 4).boxed().toList();
            var key = IntStream.range(0, types.size()).mapToObj(i -> "k" + i).toList();
            var rows = new TreeSet<List<Object>>(DocumentTest::compare);
            Stream.generate(() -> key(types, random)).limit(50).forEach(rows::add);
            var wanted = rows.stream().filter(row -> random.nextInt(4) == 0).toList();
            if (!wanted.isEmpty()) {
                JsonNode filter = Filters.anyOf(key,
                        wanted.stream()
                                .map(row -> (ObjectNode) Filters.parse(JSON.valueToTree(members(key, row)).toString()))
                                .toList());
                assertThat(rows.stream().filter(row -> accepts(filter, key, row)).toList())
                        .containsExactlyElementsOf(wanted);
            }
        }
    }

    private static List<Object> key(List<Integer> types, Random random) {
        return types.stream().<Object>map(type -> switch (type) {
            case 0 -> random.nextInt(4) - 1;
            case 1 -> List.of("", "a", "A ", "å", "\ud83d\ude00", "\"\\").get(random.nextInt(6));
            case 2 -> new BigDecimal(random.nextInt(3)).movePointLeft(random.nextInt(3));
            default -> "2026-01-01 00:00:00.000000" + random.nextInt(3);
        }).toList();
    }

    private static int compare(List<Object> a, List<Object> b) {
        for (int i = 0; i < a.size(); i++) {
            int order = compare(a.get(i), b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static int compare(Object a, Object b) {
        return a instanceof String || b instanceof String
                ? a.toString().compareTo(b.toString())
                : new BigDecimal(a.toString()).compareTo(new BigDecimal(b.toString()));
    }

    private static Map<String, Object> members(List<String> key, List<Object> row) {
        var members = new LinkedHashMap<String, Object>();
        for (int i = 0; i < key.size(); i++) {
            members.put(key.get(i), row.get(i));
        }
        return members;
    }

    private static boolean accepts(JsonNode filter, List<String> key, List<Object> row) {
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
        Object actual = row.get(key.indexOf(name));
        if (value.has("_in")) {
            boolean any = false;
            for (JsonNode each : value.get("_in")) {
                any |= compare(actual, each.asText()) == 0
                        || (each.isNumber() && compare(actual, each.decimalValue()) == 0);
            }
            return any;
        }
        JsonNode operand = value.elements().next();
        int order = compare(actual, operand.isNumber() ? operand.decimalValue() : operand.asText());
        return value.has("_gt") ? order > 0 : order == 0;
    }

    private static PullPlan plan(Optional<String> filter) {
        return PullFixture.plan("orderLine", List.of("orderNo", "lineNo"), filter,
                new Column("orderNo", "Int", Companion.NONE), new Column("lineNo", "Int", Companion.NONE),
                new Column("kind", "Int", Companion.ENUM), new Column("at", "Int", Companion.TIME),
                new Column("changedTimestamp", "DateTime", Companion.NONE));
    }
}
