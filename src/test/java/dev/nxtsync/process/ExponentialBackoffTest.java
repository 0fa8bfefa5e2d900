package dev.nxtsync.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExponentialBackoffTest {
    private static final ExponentialBackoff WAITS = new ExponentialBackoff(Duration.ofSeconds(1),
            Duration.ofSeconds(60));

    @ParameterizedTest
    @CsvSource({"-2147483648, 1", "-1, 1", "0, 1", "1, 1", "2, 2", "3, 4", "4, 8", "6, 32", "7, 60", "8, 60", "31, 60",
            "32, 60", "64, 60", "2147483647, 60"})
    void eachFailureDoublesTheWaitUpToTheLongest(int failures, int seconds) {
        assertThat(WAITS.after(failures)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void noWaitIsShorterThanTheOneBeforeWhateverTheLimits() {
        for (var waits : List.of(WAITS, new ExponentialBackoff(Duration.ofMillis(500), Duration.ofMinutes(5)),
                new ExponentialBackoff(Duration.ofSeconds(10), Duration.ofHours(1)),
                new ExponentialBackoff(Duration.ofMinutes(10), Duration.ofDays(1_000)))) {
            for (int failures = 1; failures < 100; failures++) {
                assertThat(waits.after(failures + 1)).isGreaterThanOrEqualTo(waits.after(failures))
                        .isLessThanOrEqualTo(waits.longest());
            }
        }
    }
}
