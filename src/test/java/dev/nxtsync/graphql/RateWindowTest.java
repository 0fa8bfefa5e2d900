package dev.nxtsync.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

import org.junit.jupiter.api.Test;

class RateWindowTest {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long STEP = Duration.ofMillis(10).toNanos();

    /** The server may count a request at any moment between its sending and its answer. */
    @Test
    void inAnySixtySecondsTheServerCountsAtMostTheLimitWheneverItCounts() {
        for (int seed = 0; seed < 300; seed++) {
            var random = new Random(seed);
            int limit = 1 + random.nextInt(30);
            double loads = random.nextDouble();
            var window = new RateWindow(limit);
            var live = new PriorityQueue<Live>(Comparator.comparingLong(Live::until));
            var counted = new ArrayList<Long>();
            long now = 0;
            for (int step = 0; step < 500; step++) {
                while (!live.isEmpty() && live.peek().until() <= now) {
                    window.ended(live.peek().inBackground(), live.poll().until());
                }
                boolean inBackground = random.nextDouble() < loads;
                Duration wait = window.enter(inBackground, now);
                if (wait.isZero()) {
                    long end = now + (long) (random.nextDouble() * MINUTE * 1.5);
                    live.add(new Live(inBackground, end));
                    counted.add(now + (long) (random.nextDouble() * (end - now)));
                    now += random.nextInt(1_000_000_000);
                } else {
                    assertThat(wait).isPositive();
                    now += Math.min(wait.toNanos(),
                            live.isEmpty() ? wait.toNanos() : Math.max(1, live.peek().until() - now));
                }
            }
            counted.sort(null);
            for (int i = limit; i < counted.size(); i++) {
                assertThat(counted.get(i) - counted.get(i - limit)).isGreaterThanOrEqualTo(MINUTE);
            }
        }
    }

    private record Live(boolean inBackground, long until) {}

    @Test
    void aLoadThatIsAloneUsesFourFifthsAtOnceAndAgainInEachMinute() {
        var entered = new Greedy(180, true).until(10 * MINUTE);
        assertThat(entered.get(180 * 4 / 5 - 1)).as("as fast as the answers").isLessThan(15 * SECOND);
        assertThat(entered).hasSizeBetween(180 * 4 / 5 * 8, 180 * 4 / 5 * 10);
    }

    /** However many came before, and whenever. */
    @Test
    void ofAFifthOfTheLimitEachMayBeSentInItsPartOfAMinuteWhateverLoadsHaveUsed() {
        for (int seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            int limit = 5 + random.nextInt(200);
            var window = new RateWindow(limit);
            long answer = (long) (random.nextDouble() * 2 * SECOND);
            var loads = new ArrayDeque<Long>();
            long due = (long) (random.nextDouble() * 3 * MINUTE);
            int sent = 0;
            for (long now = 0; sent < limit / 5; now += STEP) {
                while (!loads.isEmpty() && loads.peek() <= now) {
                    window.ended(true, loads.poll());
                }
                while (loads.size() < 6 && now < due && window.enter(true, now).isZero()) {
                    loads.add(now + answer);
                }
                if (now >= due && window.enter(false, now).isZero()) {
                    sent++;
                    assertThat(now - due).as("%d of %d", sent, limit)
                            .isLessThan((MINUTE + answer) * sent / (limit / 5) + sent * STEP);
                    window.ended(false, now);
                }
            }
        }
    }

    @Test
    void pollsThatNeedMoreThanTheLimitGetFourFifthsAtOnceTheWholeInEachMinuteAndNeverComeToAStandstill() {
        var entered = new Greedy(180, false).until(10 * MINUTE);
        assertThat(entered.get(180 * 4 / 5 - 1)).as("as fast as the answers").isLessThan(15 * SECOND);
        long longest = 0;
        for (int i = 1; i < entered.size(); i++) {
            longest = Math.max(longest, entered.get(i) - entered.get(i - 1));
        }
        assertThat(longest).as("pause").isLessThan(Duration.ofMillis(1500).toNanos());
        assertThat(entered).hasSizeGreaterThan(180 * 95 / 10);
    }

    /** Eight at a time, whenever there is room. */
    private record Greedy(int limit, boolean inBackground) {
        List<Long> until(long end) {
            var window = new RateWindow(limit);
            var live = new ArrayDeque<Long>();
            var entered = new ArrayList<Long>();
            long now = 0;
            while (now < end) {
                while (!live.isEmpty() && live.peek() <= now) {
                    window.ended(inBackground, live.poll());
                }
                if (live.size() < 8 && window.enter(inBackground, now).isZero()) {
                    entered.add(now);
                    live.add(now + Duration.ofMillis(600).toNanos());
                } else {
                    now += STEP;
                }
            }
            return entered;
        }
    }

    @Test
    void aRequestThatIsNotSentTakesNoRoom() {
        var window = new RateWindow(1);
        assertThat(window.enter(true, 0)).isZero();
        window.unused(true);
        assertThat(window.enter(false, 1)).isZero();
    }

    @Test
    void aFullWindowSaysHowLongUntilThereIsRoom() {
        var window = new RateWindow(1);
        assertThat(window.enter(false, 0)).isZero();
        window.ended(false, Duration.ofSeconds(5).toNanos());
        assertThat(window.enter(false, Duration.ofSeconds(15).toNanos())).isEqualTo(Duration.ofSeconds(50));
        assertThat(window.enter(false, Duration.ofSeconds(65).toNanos())).isZero();
    }
}
