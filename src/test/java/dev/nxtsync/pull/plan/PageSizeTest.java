package dev.nxtsync.pull.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.pull.PullFixture;
import dev.nxtsync.pull.preview.LoadEstimates;

class PageSizeTest {

    @Test
    void itHalvesWhereThatWasTooMuchAndDoublesAfterTenGoodPagesUpToItsLargest() {
        var size = new PageSize(1000, 5000);
        for (int i = 0; i < 9; i++) {
            size.good();
        }
        assertThat(size.rows()).isEqualTo(1000);
        size.good();
        assertThat(size.rows()).isEqualTo(2000);
        size.tooLarge();
        for (int i = 0; i < 9; i++) {
            size.good();
        }
        assertThat(size.rows()).as("ten good ones in a row").isEqualTo(1000);
        for (int i = 0; i < 50; i++) {
            size.good();
        }
        assertThat(size.rows()).isEqualTo(5000);
        for (int i = 0; i < 20; i++) {
            size.tooLarge();
        }
        assertThat(size.rows()).isEqualTo(1);
        assertThat(size.tooLarge()).as("one row cannot be less").isFalse();
    }

    @Test
    void aPageIsNeverLargerThanWhatFitsIfItsRowsAreLikeThoseBefore() {
        var size = new PageSize(5000, 10_000);
        size.fits(5000, 2_700_000, 3_000_000);
        for (int i = 0; i < 10; i++) {
            size.good();
        }
        assertThat(size.rows()).isBetween(4_000, 5_555);
        size.fits(1000, 100_000, 3_000_000);
        assertThat(size.rows()).isEqualTo(10_000);
        size.fits(1, 2_900_000, 3_000_000);
        assertThat(size.rows()).isEqualTo(1);
    }

    @Test
    void anEstimateCountsThePagesThatALoadWillAskFor() {
        var plan = PullFixture.plan("text", List.of("textNo"), Optional.empty(),
                new Column("textNo", "Int", Companion.NONE));
        assertThat(LoadEstimates.requests(plan, 0, 1)).isEqualTo(1);
        assertThat(LoadEstimates.requests(plan, 1000, 1)).isEqualTo(1);
        assertThat(LoadEstimates.requests(plan, 1001, 1)).isEqualTo(2);
        // ten of 1,000, ten of 2,000, ten of 4,000, then of 5,000
        assertThat(LoadEstimates.requests(plan, 1_000_000, 1)).isEqualTo(30 + 186);
        assertThat(LoadEstimates.requests(plan, 20, 50)).as("its part of the first document").isEqualTo(1);
        assertThat(LoadEstimates.requests(plan, 1020, 50)).isEqualTo(2);
        assertThat(LoadEstimates.requests(plan, 1021, 50)).isEqualTo(3);
    }
}
