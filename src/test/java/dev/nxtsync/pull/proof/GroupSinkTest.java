package dev.nxtsync.pull.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import com.fasterxml.jackson.core.JsonFactory;

import dev.nxtsync.graphql.schema.Aggregates;
import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.pull.PullFixture;
import dev.nxtsync.pull.target.TargetColumn;

/** Totals as they come, and groups as they are named. */
class GroupSinkTest {
    private static final Aggregates OFFERED = new Aggregates(
            Map.of("count", Map.of("thingNo", "Int", "kind", "Int", "amount", "Int"), "sum",
                    Map.of("thingNo", "Decimal", "kind", "Int", "amount", "Decimal")));
    private static final GroupedTable TABLE = GroupedTable.of(
            PullFixture.plan("thing", List.of("thingNo"), Optional.empty(), column("thingNo", "Int"),
                    column("kind", "Int"), column("amount", "Decimal"), column("name", "String")),
            OFFERED, List.of("kind")).orElseThrow();

    @Test
    void onlyWhatIsAddedUpWithoutALossIsCompared() {
        assertThat(TABLE.counted()).extracting(TargetColumn::name).containsExactly("thing_no", "kind", "amount");
        assertThat(TABLE.summed()).extracting(TargetColumn::name).as("a sum of many does not fit into an Int")
                .containsExactly("thing_no", "amount");
    }

    @ParameterizedTest
    @ValueSource(strings = {"12.50", "\"12.50\"", "1.25e1", "\"12.5\""})
    void aSumIsANumberOrATextWithOne(String sum) throws IOException {
        var totals = read(item("3", "2", sum)).orElseThrow();
        assertThat(totals).containsOnlyKeys(group(Optional.of(3L)));
        assertThat(totals.get(group(Optional.of(3L))))
                .isEqualTo(new Totals(2, Map.of("thing_no", 2L, "kind", 2L, "amount", 2L),
                        Map.of("thing_no", new BigDecimal("12.5"), "amount", new BigDecimal("12.500"))));
    }

    @Test
    void rowsWithoutAValueAreAGroup() throws IOException {
        assertThat(read(item("null", "2", "null")).orElseThrow()).containsOnlyKeys(group(Optional.empty()));
    }

    @ParameterizedTest
    @CsvSource({"'\"x\"', 2, 1", "1.5, 2, 1", "3, null, 1", "3, '\"many\"', 1", "3, 2, '\"x\"'", "3, 2, []",
            "3, 2, 1e999999999", "99999999999999999999, 2, 1"})
    void whatIsNoTotalIsRefused(String kind, String count, String sum) throws IOException {
        assertThat(read(item(kind, count, sum))).isEmpty();
    }

    @Test
    void aGroupThatComesTwiceIsRefused() throws IOException {
        assertThat(read(item("3", "2", "1"), item("3", "2", "1"))).isEmpty();
    }

    @Test
    void aGroupIsNamedAndReadTheSame() {
        for (RowGroup group : List.of(group(Optional.of(-7L)), group(Optional.empty()),
                new RowGroup(List.of("year", "period"), List.of(Optional.of(2026L), Optional.of(11L))))) {
            assertThat(RowGroup.of(group.json())).isEqualTo(group);
        }
        assertThat(group(Optional.of(1L)).json()).isEqualTo("{\"kind\":1}");
    }

    @Test
    void aFilterNamesGroupsAndSqlHasTheSame() {
        var groups = List.of(group(Optional.of(1L)), group(Optional.of(2L)));
        assertThat(RowGroup.filter(List.of("kind"), groups)).map(Object::toString)
                .contains("{\"kind\":{\"_in\":[1,2]}}");
        assertThat(RowGroup.condition("stored", groups)).isEqualTo("((stored.\"kind\") in (values (1), (2)))");
        var withNull = List.of(group(Optional.of(1L)), group(Optional.empty()));
        assertThat(RowGroup.filter(List.of("kind"), withNull)).as("it may have no word for null").isEmpty();
        assertThat(RowGroup.condition("stored", withNull))
                .isEqualTo("((stored.\"kind\") in (values (1)) or (stored.\"kind\" is null))");
    }

    @Test
    void totalsAreKeptAndReadTheSame() {
        var totals = new Totals(2, Map.of("a", 2L, "b", 0L),
                Map.of("a", new BigDecimal("100.00"), "b", BigDecimal.ONE));
        assertThat(Totals.of(totals.json())).isEqualTo(totals);
        assertThat(totals.json()).isEqualTo("{\"rows\":2,\"count\":{\"a\":2},\"sum\":{\"a\":100}}");
        assertThat(totals.differenceFrom(Totals.NONE)).isEqualTo("2 rows in Business NXT, 0 in the target table");
        assertThat(totals.differenceFrom(new Totals(2, Map.of("a", 2L), Map.of("a", new BigDecimal("100.01")))))
                .isEqualTo("a: sum 100 of 2 values in Business NXT, sum 100.01 of 2 values in the target table");
        assertThat(totals.gapTo(totals)).isEqualTo("{\"rows\":0,\"count\":{},\"sum\":{}}");
    }

    @Test
    void rowsAreGroupedSoThatThereAreManyGroupsButNotTooMany() {
        var values = Map.of("year", 5.0, "period", 12.0, "kind", 30.0, "account", 199.0, "order_no", 9_000.0);
        assertThat(TargetTotals.inOrder(columns("kind", "account", "order_no", "unknown"), values))
                .containsExactly(List.of("account"), List.of("kind"), List.of("order_no"));
        assertThat(TargetTotals.inOrder(columns("year", "kind", "period"), values)).first()
                .isEqualTo(List.of("year", "period"));
        assertThat(TargetTotals.inOrder(columns("unknown"), values)).isEmpty();
        assertThat(TargetTotals.inOrder(columns("unknown"), Map.of())).as("an empty table")
                .containsExactly(List.of("unknown"));
    }

    private static List<TargetColumn> columns(String... names) {
        return List.of(names).stream()
                .map(name -> new TargetColumn(name, dev.nxtsync.pull.target.ColumnType.INTEGER, "")).toList();
    }

    private static Column column(String name, String scalar) {
        return new Column(name, scalar, Companion.NONE);
    }

    private static RowGroup group(Optional<Long> kind) {
        return new RowGroup(List.of("kind"), List.of(kind));
    }

    private static String item(String kind, String count, String sum) {
        return """
                {"kind": %s, "aggregates": {"count": {"thingNo": %s, "kind": 2, "amount": 2},
                 "sum": {"thingNo": %s, "amount": %s}}}""".formatted(kind, count, sum, sum);
    }

    private static Optional<Map<RowGroup, Totals>> read(String... items) throws IOException {
        var sink = new GroupSink(TABLE);
        for (String item : items) {
            try (var parser = new JsonFactory().createParser(item)) {
                parser.nextToken();
                sink.row(parser);
            }
        }
        return sink.totals();
    }
}
