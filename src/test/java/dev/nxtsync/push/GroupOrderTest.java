package dev.nxtsync.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Optional;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class GroupOrderTest {

    /** A row by its group, - for none, in capitals if it stays. */
    @ParameterizedTest
    @CsvSource({"aab, aab", "aAa, a", "AaB, ''", "aBbAa, a", "-Ab-, -b-", "A-a-, --", "bAabBb, bb", "abcABCabc, abc",
            "A, ''", "'', ''"})
    void ofEachGroupABeginningGoes(String rows, String gone) {
        var all = rows.chars().mapToObj(each -> (char) each).toList();
        var went = GroupOrder.beginnings(all, GroupOrderTest::group, each -> !Character.isUpperCase(each));
        assertThat(went.stream().map(String::valueOf).reduce("", String::concat)).isEqualTo(gone);
    }

    static Stream<Integer> seeds() {
        return IntStream.range(0, 200).boxed();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void noRowGoesBeforeOneOfItsGroupAndNoneIsKeptBackForAnother(int seed) {
        var random = new Random(seed);
        var rows = IntStream.range(0, 40).boxed().toList();
        var groups = rows.stream()
                .map(row -> random.nextInt(5) == 0 ? Optional.<String>empty() : Optional.of("g" + random.nextInt(6)))
                .toList();
        var staying = rows.stream().filter(row -> random.nextInt(6) == 0).toList();
        Predicate<Integer> goes = row -> !staying.contains(row);
        var gone = GroupOrder.beginnings(rows, groups::get, goes);
        var expected = new ArrayList<Integer>();
        for (int row : rows) {
            boolean isBehind = IntStream.range(0, row).anyMatch(other -> groups.get(row).isPresent()
                    && groups.get(row).equals(groups.get(other)) && staying.contains(other));
            if (!isBehind && goes.test(row)) {
                expected.add(row);
            }
        }
        assertThat(gone).isEqualTo(expected);
    }

    private static Optional<String> group(char row) {
        return row == '-' ? Optional.empty() : Optional.of(String.valueOf(Character.toLowerCase(row)));
    }
}
