package dev.nxtsync.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.nxtsync.process.MemoryBudget;
import dev.nxtsync.push.outbox.OutboxReader.SizedRow;

class AdmittedRowsTest {
    private static final int MEGABYTE = 1 << 20;
    /** Half a megabyte of payload together, and two for one that is larger. */
    private final PayloadMemory memory = new PayloadMemory(MemoryBudget.ofHeap(Integer.MAX_VALUE, 10 * MEGABYTE),
            MEGABYTE * 5 / 2);

    @Test
    void aRowThatNeverFitsIsTooLargeAndAllButItsGroupGoOn() {
        try (var admitted = of(row(1, "a", 3 * MEGABYTE), row(2, "a", 10), row(3, "b", 10), row(4, null, 10))) {
            assertThat(admitted.tooLarge()).extracting(SizedRow::id).containsExactly(1L);
            assertThat(admitted.ids()).containsExactly(3L, 4L);
            assertThat(admitted.waits()).isFalse();
        }
    }

    @Test
    void ofTwoLargeRowsTheSecondWaitsForTheFirstAndSmallOnesForNeither() {
        try (var first = of(row(1, "a", 3 * MEGABYTE / 2), row(2, "b", 10))) {
            assertThat(first.ids()).as("by itself").containsExactly(1L);
            try (var second = of(row(5, "c", 3 * MEGABYTE / 2), row(6, "c", 10), row(7, "d", 10), row(8, null, 10))) {
                assertThat(second.ids()).containsExactly(7L, 8L);
                assertThat(second.waits()).isTrue();
                assertThat(second.tooLarge()).isEmpty();
            }
        }
        try (var second = of(row(5, "c", 3 * MEGABYTE / 2), row(6, "c", 10))) {
            assertThat(second.ids()).containsExactly(5L);
        }
    }

    @Test
    void whatIsNeededIsSaid() {
        assertThat(memory.tooLarge(10_000_000, 10_000_000)).contains("10000000 bytes")
                .contains("it needs a heap of 191 MB");
    }

    static Stream<Integer> seeds() {
        return IntStream.range(0, 200).boxed();
    }

    /** Whatever the sizes, until all are worked on: order of groups, and no more memory than there is. */
    @ParameterizedTest
    @MethodSource("seeds")
    void everyRowHasItsTurnInTheOrderOfItsGroupWithinTheMemory(int seed) {
        var random = new Random(seed);
        var left = new ArrayList<SizedRow>();
        for (int id = 1; id <= 80; id++) {
            left.add(row(id, random.nextInt(3) == 0 ? null : "g" + random.nextInt(5),
                    random.nextInt(random.nextInt(4) == 0 ? 2 * MEGABYTE + 100 : MEGABYTE / 4)));
        }
        Map<String, Long> last = new HashMap<>();
        var open = new ArrayList<AdmittedRows>();
        int rounds = 0;
        while (!left.isEmpty()) {
            assertThat(rounds++).isLessThan(1_000);
            var admitted = AdmittedRows.take(left, memory, MEGABYTE);
            var taken = new ArrayList<>(admitted.rows());
            taken.addAll(admitted.tooLarge());
            assertThat(admitted.rows().size() < 2
                    || admitted.rows().stream().mapToInt(SizedRow::bytes).sum() <= MEGABYTE / 2).isTrue();
            assertThat(admitted.tooLarge()).allMatch(row -> row.bytes() > 2 * MEGABYTE);
            for (SizedRow row : taken) {
                row.group().ifPresent(group -> {
                    Long before = last.put(group, row.id());
                    assertThat(before == null || before < row.id()).isTrue();
                });
            }
            left.removeAll(taken);
            open.add(admitted);
            long large = open.stream().filter(each -> each.rows().size() == 1).map(each -> each.rows().get(0).bytes())
                    .filter(bytes -> bytes > MEGABYTE / 2).mapToLong(bytes -> bytes).sum();
            assertThat(large).isLessThanOrEqualTo(2 * MEGABYTE);
            if (open.size() > 3 || taken.isEmpty()) {
                open.remove(random.nextInt(open.size())).close();
            }
        }
        open.forEach(AdmittedRows::close);
        assertThat(memory.take(2 * MEGABYTE)).as("all was given back").isTrue();
    }

    private AdmittedRows of(SizedRow... rows) {
        return AdmittedRows.take(List.of(rows), memory, 14 * MEGABYTE);
    }

    private static SizedRow row(long id, String group, int bytes) {
        return new SizedRow(id, Optional.ofNullable(group), bytes);
    }
}
