package dev.nxtsync.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanTimesTest {
    private static final Duration SHORT = Duration.ofNanos(1);

    private long now = -5;
    private boolean asked;
    private final PlanTimes times = new PlanTimes(Duration.ofMinutes(5), () -> now);

    @Test
    void aConnectionIsPlannedAtOnceAndThenWhenWhatItWasPlannedFromMayHaveChanged() {
        times.planned(due("main"), true);
        pass(Duration.ofMinutes(5).minus(SHORT));
        assertThat(isDue("main")).isFalse();
        pass(SHORT);
        assertThat(isDue("main")).isTrue();
    }

    @Test
    void itIsPlannedAgainEveryHalfMinuteAsLongAsSomethingIsStopped() {
        for (int i = 0; i < 3; i++) {
            times.planned(due("main"), false);
            pass(Duration.ofSeconds(30).minus(SHORT));
            assertThat(isDue("main")).isFalse();
            pass(SHORT);
        }
        times.planned(due("main"), true);
        pass(Duration.ofSeconds(30));
        assertThat(isDue("main")).isFalse();
    }

    /** Twice as long each time from half a second on, give or take a quarter. */
    @ParameterizedTest
    @CsvSource({"1, 375, 625", "2, 750, 1250", "3, 1500, 2500", "4, 3000, 5000", "7, 24000, 40000",
            "10, 192000, 320000", "11, 225000, 375000", "40, 225000, 375000"})
    void itWaitsLongerWithEachFailureInARow(int failures, long least, long most) {
        Duration wait = Duration.ZERO;
        for (int i = 0; i < failures; i++) {
            wait = times.failed(due("main"));
            pass(wait.minus(SHORT));
            assertThat(isDue("main")).isFalse();
            pass(SHORT);
        }
        assertThat(wait.toMillis()).isBetween(least, most);
        times.planned(due("main"), true);
        pass(Duration.ofMinutes(5));
        assertThat(times.failed(due("main")).toMillis()).as("a success ends it").isBetween(375L, 625L);
    }

    @Test
    void theFailuresOfOneConnectionAreNoOthers() {
        for (int i = 0; i < 12; i++) {
            times.failed(new PlanTimes.DueAttempt("main", i, now, false));
        }
        assertThat(isDue("main")).isFalse();
        assertThat(due("other").failures()).isZero();
    }

    @Test
    void whoAsksIsHeardTenSecondsAfterTheLastAttemptAndNotForgottenBefore() {
        times.planned(due("main"), true);
        asked = true;
        pass(Duration.ofSeconds(10).minus(SHORT));
        assertThat(isDue("main")).isFalse();
        assertThat(asked).as("it may be asked for again and again").isTrue();
        pass(SHORT);
        var attempt = due("main");
        assertThat(attempt.asked()).isTrue();
        assertThat(asked).isFalse();
        times.planned(attempt, true);
        pass(Duration.ofSeconds(10));
        assertThat(isDue("main")).as("once").isFalse();
    }

    @Test
    void whoAsksDoesNotWaitForTheBackoffAndDoesNotEndIt() {
        for (int i = 0; i < 11; i++) {
            times.failed(new PlanTimes.DueAttempt("main", i, now, false));
        }
        asked = true;
        pass(Duration.ofSeconds(10));
        assertThat(times.failed(due("main")).toMillis()).isGreaterThan(200_000);
    }

    @Test
    void anAttemptOfWhichNothingIsToldIsStillDue() {
        due("main");
        assertThat(isDue("main")).isTrue();
    }

    @Test
    void aConnectionThatIsForgottenIsPlannedAtOnce() {
        times.planned(due("main"), true);
        times.forget("main");
        assertThat(due("main").failures()).isZero();
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private boolean isDue(String connection) {
        return times.due(connection, false, this::take).isPresent();
    }

    private PlanTimes.DueAttempt due(String connection) {
        return times.due(connection, false, this::take).orElseThrow();
    }

    private boolean take() {
        boolean taken = asked;
        asked = false;
        return taken;
    }
}
