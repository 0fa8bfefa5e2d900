package dev.nxtsync.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;

import org.junit.jupiter.api.Test;

class ExchangeDeadlineTest {
    private long now = 7;
    private int waits;

    private final ExchangeDeadline deadline = new ExchangeDeadline(Duration.ofSeconds(10), () -> now);

    @Test
    void timeInWhichTheProcessStandsStillDoesNotCount() throws Exception {
        String got = deadline.await(nanos -> {
            now += waits == 0 ? Duration.ofHours(1).toNanos() : nanos;
            return ++waits == 50 ? "answer" : null;
        });
        assertThat(got).isEqualTo("answer");
        assertThat(Duration.ofNanos(deadline.left())).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void whereNothingComesItIsOverInTime() {
        assertThatThrownBy(() -> deadline.await(nanos -> {
            now += nanos;
            return null;
        })).isInstanceOf(TooSlow.class).hasMessageContaining("within 10 s");
        assertThat(now).isEqualTo(7 + Duration.ofSeconds(10).toNanos());
    }
}
