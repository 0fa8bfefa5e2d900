package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.nxtsync.config.Cadence;
import dev.nxtsync.config.Settings;
import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.graphql.schema.Scope;
import dev.nxtsync.graphql.schema.Table;

class PageQueryTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void aDocumentHasNamesOnlyAndEveryValueIsAVariable() throws Exception {
        var plan = plan(Optional.of("{\"customerNo\":{\"_gt\":0}}"));
        var question = PageQuery.of(plan, 7, Optional.of("{\"orderNo\":12,\"lineNo\":3}"), 500);
        assertThat(question.document())
                .isEqualTo("query pull_orderLine($owner: Int, $rows: Int, $filter: FilterExpression_OrderLine) "
                        + "{ useCompany(no: $owner) { orderLine(first: $rows, filter: $filter, orderBy: [{orderNo: ASC}, {lineNo: ASC}]) "
                        + "{ pageInfo { hasNextPage } items { orderNo lineNo kind kindAsEnum atAsTime changedTimestamp } } } }");
        assertThat(JSON.valueToTree(question.variables()).toString())
                .isEqualTo("{\"owner\":7,\"rows\":500,\"filter\":{\"_and\":[{\"customerNo\":{\"_gt\":0}},"
                        + "{\"_or\":[{\"orderNo\":{\"_gt\":12}},{\"_and\":[{\"orderNo\":{\"_eq\":12}},{\"lineNo\":{\"_gt\":3}}]}]}]}}");
        assertThat(question.rows()).containsExactly("data", "useCompany", "orderLine", "items");
        assertThat(PageQuery.of(plan(Optional.empty()), 7, Optional.empty(), 1).document()).doesNotContain("filter");
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
                JsonNode filter = last == null ? null : PageQuery.after(key, last);
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

    private static PullPlan plan(Optional<String> filter) throws Exception {
        var columns = new LinkedHashMap<String, Column>();
        for (Column column : List.of(new Column("orderNo", "Int", Companion.NONE),
                new Column("lineNo", "Int", Companion.NONE),
                new Column("kind", "Int", Companion.ENUM), new Column("at", "Int", Companion.TIME),
                new Column("changedTimestamp", "DateTime", Companion.NONE))) {
            columns.put(column.name(), column);
        }
        var table = new Table("orderLine", "OrderLine", Scope.COMPANY, columns);
        var pull = new Settings.Pull("lines", "orderLine", List.of("orderNo", "lineNo"), "main", List.of(),
                List.of(), List.of(), filter,
                Optional.empty(), Optional.empty(), 1000, Optional.empty());
        var mapping = TableMapping.of(pull, table, List.of("orderNo", "lineNo"), "nxt");
        return new PullPlan(pull, new Cadence.Every(java.time.Duration.ofMinutes(5)), table,
                List.of("orderNo", "lineNo"), mapping);
    }
}
