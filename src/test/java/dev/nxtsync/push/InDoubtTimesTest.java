package dev.nxtsync.push;

import static dev.nxtsync.push.PushFixture.LIMITS;
import static dev.nxtsync.push.PushFixture.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class InDoubtTimesTest {

    static Stream<Integer> seeds() {
        return IntStream.range(0, 100).boxed();
    }

    /** Whatever the settings, and whenever a look comes late. */
    @ParameterizedTest
    @MethodSource("seeds")
    void looksComeAtGrowingIntervalsAndTheLastOneWhenNothingIsExpectedAnyMore(int seed) {
        var random = new Random(seed);
        var times = new InDoubtTimes(Duration.ofSeconds(1 + random.nextInt(120)),
                Duration.ofSeconds(60 + random.nextInt(7200)));
        Instant now = NOON;
        Duration before = Duration.ZERO;
        int looks = 0;
        while (now.isBefore(times.last(NOON))) {
            Instant next = times.nextLook(NOON, now);
            assertThat(next).isAfter(now).isBeforeOrEqualTo(times.last(NOON));
            if (next.isBefore(times.last(NOON))) {
                assertThat(Duration.between(NOON, next)).isGreaterThanOrEqualTo(before.multipliedBy(2));
            }
            before = Duration.between(NOON, next);
            now = next.plusMillis(random.nextInt(5000));
            looks++;
        }
        assertThat(looks).as("looks in %s", times).isLessThanOrEqualTo(15);
        assertThat(times.nextLook(NOON, now)).as("no look is left").isEqualTo(times.last(NOON));
    }

    @ParameterizedTest
    @CsvSource({"0, 59", "58, 59", "59, 118", "118, 236", "1800, 1860", "1859, 1860"})
    void aLookComesAfterSoManySecondsIfItIsLookedForAfterSoMany(int after, int next) {
        assertThat(LIMITS.nextLook(NOON, NOON.plusSeconds(after))).isEqualTo(NOON.plusSeconds(next));
    }

    @Test
    void aRepeatedKeyIsCountedTwiceAndNoMore() {
        assertThat(LIMITS.count(NOON, 0)).hasValue(NOON.plusSeconds(1860 + 59));
        assertThat(LIMITS.count(NOON, 1)).hasValue(NOON.plusSeconds(2 * (1860 + 59)));
        assertThat(LIMITS.count(NOON, 2)).isEmpty();
        assertThat(LIMITS.count(NOON, 0).orElseThrow()).as("when nothing is expected any more")
                .isAfterOrEqualTo(LIMITS.last(NOON));
    }

    @ParameterizedTest
    @CsvSource({"0, true", "53099, true", "53100, false", "53101, false", "59000, false", "88500, false"})
    void anErrorShowsThatTheServerIsDoneOnlyIfItComesWellBeforeTheTimeLimit(long milliseconds, boolean isInTime) {
        assertThat(LIMITS.isInTime(Duration.ofMillis(milliseconds))).isEqualTo(isInTime);
    }
}
