package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.pull.plan.PullPlan;

class PageReadersTest {
    private static final PullPlan PLAN = PullFixture.plan("text", List.of("textNo"), Optional.empty(),
            new Column("textNo", "Int", Companion.NONE));

    private final PageMemory memory = new PageMemory();

    @Test
    void aRunHasAsManyPagesAsItMayAndTheMemoryOfThemIsFreeAfterIt() {
        for (int run = 0; run < 100; run++) {
            try (var readers = readers(4)) {
                for (int i = 0; i < 4; i++) {
                    assertThat(readers.take()).isNotNull();
                }
            }
        }
    }

    @Test
    void whereMemoryIsShortARunHasOnePageAndWaitsForIt() throws Exception {
        var others = new ArrayList<PageReaders>();
        while (memory.take()) {
            others.add(readers(1));
        }
        assertThat(others).as("some pages there are").hasSizeGreaterThan(3);
        var readers = readers(4);
        var only = readers.take();
        var second = CompletableFuture.supplyAsync(readers::take);
        assertThat(second).isNotDone();
        readers.giveBack(only);
        await().until(second::isDone);
        assertThat(second.get()).isSameAs(only);
        memory.giveBack();
        assertThat(readers.take()).isNotSameAs(only);
    }

    private PageReaders readers(int most) {
        return new PageReaders(() -> new PageReader(PLAN.mapping(), PLAN.key(), PLAN.key(), Set.of()), memory, most);
    }
}
