package dev.nxtsync.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.Test;

class LogThrottleTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    @Test
    void ofEachKindTheFirstIsToldAndThenOneAMinuteWithTheNumberOfThoseThatWereNot() {
        var throttle = new LogThrottle<String>();
        assertThat(throttle.due("one", 0)).hasValue(0);
        for (int i = 1; i <= 1_000; i++) {
            assertThat(throttle.due("one", i)).isEmpty();
        }
        assertThat(throttle.due("other", 5)).as("another kind").hasValue(0);
        assertThat(throttle.due("one", MINUTE - 1)).isEmpty();
        assertThat(throttle.due("one", MINUTE)).hasValue(1_001);
        assertThat(throttle.due("one", 2 * MINUTE)).hasValue(0);
        assertThat(LogThrottle.more(0)).isEmpty();
        assertThat(LogThrottle.more(3)).contains("3 more");
    }
}
