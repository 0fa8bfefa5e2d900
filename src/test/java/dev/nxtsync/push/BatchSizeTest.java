package dev.nxtsync.push;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class BatchSizeTest {
    private static final Duration TIME_LIMIT = Duration.ofSeconds(59);

    /** Of a request with so many rows that took so many milliseconds, beginning with 25 rows. */
    @ParameterizedTest
    @CsvSource({"25, 100, 50", "25, 7374, 50", "25, 7375, 25", "24, 100, 25", "25, 20000, 25", "25, 29500, 25",
            "25, 29501, 12", "10, 29501, 5", "2, 29501, 1", "1, 29501, 25", "1, 100, 25", "200, 29501, 12"})
    void growsWhenTheServerIsQuickAndShrinksWhenItIsSlow(int sent, long milliseconds, int rows) {
        var size = new BatchSize(TIME_LIMIT);
        size.took(sent, Duration.ofMillis(milliseconds));
        assertThat(size.rows()).isEqualTo(rows);
    }

    @ParameterizedTest
    @CsvSource({"200, 25", "25, 12", "12, 10", "1, 10"})
    void aRefusedRequestHalvesItButNotBelowTen(int sent, int rows) {
        var size = new BatchSize(TIME_LIMIT);
        size.refused(sent);
        assertThat(size.rows()).isEqualTo(rows);
    }

    @Test
    void aRefusalLeavesASmallerOneAsItIs() {
        var size = new BatchSize(TIME_LIMIT);
        size.took(4, TIME_LIMIT);
        size.refused(2);
        assertThat(size.rows()).isEqualTo(2);
    }

    static Stream<Integer> seeds() {
        return IntStream.range(0, 100).boxed();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void isNeverLessThanOneNorMoreThanTwoHundredAndComesBack(int seed) {
        var random = new Random(seed);
        var size = new BatchSize(TIME_LIMIT);
        for (int i = 0; i < 50; i++) {
            int sent = 1 + random.nextInt(200);
            if (random.nextInt(4) == 0) {
                size.refused(sent);
            } else {
                size.took(sent, Duration.ofMillis(random.nextInt(90_000)));
            }
            assertThat(size.rows()).isBetween(1, 200);
        }
        for (int i = 0; i < 8; i++) {
            size.took(size.rows(), Duration.ofMillis(100));
        }
        assertThat(size.rows()).as("once all goes well").isEqualTo(200);
    }
}
