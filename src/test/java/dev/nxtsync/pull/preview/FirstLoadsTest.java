package dev.nxtsync.pull.preview;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import dev.nxtsync.graphql.BudgetFixture;
import dev.nxtsync.tenant.Tenant;

class FirstLoadsTest {
    private static final int CASES = 400;
    private static final int LOADS = 6;

    @Test
    void nineOfTenFirstLoadsEndWithinTheRange() {
        var random = new Random(10);
        int within = 0;
        var outside = new ArrayList<String>();
        for (int i = 0; i < CASES; i++) {
            var loads = loads(random);
            var range = loads.minutes();
            double minutes = new Course(loads, random).minutes();
            if (range.low() <= minutes && minutes <= range.high()) {
                within++;
            } else {
                outside.add(String.format("%.2f not in %.2f to %.2f", minutes, range.low(), range.high()));
            }
            assertThat(range.high()).as("it still says something")
                    .isLessThan(2 + 3 * Math.max(range.low(), 0.1) * 4 / 3);
        }
        assertThat(within).as("of %d; %s", CASES, outside).isGreaterThanOrEqualTo(CASES * 9 / 10);
    }

    @Test
    void whatFillsTheShareOfLoadsInAMinuteIsNotPromisedInAMinuteWherePollsCompete() {
        var range = new FirstLoads(540, 4, 200, List.of(new FirstLoads.PlannedLoad(Tenant.company(1), 432, 30)))
                .minutes();
        assertThat(range.low()).isLessThanOrEqualTo(1.0);
        assertThat(range.high()).isBetween(1.6, 2.5);
    }

    private static FirstLoads loads(Random random) {
        var walks = new ArrayList<FirstLoads.PlannedLoad>();
        int companies = 1 + random.nextInt(20);
        int tables = 1 + random.nextInt(8);
        double answer = 0.05 + random.nextDouble();
        for (int company = 1; company <= companies; company++) {
            for (int table = 0; table < tables; table++) {
                long requests = 1 + (long) Math.pow(200, random.nextDouble());
                walks.add(new FirstLoads.PlannedLoad(Tenant.company(company), requests, requests * answer));
            }
        }
        double every = random.nextBoolean() ? 5 : 1;
        return new FirstLoads(random.nextBoolean() ? 540 : 60 + random.nextInt(500), 4, companies / every, walks);
    }

    /** First loads that go through the budget of the product, with polls that go before them, and a process that starts. */
    private static final class Course {
        private final FirstLoads loads;
        private final Random random;
        private final BudgetFixture budget;
        private final Deque<FirstLoads.PlannedLoad> notBegun;
        private final Map<Tenant, Integer> running = new HashMap<>();
        /** Requests that are under way or wait, of each company; the walks that have some more to ask. */
        private final Map<Tenant, Integer> asking = new HashMap<>();
        private final IdentityHashMap<FirstLoads.PlannedLoad, Walk> begun = new IdentityHashMap<>();
        private final Deque<Request> foreground = new ArrayDeque<>();
        private final Deque<Request> background = new ArrayDeque<>();
        private final PriorityQueue<Event> events = new PriorityQueue<>(Comparator.comparingLong(Event::at));
        private int unfinished;
        private int inARow;

        /** A poll has no walk. */
        private record Request(FirstLoads.PlannedLoad walk, boolean poll) {}

        /** What is left of a walk, which is read by several once its first page has come. */
        private static final class Walk {
            long left;
            int asking;

            Walk(long left) {
                this.left = left;
            }
        }

        private record Event(long at, Request ended, boolean pollsDue) {}

        Course(FirstLoads loads, Random random) {
            this.loads = loads;
            this.random = random;
            this.budget = new BudgetFixture(loads.perMinute());
            this.notBegun = new ArrayDeque<>(loads.walks());
            this.unfinished = loads.walks().size();
        }

        double minutes() {
            long now = seconds(3 + 22 * random.nextDouble());
            events.add(new Event(now, null, true));
            long wake = now;
            while (unfinished > 0) {
                Event next = events.peek();
                if (next != null && next.at() <= wake) {
                    events.poll();
                    now = Math.max(now, next.at());
                    happen(next, now);
                } else {
                    now = wake;
                }
                begin();
                wake = send(now);
            }
            return now / 60e9;
        }

        private void happen(Event event, long now) {
            if (event.pollsDue()) {
                // what is polled is loaded; until then there is less to ask
                foreground.add(new Request(null, true));
                events.add(new Event(now + seconds(60 / Math.max(0.01, loads.polls())), null, true));
                return;
            }
            var ended = event.ended().walk();
            budget.ended(ended != null, now);
            if (ended == null) {
                return;
            }
            var walk = begun.get(ended);
            walk.asking--;
            asking.merge(ended.tenant(), -1, Integer::sum);
            if (walk.left == 0 && walk.asking == 0) {
                unfinished--;
                running.merge(ended.tenant(), -1, Integer::sum);
            }
            begun.forEach((planned, each) -> {
                while (planned.tenant().equals(ended.tenant()) && each.left > 0 && (each.asking == 0
                        || (each == walk && asking.get(ended.tenant()) < loads.inProgress() - 1))) {
                    ask(planned, each);
                }
            });
        }

        private void ask(FirstLoads.PlannedLoad planned, Walk walk) {
            walk.left--;
            walk.asking++;
            asking.merge(planned.tenant(), 1, Integer::sum);
            background.add(new Request(planned, false));
        }

        private void begin() {
            int all = running.values().stream().mapToInt(Integer::intValue).sum();
            var waiting = List.copyOf(notBegun);
            for (var walk : waiting) {
                if (all < LOADS && running.getOrDefault(walk.tenant(), 0) < loads.inProgress()) {
                    notBegun.remove(walk);
                    running.merge(walk.tenant(), 1, Integer::sum);
                    begun.put(walk, new Walk(walk.requests()));
                    ask(walk, begun.get(walk));
                    all++;
                }
            }
        }

        /** Sends what may be sent, and says when there may be more. */
        private long send(long now) {
            while (!foreground.isEmpty() || !background.isEmpty()) {
                boolean isPoll = background.isEmpty()
                        || (!foreground.isEmpty() && (inARow < 3 || !budget.admitsBackground(now)));
                long wait = budget.enter(!isPoll, now);
                if (wait > 0) {
                    return now + wait;
                }
                inARow = isPoll ? inARow + 1 : 0;
                var request = isPoll ? foreground.remove() : background.remove();
                double answer = isPoll ? 0.1 : request.walk().seconds() / request.walk().requests();
                events.add(new Event(now + seconds(answer * (0.75 + 0.6 * random.nextDouble())), request, false));
            }
            return Long.MAX_VALUE;
        }

        private static long seconds(double seconds) {
            return (long) (seconds * TimeUnit.SECONDS.toNanos(1));
        }
    }
}
