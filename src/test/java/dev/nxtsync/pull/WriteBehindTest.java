package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;

class WriteBehindTest {
    private final List<Integer> written = new CopyOnWriteArrayList<>();
    private final List<Integer> together = new CopyOnWriteArrayList<>();
    private final CountDownLatch gate = new CountDownLatch(1);

    @Test
    void pagesAreWrittenInTheirOrderAndThoseThatWaitTogether() throws SQLException {
        try (var writes = new WriteBehind<Integer>(this::write)) {
            for (int page = 0; page < 10; page++) {
                writes.write(page);
            }
            gate.countDown();
            writes.finish();
            assertThat(written).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
            assertThat(together.stream().mapToInt(Integer::intValue).sum()).isEqualTo(10);
            assertThat(together).as("whoever reads has waited for none").anyMatch(count -> count > 1);
        }
    }

    @Test
    void afterAPageThatFailedNoneIsWrittenAndWhoeverWaitsIsToldOnce() {
        gate.countDown();
        var writes = new WriteBehind<Integer>(waiting -> {
            if (waiting.get(0) == 2) {
                throw new SQLException("refused");
            }
            written.add(waiting.get(0));
            return 1;
        });
        assertThatThrownBy(() -> {
            for (int page = 0; page < 10; page++) {
                writes.write(page);
            }
            writes.finish();
        }).isInstanceOf(SQLException.class).hasMessage("refused");
        assertThat(written).containsExactly(0, 1);
        writes.close();
        assertThat(written).containsExactly(0, 1);
    }

    @Test
    void whatWasHandedInIsWrittenBeforeTheEnd() throws SQLException {
        var pages = new ArrayList<Integer>();
        for (int round = 0; round < 200; round++) {
            try (var writes = new WriteBehind<Integer>(waiting -> {
                pages.addAll(waiting);
                return waiting.size();
            })) {
                writes.write(round);
                writes.write(-round);
            }
            assertThat(pages).hasSize(2 * round + 2);
        }
    }

    private int write(List<Integer> waiting) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        var some = waiting.subList(0, Math.min(3, waiting.size()));
        together.add(some.size());
        written.addAll(some);
        return some.size();
    }
}
