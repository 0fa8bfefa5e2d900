package dev.nxtsync.pull.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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
}
