package dev.nxtsync.graphql;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.support.Size;

/**
 * A fifth of the budget is enough for what it is kept for. 200 jobs, five tables of each of 40 companies, fall due every ten
 * seconds, and start again after 40 seconds at most. Of an eighth two replicas would take 41 seconds, of a twentieth three
 * would take 50. Time is only thought of.
 */
class KeptBudgetTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long STEP = Duration.ofMillis(10).toNanos();
    private static final int COMPANIES = 40;
    private static final long INTERVAL = 10 * SECOND;

    @ParameterizedTest(name = "{0} replicas, {1} requests a poll")
    @CsvSource({"3, 1", "3, 2", "2, 1.2"})
    void jobsStartAgainInTimeWhereLoadsHaveJustUsedTheirShareAndWantMore(int replicas, double requests) {
        assertThat(longest(replicas, requests, 6)).isLessThanOrEqualTo(40.0);
    }

    @ParameterizedTest(name = "{0} replicas, {1} requests a poll")
    @CsvSource({"3, 3", "2, 2"})
    void jobsStartAgainInTimeWhereTheyThemselvesNeedMoreThanTheLimit(int replicas, double requests) {
        assertThat(longest(replicas, requests, 0)).isLessThanOrEqualTo(40.0);
    }

    @Test
    void loadsGoOnWhereJobsNeedMoreThanTheLimit() {
        var course = new Course(3, 4, 6, new Random(1));
        course.longest();
        assertThat(course.replicas).allSatisfy(replica -> assertThat(replica.loads)
                .as("the four fifths of the first minute, and a fifth in each of five").isGreaterThan(160 + 5 * 36));
    }

    /** In seconds, from when a job falls due for the first time, or starts, to its next start. */
    private static double longest(int replicas, double requests, int loads) {
        long longest = 0;
        for (int seed = 0; seed < 10; seed++) {
            longest = Math.max(longest, new Course(replicas, requests, loads, new Random(seed)).longest());
        }
        Size.figure("200 jobs, %d replicas, %.1f requests a poll, loads that want more: %b: at most %.1f s", replicas,
                requests, loads > 0, longest / 1e9);
        return longest / 1e9;
    }

    /** Loads take all that they can get for a while, then polls fall due in between. */
    private static final class Course {
        private final Random random;
        private final double requests;
        private final List<Replica> replicas = new ArrayList<>();
        private final long[] due = new long[COMPANIES];
        private final long[] startedAt = new long[COMPANIES];
        private final boolean[] held = new boolean[COMPANIES];
        private final long first;
        private long longest;
        private long now;

        /** @param requests of a poll, on average */
        Course(int replicas, double requests, int loads, Random random) {
            this.random = random;
            this.requests = requests;
            this.first = INTERVAL * (1 + random.nextInt(12));
            Arrays.fill(due, first);
            Arrays.fill(startedAt, first);
            for (int i = 0; i < replicas; i++) {
                this.replicas.add(new Replica(loads));
            }
        }

        long longest() {
            for (now = 0; now < first + 300 * SECOND; now += STEP) {
                replicas.forEach(Replica::step);
            }
            for (long at : startedAt) {
                longest = Math.max(longest, now - at);
            }
            return longest;
        }

        /** One of three, of a budget of 600. */
        private final class Replica {
            private static final int RUNS = 8;

            private final RequestBudget budget = new RequestBudget(200, () -> now);
            private final Deque<Run> foreground = new ArrayDeque<>();
            private final Deque<Run> background = new ArrayDeque<>();
            private final List<Run> live = new ArrayList<>();
            private final double answer = 0.05 + random.nextDouble();
            private int loads;

            Replica(int loads) {
                for (int i = 0; i < loads; i++) {
                    await(new Run(-1, Integer.MAX_VALUE));
                }
            }

            void step() {
                end();
                claim();
                send();
            }

            private void end() {
                for (Run run : List.copyOf(live)) {
                    if (run.until <= now) {
                        live.remove(run);
                        budget.ended(run.isLoad());
                        run.left--;
                        if (run.left > 0) {
                            await(run);
                        } else {
                            held[run.company] = false;
                            due[run.company] = (now / INTERVAL + 1) * INTERVAL;
                        }
                    }
                }
            }

            private void claim() {
                for (int company = next(); company >= 0; company = next()) {
                    if (foreground.size() + background.size() + live.size() == RUNS) {
                        return;
                    }
                    held[company] = true;
                    await(new Run(company, (int) requests + (random.nextDouble() < requests % 1 ? 1 : 0)));
                }
            }

            private void await(Run run) {
                run.ticket = budget.queue(run.isLoad());
                (run.isLoad() ? background : foreground).add(run);
            }

            private void send() {
                while (sends(foreground) || sends(background)) {
                    // as long as one gets in
                }
            }

            private boolean sends(Deque<Run> waiting) {
                Run run = waiting.peek();
                if (run == null || budget.attempt(run.ticket, run.isLoad()) > 0) {
                    return false;
                }
                waiting.remove();
                loads += run.isLoad() ? 1 : 0;
                started(run);
                run.until = now + (long) (answer * (0.5 + random.nextDouble()) * SECOND);
                live.add(run);
                return true;
            }
        }

        /** The company that has been due for longest; negative if none is. */
        private int next() {
            int next = -1;
            for (int i = 0; i < COMPANIES; i++) {
                if (!held[i] && due[i] <= now && (next < 0 || due[i] < due[next])) {
                    next = i;
                }
            }
            return next;
        }

        private void started(Run run) {
            if (!run.isLoad() && !run.started) {
                run.started = true;
                longest = Math.max(longest, now - startedAt[run.company]);
                startedAt[run.company] = now;
            }
        }

        private static final class Run {
            private final int company;
            private int left;
            private boolean started;
            private long until;
            private Object ticket = this;

            /** @param company negative for a load */
            Run(int company, int left) {
                this.company = company;
                this.left = left;
            }

            private boolean isLoad() { return company < 0; }
        }
    }
}
