package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;

class WriteBehindTest {
    private static final int NONE = Integer.MIN_VALUE;

    private final List<Integer> written = new CopyOnWriteArrayList<>();
    private final List<Integer> together = new CopyOnWriteArrayList<>();
    private final List<Integer> ended = new CopyOnWriteArrayList<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch gate = new CountDownLatch(1);

    @Test
    void pagesAreWrittenInTheirOrderAndThoseThatWaitTogether() throws SQLException {
        try (var writes = writes(NONE)) {
            for (int page = 0; page < 10; page++) {
                writes.write(page);
            }
            gate.countDown();
            writes.finish();
            assertThat(written).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
            assertThat(ended).isEqualTo(written);
            assertThat(together.stream().mapToInt(Integer::intValue).sum()).isEqualTo(10);
            assertThat(together).as("whoever reads has waited for none").anyMatch(count -> count > 1);
        }
    }

    @Test
    void afterAPageThatFailedNoneIsWrittenWhoeverWasToldAndEachIsSaidToBeNeededNoMore() throws Exception {
        var writes = writes(0);
        for (int page = 0; page < 5; page++) {
            writes.write(page);
        }
        gate.countDown();
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(writes::finish).isInstanceOf(SQLException.class).hasMessage("refused");
            assertThatThrownBy(() -> writes.write(5)).hasMessage("refused");
        }
        writes.close();
        assertThat(written).isEmpty();
        assertThat(ended).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void whatWasHandedInIsWrittenBeforeTheEndAndNothingBehindIt() throws SQLException {
        gate.countDown();
        for (int round = 0; round < 200; round++) {
            var writes = writes(NONE);
            writes.write(round);
            writes.write(-round);
            writes.close();
            assertThat(written).hasSize(2 * round + 2);
            assertThat(ended).isEqualTo(written);
            assertThatThrownBy(() -> writes.write(7)).isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void whoeverIsInterruptedLeavesOnlyWhatIsBeingWritten() throws Exception {
        var writes = writes(NONE);
        writes.write(0);
        begun.await();
        for (int page = 1; page < 5; page++) {
            writes.write(page);
        }
        Thread.currentThread().interrupt();
        assertThatThrownBy(writes::finish).hasMessageContaining("interrupted");
        writes.close();
        assertThat(Thread.interrupted()).as("whoever called learns of it").isTrue();
        assertThatThrownBy(() -> writes.write(5)).hasMessageContaining("interrupted");
        assertThat(ended).as("it is still needed").doesNotContain(0);
        gate.countDown();
        await().until(() -> ended.size() == 5);
        assertThat(ended).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
        assertThat(written).containsExactly(0);
    }

    /** @param failing a page that cannot be written */
    private WriteBehind<Integer> writes(int failing) {
        return new WriteBehind<>(new WriteBehind.PageSink<>() {
            @Override
            public int together(List<Integer> waiting) {
                return Math.min(3, waiting.size());
            }

            @Override
            public void write(List<Integer> pages) throws SQLException {
                begun.countDown();
                try {
                    gate.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                if (pages.contains(failing)) {
                    throw new SQLException("refused");
                }
                together.add(pages.size());
                written.addAll(new ArrayList<>(pages));
            }

            @Override
            public void ended(Integer page) {
                ended.add(page);
            }
        }, new FirstFault());
    }
}
