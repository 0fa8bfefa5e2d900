package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.tenant.Tenant;

class WalkMemoryTest {

    /** A page that does not fit is read twice. */
    @Test
    void theFirstPageOfAWideTableHasSoFewRowsThatTheyAreLikelyToFit() {
        assertThat(rows(20)).as("as it is set").isEqualTo(1000);
        int columns = PageReader.BOUND / 24 / 500;
        assertThat(rows(columns)).isBetween(400, 440);
        assertThat(rows(2 * columns)).isBetween(200, 220);
    }

    private static int rows(int texts) {
        var plan = PullFixture.plan("text", List.of("column0"), Optional.empty(), IntStream.range(0, texts)
                .mapToObj(i -> new Column("column" + i, "String", Companion.NONE)).toArray(Column[]::new));
        return new WalkMemory().size(plan, Tenant.company(1)).rows();
    }
}
