package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.graphql.Filters;
import dev.nxtsync.pull.state.KeyRange;
import dev.nxtsync.pull.state.KeyRanges;

/** Where parts of a walk are split, and that they are always the whole walk. */
class KeySplitTest {
    private static final List<String> KEY = List.of("a", "b");

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            // evenly, by the first column that differs
            "{\"a\":10,\"b\":7} | {\"a\":40,\"b\":1} | 3 | {\"a\":20} {\"a\":30}",
            "{\"a\":10,\"b\":7} | {\"a\":10,\"b\":9} | 2 | {\"a\":10,\"b\":8}",
            // never at what has been read, and at each number once
            "{\"a\":10,\"b\":7} | {\"a\":11,\"b\":1} | 5 | {\"a\":11}",
            "{\"a\":-3,\"b\":7} | {\"a\":3,\"b\":1} | 2 | {\"a\":0}",
            "{\"a\":1,\"b\":1} | {\"a\":9223372036854775807,\"b\":1} | 2 | {\"a\":4611686018427387904}",
            "{\"a\":\"\u00c5\",\"b\":1} | {\"a\":\"\u00c5\",\"b\":3} | 2 | {\"a\":\"\\u00C5\",\"b\":2}",
            // there is no number between, or too many
            "{\"a\":-9223372036854775808,\"b\":1} | {\"a\":9223372036854775807,\"b\":1} | 2 | ''",
            "{\"a\":1,\"b\":1} | {\"a\":92233720368547758070,\"b\":1} | 2 | ''",
            "{\"a\":\"x\",\"b\":7} | {\"a\":\"y\",\"b\":7} | 3 | ''",
            "{\"a\":1.5,\"b\":7} | {\"a\":9,\"b\":7} | 3 | ''", "{\"a\":9,\"b\":7} | {\"a\":1,\"b\":7} | 3 | ''",
            "{\"a\":9,\"b\":7} | {\"a\":9,\"b\":7} | 3 | ''"})
    void itIsSplitWhereNumbersOfTheFirstColumnThatDiffersLie(String first, String last, int parts, String bounds) {
        assertThat(KeySplit.between(KEY, Filters.parse(first), Filters.parse(last), parts))
                .containsExactlyElementsOf(bounds.isEmpty() ? List.of() : List.of(bounds.split(" ")));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void whateverIsReadFirstAndSplitWhereEachRowIsReadOnce(int seed) {
        var random = new Random(seed);
        for (int round = 0; round < 30; round++) {
            var table = new WalkedTable(random);
            while (!table.ranges.isDone()) {
                table.step(random);
                // whoever knows of no parts goes on here, and nothing is lost or counted twice
                int behind = table.ranges.cursor().map(table::upTo).orElse(0);
                assertThat(table.ranges.rowsToCursor()).isEqualTo(behind);
                assertThat(table.rows.stream().limit(behind)).allMatch(row -> table.read.get(row) == 1);
            }
            assertThat(table.read).hasSize(table.rows.size())
                    .allSatisfy((row, times) -> assertThat(times).isEqualTo(1));
            assertThat(table.ranges.rows()).isEqualTo(table.rows.size());
        }
    }

    /** A table of some pages, a walk through it, and the requests that are under way. */
    private static final class WalkedTable {
        final List<List<Integer>> rows;
        final Map<List<Integer>, Integer> read = new HashMap<>();
        final int page;
        KeyRanges ranges = KeyRanges.whole(Optional.empty(), 0);
        private final List<KeyRange> underWay = new ArrayList<>();

        WalkedTable(Random random) {
            int width = 1 + random.nextInt(random.nextBoolean() ? 3 : 1_000_000);
            var keys = new TreeSet<List<Integer>>((one, other) -> one.get(0).equals(other.get(0))
                    ? one.get(1).compareTo(other.get(1))
                    : one.get(0).compareTo(other.get(0)));
            IntStream.range(0, random.nextInt(200))
                    .forEach(i -> keys.add(List.of(random.nextInt(width), random.nextInt(20))));
            rows = List.copyOf(keys);
            page = 1 + random.nextInt(15);
        }

        /** A part is asked for, or an answer comes. */
        void step(Random random) {
            var free = ranges.left().stream().filter(each -> !underWay.contains(each)).toList();
            if (!free.isEmpty() && (underWay.isEmpty() || random.nextBoolean())) {
                underWay.add(free.get(random.nextInt(free.size())));
                return;
            }
            KeyRange range = underWay.remove(random.nextInt(underWay.size()));
            var left = rows.stream().filter(row -> isIn(range, row)).toList();
            var some = left.stream().limit(page).toList();
            some.forEach(row -> read.merge(row, 1, Integer::sum));
            KeyRange after = range.after(
                    some.isEmpty() ? Optional.empty() : Optional.of(json(some.get(some.size() - 1))), some.size(),
                    left.size() <= page);
            ranges = ranges.with(after);
            if (!after.done() && random.nextInt(3) > 0) {
                var rest = left.subList(some.size(), left.size());
                ranges = ranges.split(after,
                        random.nextBoolean()
                                ? KeySplit.between(KEY, Filters.parse(after.cursor().orElseThrow()),
                                        Filters.parse(json(rest.get(rest.size() - 1))), 1 + random.nextInt(6))
                                // by its place
                                : List.of(json(rest.get(random.nextInt(rest.size())))));
            }
            var numbers = ranges.all().stream().map(KeyRange::number).toList();
            assertThat(numbers).doesNotHaveDuplicates();
        }

        int upTo(String cursor) {
            return rows.indexOf(
                    List.of(Filters.parse(cursor).get("a").intValue(), Filters.parse(cursor).get("b").intValue())) + 1;
        }

        private static boolean isIn(KeyRange range, List<Integer> row) {
            return TableWalk.filters(KEY, range).stream().allMatch(filter -> accepts(filter, row));
        }

        private static String json(List<Integer> row) {
            return "{\"a\":" + row.get(0) + ",\"b\":" + row.get(1) + "}";
        }

        private static boolean accepts(JsonNode filter, List<Integer> row) {
            return filter.properties().stream().allMatch(each -> switch (each.getKey()) {
                case "_and" -> nodes(each.getValue()).stream().allMatch(inner -> accepts(inner, row));
                case "_or" -> nodes(each.getValue()).stream().anyMatch(inner -> accepts(inner, row));
                default -> test(each.getValue(), row.get(each.getKey().equals("a") ? 0 : 1));
            });
        }

        private static boolean test(JsonNode comparison, int value) {
            var test = comparison.properties().iterator().next();
            int operand = test.getValue().intValue();
            return switch (test.getKey()) {
                case "_eq" -> value == operand;
                case "_gt" -> value > operand;
                case "_gte" -> value >= operand;
                case "_lt" -> value < operand;
                default -> throw new IllegalArgumentException(test.getKey());
            };
        }

        private static List<JsonNode> nodes(JsonNode list) {
            var nodes = new ArrayList<JsonNode>();
            list.forEach(nodes::add);
            return nodes;
        }
    }

    @Test
    void partsThatAreKeptAreAWalkInWhicheverOrderTheyComeAndOnlyIfNoneIsLacking() {
        var ranges = KeyRanges.whole(Optional.of("{\"a\":1}"), 3);
        ranges = ranges.split(ranges.all().get(0), List.of("{\"a\":5}", "{\"a\":9}"));
        ranges = ranges.split(ranges.all().get(1), List.of("{\"a\":7}"));
        var kept = new ArrayList<>(ranges.all());
        Collections.shuffle(kept, new Random(1));
        assertThat(KeyRanges.of(kept)).contains(ranges);
        for (KeyRange lacking : ranges.all()) {
            assertThat(KeyRanges.of(ranges.all().stream().filter(each -> !each.equals(lacking)).toList())).isEmpty();
        }
        assertThat(KeyRanges.of(List.of())).isEmpty();
    }
}
