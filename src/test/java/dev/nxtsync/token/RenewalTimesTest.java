package dev.nxtsync.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RenewalTimesTest {
    /** Right is how long a request may take. */
    @ParameterizedTest
    @CsvSource({"-3, 10", "0, 10", "2, 10", "5, 10", "10, 10", "11, 11", "45, 45", "60, 60", "1800, 60"})
    void aRequestMayTakeAsLongAsTheTokenIsStillGood(long left, long right) {
        assertThat(new RenewalTimes(new Random(1)).request(Duration.ofSeconds(left)))
                .isEqualTo(Duration.ofSeconds(right));
    }

    /** For any lifetime and any failures: the first request comes before 60 %, and no sleep takes more than half of what is left. */
    @Test
    void whateverFailsNoSleepIsLongerThanHalfOfWhatIsLeft() {
        for (int seed = 0; seed < 2_000; seed++) {
            var random = new Random(seed);
            var times = new RenewalTimes(random);
            Duration lifetime = Duration.ofMillis(2_000 + random.nextInt(3_600_000));
            Duration first = times.afterSuccess(lifetime, lifetime);
            assertThat(first).isLessThan(lifetime.multipliedBy(6).dividedBy(10))
                    .isGreaterThan(lifetime.multipliedBy(4).dividedBy(10));
            Duration left = lifetime.minus(first);
            for (int failures = 1; left.toMillis() > 400; failures++) {
                Duration sleep = times.afterFailure(failures, left,
                        failures % 2 == 0 ? Optional.empty() : Optional.of(Duration.ofDays(1)));
                assertThat(sleep).isLessThanOrEqualTo(left.dividedBy(2)).isPositive();
                left = left.minus(sleep);
            }
        }
    }
}
