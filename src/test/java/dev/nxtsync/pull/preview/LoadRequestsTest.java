package dev.nxtsync.pull.preview;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.nxtsync.pull.DocumentLength;
import dev.nxtsync.pull.plan.PageSize;

class LoadRequestsTest {

    @Test
    void anEstimateCountsThePagesThatALoadWillAskFor() {
        assertThat(pages(0, 1)).isEqualTo(1);
        assertThat(pages(1000, 1)).isEqualTo(1);
        assertThat(pages(1001, 1)).isEqualTo(2);
        // ten of 1,000, ten of 2,000, ten of 4,000, then of 5,000
        assertThat(pages(1_000_000, 1)).isEqualTo(30 + 186);
        assertThat(pages(20, 50)).as("its part of the first document").isEqualTo(1);
        assertThat(pages(1020, 50)).isEqualTo(2);
        assertThat(pages(1021, 50)).isEqualTo(3);
    }

    @Test
    void firstPagesAreCountedByTheDocumentsThatHoldThem() {
        assertThat(all(Collections.nCopies(60, table(20, 100)))).as("two documents, of 50 and of 10 tables")
                .isEqualTo(2);
        assertThat(all(Collections.nCopies(60, table(21, 100)))).as("those of the first 50 have more")
                .isEqualTo(2 + 50);
        assertThat(all(Collections.nCopies(50, table(20, 1_000)))).as("a document holds 12 of them").isEqualTo(5);
        assertThat(all(List.of(table(1001, 100)))).as("a table that is alone has a whole page").isEqualTo(2);
        assertThat(all(List.of())).isZero();
    }

    private static LoadRequests.SizedTable table(long rows, int tokens) {
        return new LoadRequests.SizedTable(rows, tokens, new PageSize(1000, 5000));
    }

    private static long pages(long rows, int together) {
        return LoadRequests.pages(new PageSize(1000, 5000), rows, together);
    }

    private static long all(List<LoadRequests.SizedTable> tables) {
        return LoadRequests.of(tables, new DocumentLength()).stream().mapToLong(Long::longValue).sum();
    }
}
