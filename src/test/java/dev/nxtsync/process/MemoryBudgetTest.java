package dev.nxtsync.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    private final MemoryBudget budget = MemoryBudget.ofHeap(Integer.MAX_VALUE, 1_000);

    @Test
    void asMuchAsThereIsCanBeTakenAndNotAByteMore() {
        assertThat(budget.size()).isEqualTo(1_000);
        assertThat(budget.take(1_001)).isFalse();
        assertThat(budget.take(999)).isTrue();
        assertThat(budget.take(2)).isFalse();
        assertThat(budget.take(1)).as("a refusal takes nothing").isTrue();
        assertThat(budget.take(0)).isTrue();
        assertThat(budget.take(1)).isFalse();
        budget.giveBack(1_000);
        assertThat(budget.take(1_000)).isTrue();
    }

    @Test
    void aPartOfTheHeapIsNotLessThanTheLeast() {
        assertThat(MemoryBudget.ofHeap(4, 1).size()).isEqualTo(Runtime.getRuntime().maxMemory() / 4);
        assertThat(MemoryBudget.ofHeap(4, Long.MAX_VALUE).size()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void thoseWhoAskTogetherNeverHaveMoreThanThereIs() throws Exception {
        var held = new AtomicLong();
        var most = new AtomicLong();
        Callable<Boolean> asking = () -> {
            for (int i = 0; i < 10_000; i++) {
                if (budget.take(300)) {
                    most.accumulateAndGet(held.addAndGet(300), Math::max);
                    held.addAndGet(-300);
                    budget.giveBack(300);
                }
            }
            return true;
        };
        var threads = Executors.newFixedThreadPool(8);
        try {
            for (var each : threads.invokeAll(IntStream.range(0, 8).mapToObj(i -> asking).toList())) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(most.get()).isBetween(300L, 900L);
        assertThat(budget.take(1_000)).as("all is given back").isTrue();
    }
}
