package dev.nxtsync.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
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
    void whoNeedsMoreThanTheLimitGetsHalfOfItAtOnceTheWholeInEachMinuteAndNeverComesToAStandstill() {
        int limit = 180;
        long latency = Duration.ofMillis(800).toNanos();
        var window = new RateWindow(limit);
        var live = new ArrayDeque<Long>();
        var entered = new ArrayList<Long>();
        long now = 0;
        while (now < 10 * MINUTE) {
            while (!live.isEmpty() && live.peek() <= now) {
                window.ended(live.poll());
            }
            if (live.size() < 8 && window.enter(now).isZero()) {
                entered.add(now);
                live.add(now + latency);
            } else {
                now += Duration.ofMillis(10).toNanos();
            }
        }
        assertThat(entered.get(limit / 2 - 1)).as("half at once, eight at a time")
                .isLessThan(Duration.ofSeconds(10).toNanos());
        long longest = 0;
        for (int i = 1; i < entered.size(); i++) {
            longest = Math.max(longest, entered.get(i) - entered.get(i - 1));
        }
        assertThat(longest).as("pause").isLessThan(Duration.ofMillis(1500).toNanos());
        assertThat(entered).hasSizeGreaterThan(limit * 95 / 10);
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
