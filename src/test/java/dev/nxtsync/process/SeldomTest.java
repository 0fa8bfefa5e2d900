package dev.nxtsync.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.Test;

class SeldomTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    @Test
    void ofEachKindTheFirstIsToldAndThenOneAMinuteWithTheNumberOfThoseThatWereNot() {
        var seldom = new Seldom<String>();
        assertThat(seldom.due("one", 0)).hasValue(0);
        for (int i = 1; i <= 1_000; i++) {
            assertThat(seldom.due("one", i)).isEmpty();
        }
        assertThat(seldom.due("other", 5)).as("another kind").hasValue(0);
        assertThat(seldom.due("one", MINUTE - 1)).isEmpty();
        assertThat(seldom.due("one", MINUTE)).hasValue(1_001);
        assertThat(seldom.due("one", 2 * MINUTE)).hasValue(0);
        assertThat(Seldom.more(0)).isEmpty();
        assertThat(Seldom.more(3)).contains("3 more");
    }
}
