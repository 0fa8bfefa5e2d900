package dev.nxtsync.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.support.Listening;

class ThreadsTest {
    private final MeterRegistry metrics = new SimpleMeterRegistry();
    private final Threads threads = new Threads(Clock.systemUTC(), metrics);

    @Test
    void aLoopGoesOnWhateverIsThrownAndCountsWhatShouldNotHappen() throws Exception {
        var turns = new AtomicInteger();
        var loop = threads.loop("any", Duration.ofMillis(1), () -> {
            switch (turns.incrementAndGet()) {
                case 1 -> throw new IllegalStateException("a fault of ours");
                case 2 -> throw new StackOverflowError();
                case 3 -> throw new NoClassDefFoundError("a jar that is broken");
                case 4 -> throw new java.sql.SQLException("that nobody has caught");
                case 5 -> throw new dev.nxtsync.error.ShuttingDown();
                default -> {
                }
            }
        });
        await().until(() -> turns.get() > 6);
        assertThat(failures("any")).isEqualTo(4);
        assertThat(threads.faults()).isEmpty();
        loop.stop(Duration.ofSeconds(5));
        int then = turns.get();
        assertThat(threads.faults()).as("it was to end").isEmpty();
        assertThat(turns.get()).isEqualTo(then);
    }

    @Test
    void theLogIsToldOfEachPlaceThatFailsAndNotOfEachTimeThatItDoes() {
        try (var log = Listening.to(Threads.class)) {
            for (int i = 0; i < 100; i++) {
                threads.failed("any", new IllegalStateException("one"), "A thing");
            }
            threads.failed("any", new IllegalStateException("other"), "A thing");
            assertThat(log.heard()).hasSize(2);
            assertThat(log.heard().get(1)).contains("other");
        }
        assertThat(failures("any")).isEqualTo(101);
    }

    @Test
    void whatIsDoneNowAndThenIsDoneAtOnceWhenSomebodySaysSo() {
        var turns = new AtomicInteger();
        threads.repeat("any", Duration.ofHours(1), turns::incrementAndGet);
        for (int i = 1; i <= 3; i++) {
            int before = i;
            await().until(() -> turns.get() == before);
            threads.soon();
        }
        await().until(() -> turns.get() == 4);
    }

    @Test
    void aLoopThatIsInterruptedGoesOn() throws Exception {
        var turns = new AtomicInteger();
        var itself = new Thread[1];
        var loop = threads.loop("any", Duration.ofMinutes(10), () -> {
            itself[0] = Thread.currentThread();
            turns.incrementAndGet();
        });
        await().until(() -> turns.get() == 1);
        itself[0].interrupt();
        await().until(() -> turns.get() == 2);
        loop.stop(Duration.ofSeconds(5));
        assertThat(itself[0].isAlive()).isFalse();
    }

    @Test
    void aTimerCarriesOutWhatIsDueAfterAnyThrowableAndCountsIt() {
        var done = new CountDownLatch(1);
        var timer = threads.timer("any", 1);
        var lost = timer.schedule(() -> {
            throw new AssertionError("a fault of ours");
        }, 0, TimeUnit.SECONDS);
        timer.execute(() -> {
            throw new LinkageError("another");
        });
        var next = timer.schedule(done::countDown, 1, TimeUnit.MILLISECONDS);
        await().until(() -> done.getCount() == 0 && failures("any") == 2 && lost.isDone() && next.isDone());
        timer.shutdownNow();
    }

    @Test
    void aPoolHasAllItsThreadsAfterAnyThrowableAndCountsIt() {
        var done = new CountDownLatch(2);
        var pool = threads.pool("any", 2);
        for (int i = 0; i < 4; i++) {
            pool.execute(() -> {
                throw new AssertionError("a fault of ours");
            });
        }
        for (int i = 0; i < 2; i++) {
            pool.execute(() -> {
                done.countDown();
                // both are needed at a time
                awaitQuietly(done);
            });
        }
        await().until(() -> done.getCount() == 0 && failures("any") == 4);
        pool.shutdown();
    }

    @Test
    void memoryThatHasRunOutIsSeenBehindOtherFaultsAndInEachOfItsKinds() {
        assertThat(OutOfMemory.isCauseOf(new OutOfMemoryError("Java heap space"))).isTrue();
        assertThat(OutOfMemory.isCauseOf(new IllegalStateException(
                new java.util.concurrent.ExecutionException(new OutOfMemoryError("Direct buffer memory"))))).isTrue();
        assertThat(OutOfMemory.isCauseOf(new StackOverflowError())).isFalse();
        assertThat(OutOfMemory.isCauseOf(new java.io.IOException("no memory of it"))).isFalse();
        assertThat(OutOfMemory.isCauseOf(null)).isFalse();
        var one = new IllegalStateException("a circle");
        one.initCause(new IllegalArgumentException(one));
        assertThat(OutOfMemory.isCauseOf(one)).isFalse();
    }

    private double failures(String thread) {
        return metrics.counter("nxt_thread_failures", "thread", thread).count();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
