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

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.nxtsync.config.Settings.Operation;
import dev.nxtsync.push.Preparation.PreparedRow;
import dev.nxtsync.push.outbox.MutationKind;
import dev.nxtsync.push.outbox.OutboxRow;

class BatchTest {
    private static final Payload PAYLOAD = ((Payload.SoundPayload) Payload
            .identify(PushFixture.plan(Operation.CREATE, "yourReference"), "k", "{}")).payload();

    static Stream<Integer> seeds() {
        return IntStream.range(0, 300).boxed();
    }

    /** Whatever the rows, until all are sent: the laws that keep order, records and sizes. */
    @ParameterizedTest
    @MethodSource("seeds")
    void everyRowIsSentOnceInTheOrderOfItsGroupAndNoRequestHoldsWhatMustNotGoTogether(int seed) {
        var random = new Random(seed);
        var left = new ArrayList<PreparedRow>();
        for (int id = 1; id <= 60; id++) {
            OutboxRow row = PushFixture
                    .row(id, "k" + id, "x".repeat(random.nextInt(1000)),
                            random.nextInt(4) == 0 ? null : "g" + random.nextInt(6))
                    .about(random.nextInt(5) == 0 ? MutationKind.UPDATE : MutationKind.CREATE, "r" + random.nextInt(40),
                            Optional.empty());
            left.add(new PreparedRow(random.nextInt(6) == 0 ? row.atMost(1 + random.nextInt(5)) : row, PAYLOAD));
        }
        int most = 1 + random.nextInt(20);
        int bytes = 3000 + random.nextInt(12_000);
        boolean onePerGroup = random.nextInt(3) == 0;
        Map<String, Long> last = new HashMap<>();
        int sent = 0;
        while (!left.isEmpty()) {
            List<OutboxRow> batch = Batch.of(left, most, bytes, onePerGroup).stream().map(PreparedRow::row).toList();
            assertThat(batch).isNotEmpty().hasSizeLessThanOrEqualTo(most).startsWith(left.get(0).row());
            assertThat(batch.stream().map(row -> row.record().orElseThrow())).doesNotHaveDuplicates();
            assertThat(batch).allMatch(row -> row.act().equals(batch.get(0).act()));
            assertThat(batch).allMatch(row -> batch.size() <= row.atMost().orElse(most));
            long size = left.stream().filter(each -> batch.contains(each.row())).mapToInt(PreparedRow::bytes).sum();
            assertThat(batch.size() == 1 || size <= bytes).isTrue();
            if (onePerGroup) {
                assertThat(batch.stream().flatMap(row -> row.group().stream())).doesNotHaveDuplicates();
            }
            for (OutboxRow row : batch) {
                row.group().ifPresent(group -> {
                    Long before = last.put(group, row.id());
                    assertThat(before == null || before < row.id()).isTrue();
                });
            }
            left.removeIf(each -> batch.contains(each.row()));
            sent += batch.size();
        }
        assertThat(sent).isEqualTo(60);
    }
}
