package dev.nxtsync.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.PriorityQueue;
import java.util.Random;

import org.junit.jupiter.api.Test;

class RateWindowTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    /** The server may count a request at any moment between its sending and its answer. */
    @Test
    void inAnySixtySecondsTheServerCountsAtMostTheLimitWheneverItCounts() {
        for (int seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            int limit = 1 + random.nextInt(30);
            var window = new RateWindow(limit);
            var live = new PriorityQueue<Long>();
            var counted = new ArrayList<Long>();
            long now = 0;
            for (int step = 0; step < 500; step++) {
                while (!live.isEmpty() && live.peek() <= now) {
                    window.ended(live.poll());
                }
                Duration wait = window.enter(now);
                if (wait.isZero()) {
                    long end = now + (long) (random.nextDouble() * MINUTE * 1.5);
                    live.add(end);
                    counted.add(now + (long) (random.nextDouble() * (end - now)));
                    now += random.nextInt(1_000_000_000);
                } else {
                    assertThat(wait).isPositive();
                    now += Math.min(wait.toNanos(), live.isEmpty() ? wait.toNanos() : Math.max(1, live.peek() - now));
                }
            }
            counted.sort(null);
            for (int i = limit; i < counted.size(); i++) {
                assertThat(counted.get(i) - counted.get(i - limit)).isGreaterThanOrEqualTo(MINUTE);
            }
        }
    }

    @Test
    void aRequestThatIsNotSentTakesNoRoom() {
        var window = new RateWindow(1);
        assertThat(window.enter(0)).isZero();
        window.unused();
        assertThat(window.enter(1)).isZero();
    }

    @Test
    void aFullWindowSaysHowLongUntilThereIsRoom() {
        var window = new RateWindow(1);
        assertThat(window.enter(0)).isZero();
        window.ended(Duration.ofSeconds(5).toNanos());
        assertThat(window.enter(Duration.ofSeconds(15).toNanos())).isEqualTo(Duration.ofSeconds(50));
        assertThat(window.enter(Duration.ofSeconds(65).toNanos())).isZero();
    }
}
