package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.tenant.Tenant;

class WalkMemoryTest {
    /** Values of texts, numbers and dates as they usually are, with their lengths. */
    private static final int LIKELY = 15;

    @Test
    void theFirstPageOfAWideTableFitsBeforeAnyRowOfItHasBeenSeen() {
        int columns = 3 * PageReader.BOUND / LIKELY / 1000;
        assertThat(first(new WalkMemory(), wide("wide", columns)) * (long) columns * LIKELY)
                .isBetween(PageReader.BOUND / 4L, (long) PageReader.BOUND);
        assertThat(first(new WalkMemory(), wide("narrow", 8))).as("as configured").isEqualTo(1000);
    }

    private static int first(WalkMemory memory, PullPlan plan) {
        return memory.size(plan, Tenant.company(1)).rows();
    }

    private static PullPlan wide(String table, int columns) {
        var scalars = List.of("Int", "String", "Decimal", "DateTime");
        return PullFixture.plan(table, List.of("c0"), Optional.empty(),
                IntStream.range(0, columns).mapToObj(
                        i -> new Column("c" + i, i == 0 ? "Int" : scalars.get(i % scalars.size()), Companion.NONE))
                        .toArray(Column[]::new));
    }
}
