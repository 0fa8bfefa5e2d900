package dev.nxtsync.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Optional;

import org.junit.jupiter.api.Test;

class ConditionLogTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long MINUTE = 60 * SECOND;

    private long now;
    private final ConditionLog<String> conditions = new ConditionLog<>(() -> now);

    @Test
    void theBeginningIsToldThenOnceInTenMinutesAndTheEnd() {
        int told = 0;
        for (int minute = 0; minute < 60; minute++) {
            told += isNews("a", "", minute * MINUTE) ? 1 : 0;
        }
        assertThat(told).isEqualTo(6);
        assertThat(over("a", 60 * MINUTE)).contains(Duration.ofMinutes(60));
        assertThat(over("a", 61 * MINUTE)).as("it is over").isEmpty();
        assertThat(isNews("a", "", 62 * MINUTE)).as("it begins again").isTrue();
    }

    @Test
    void whatChangesIsToldAtOnceAndLastsSinceItBegan() {
        assertThat(isNews("a", "one", 0)).isTrue();
        assertThat(isNews("b", "one", SECOND)).isTrue();
        assertThat(isNews("a", "two", SECOND)).isTrue();
        assertThat(isNews("a", "two", 2 * SECOND)).isFalse();
        assertThat(over("a", 20 * SECOND)).contains(Duration.ofSeconds(20));
    }

    @Test
    void whatWasOverAtOnceIsNotToldToBeOver() {
        assertThat(isNews("a", "", 0)).isTrue();
        assertThat(over("a", 9 * SECOND)).isEmpty();
        assertThat(over("never", 9 * SECOND)).isEmpty();
    }

    private boolean isNews(String what, String how, long at) {
        now = at;
        return conditions.isNews(what, how);
    }

    private Optional<Duration> over(String what, long at) {
        now = at;
        return conditions.over(what);
    }
}
