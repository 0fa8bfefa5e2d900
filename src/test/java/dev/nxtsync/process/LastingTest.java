package dev.nxtsync.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.Test;

class LastingTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long MINUTE = 60 * SECOND;

    private final Lasting<String> lasting = new Lasting<>();

    @Test
    void theBeginningIsToldThenOnceInTenMinutesAndTheEnd() {
        int told = 0;
        for (int minute = 0; minute < 60; minute++) {
            told += lasting.isNews("a", "", minute * MINUTE) ? 1 : 0;
        }
        assertThat(told).isEqualTo(6);
        assertThat(lasting.over("a", 60 * MINUTE)).contains(Duration.ofMinutes(60));
        assertThat(lasting.over("a", 61 * MINUTE)).as("it is over").isEmpty();
        assertThat(lasting.isNews("a", "", 62 * MINUTE)).as("it begins again").isTrue();
    }

    @Test
    void whatChangesIsToldAtOnceAndLastsSinceItBegan() {
        assertThat(lasting.isNews("a", "one", 0)).isTrue();
        assertThat(lasting.isNews("b", "one", SECOND)).isTrue();
        assertThat(lasting.isNews("a", "two", SECOND)).isTrue();
        assertThat(lasting.isNews("a", "two", 2 * SECOND)).isFalse();
        assertThat(lasting.over("a", 20 * SECOND)).contains(Duration.ofSeconds(20));
    }

    @Test
    void whatWasOverAtOnceIsNotToldToBeOver() {
        assertThat(lasting.isNews("a", "", 0)).isTrue();
        assertThat(lasting.over("a", 9 * SECOND)).isEmpty();
        assertThat(lasting.over("never", 9 * SECOND)).isEmpty();
    }
}
