package dev.nxtsync.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;

import org.junit.jupiter.api.Test;

class DatabaseClockTest {
    private static final Instant BASE = Instant.parse("2026-11-24T12:00:00Z");
    private long nanos = 7;

    @Test
    void itGoesOnWithTheProcessAndIsNeverAheadNorMoreThanAThousandthBehind() {
        var clock = new DatabaseClock(BASE, () -> nanos);
        assertThat(clock.now()).isEqualTo(BASE);
        var random = new Random(1);
        Instant before = BASE;
        for (int i = 0; i < 1000; i++) {
            nanos += random.nextLong(Duration.ofSeconds(2).toNanos());
            var passed = Duration.ofNanos(nanos - 7);
            assertThat(clock.now()).isBetween(BASE.plus(passed).minus(passed.dividedBy(1000)).minusNanos(1_000),
                    BASE.plus(passed));
            assertThat(clock.now()).isAfterOrEqualTo(before);
            before = clock.now();
        }
    }
}
