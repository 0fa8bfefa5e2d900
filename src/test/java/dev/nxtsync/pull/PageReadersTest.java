package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.pull.plan.PullPlan;

@Timeout(30)
class PageReadersTest {
    private static final PullPlan PLAN = PullFixture.plan("text", List.of("textNo"), Optional.empty(),
            new Column("textNo", "Int", Companion.NONE));

    private final PageMemory memory = new PageMemory();

    @Test
    void aRunHasAsManyPagesAsItMayAndTheMemoryOfThemIsFreeAfterIt() throws SQLException {
        int free = free();
        for (int run = 0; run < 100; run++) {
            try (var readers = readers(4)) {
                var taken = List.of(readers.take(), readers.take(), readers.take(), readers.take());
                assertThat(free()).isEqualTo(free - 3);
                taken.forEach(readers::giveBack);
            }
            assertThat(free()).isEqualTo(free);
        }
    }

    @Test
    void theMemoryOfAPageThatIsStillUsedAfterTheRunIsFreeOnceItIsNot() throws SQLException {
        int free = free();
        var readers = readers(4);
        var taken = List.of(readers.take(), readers.take(), readers.take());
        readers.giveBack(taken.get(1));
        readers.close();
        assertThat(free()).isEqualTo(free - 2);
        readers.giveBack(taken.get(0));
        assertThat(free()).isEqualTo(free - 1);
        readers.giveBack(taken.get(2));
        assertThat(free()).isEqualTo(free);
        assertThatThrownBy(readers::take).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void whereMemoryIsShortARunHasOnePageAndWaitsForIt() throws Exception {
        exhaust();
        var readers = readers(4);
        var only = readers.take();
        var second = waiting(readers);
        readers.giveBack(only);
        assertThat(second.get()).isSameAs(only);
        memory.giveBack();
        assertThat(readers.take()).isNotSameAs(only);
    }

    @Test
    void whoeverWaitsForAPageLearnsThatTheWriteOfItHasFailed() throws Exception {
        exhaust();
        var readers = readers(4);
        var gate = new Semaphore(0);
        var writes = writes(readers, gate);
        writes.write(readers.take());
        var tasks = List.of(waiting(readers), waiting(readers));
        gate.release();
        for (var each : tasks) {
            assertThatThrownBy(each::get).hasRootCauseInstanceOf(SQLException.class).hasRootCauseMessage("refused");
        }
        assertThatThrownBy(readers::take).hasMessage("refused");
    }

    @Test
    void aPageThatWaitsBehindOneThatFailedIsGivenBackToo() throws Exception {
        int free = free();
        var readers = readers(2);
        var gate = new Semaphore(0);
        try (readers; var writes = writes(readers, gate)) {
            writes.write(readers.take());
            writes.write(readers.take());
            var third = waiting(readers);
            gate.release();
            assertThatThrownBy(third::get).hasRootCauseMessage("refused");
        }
        await().until(() -> free() == free);
    }

    @Test
    void whenARunIsInterruptedTheMemoryOfItsPagesIsCountedUntilTheLastIsWritten() throws Exception {
        int free = free();
        var gate = new Semaphore(0);
        var readers = readers(4);
        try (readers; var writes = writes(readers, gate)) {
            for (int page = 0; page < 4; page++) {
                writes.write(readers.take());
            }
            await().until(gate::hasQueuedThreads);
            Thread.currentThread().interrupt();
        }
        assertThat(Thread.interrupted()).isTrue();
        assertThat(free()).isEqualTo(free - 3);
        gate.release();
        await().until(() -> free() == free);
    }

    private PageReaders readers(int most) {
        return new PageReaders(() -> new PageReader(PLAN.mapping(), PLAN.key(), PLAN.key(), Set.of()), memory, most);
    }

    /** Each write waits, and fails. */
    private static WriteBehind<PageReader> writes(PageReaders readers, Semaphore gate) {
        return new WriteBehind<>(new WriteBehind.PageSink<>() {
            @Override
            public void write(List<PageReader> pages) throws SQLException {
                gate.acquireUninterruptibly();
                throw new SQLException("refused");
            }

            @Override
            public void ended(PageReader page) {
                readers.giveBack(page);
            }
        }, readers.fault());
    }

    /** Somebody who already waits. */
    private static FutureTask<PageReader> waiting(PageReaders readers) {
        var task = new FutureTask<>(readers::take);
        var thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        await().until(() -> thread.getState() == Thread.State.WAITING);
        return task;
    }

    private void exhaust() {
        assertThat(Stream.generate(memory::take).takeWhile(taken -> taken).count()).isGreaterThan(3);
    }

    private int free() {
        var taken = new ArrayList<Boolean>();
        while (memory.take()) {
            taken.add(true);
        }
        taken.forEach(each -> memory.giveBack());
        return taken.size();
    }
}
