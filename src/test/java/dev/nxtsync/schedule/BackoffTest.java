package dev.nxtsync.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BackoffTest {

    @ParameterizedTest
    @CsvSource({"0, 500", "1, 500", "2, 1000", "3, 2000", "5, 8000", "9, 128000", "10, 256000", "11, 300000",
            "12, 300000", "1000, 300000", "2147483647, 300000"})
    void theWaitIsWithinAQuarterOfWhatDoublingSays(int failures, long millis) {
        for (int i = 0; i < 1_000; i++) {
            assertThat(Backoff.after(failures)).isBetween(Duration.ofMillis(millis * 3 / 4),
                    Duration.ofMillis(millis * 5 / 4));
        }
    }

    @Test
    void thoseThatFailedTogetherDoNotComeBackTogether() {
        var waits = new HashSet<Duration>();
        for (int i = 0; i < 100; i++) {
            waits.add(Backoff.after(10));
        }
        assertThat(waits).hasSizeGreaterThan(50);
    }
}
