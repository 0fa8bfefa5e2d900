package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.inbox.Inbox.Woken;

class WokenKeysTest {

    @Test
    void eventsOfOneRowAreOneKeyWhichIsAsSuspiciousAsTheWorstOfThem() {
        var keys = WokenKeys.of(List.of(woken(1, "orders", "a", 0), woken(2, "orders", "b", 0),
                woken(3, "again", "a", 0), woken(4, "orders", "a", 2)));
        assertThat(keys).extracting(WokenKeys.WokenKey::text).containsExactly("a", "b", "a");
        assertThat(keys).extracting(WokenKeys.WokenKey::attempts).containsExactly(2, 0, 0);
        assertThat(WokenKeys.ids(WokenKeys.next(keys, false, pull -> 10, 100))).containsExactly(2L, 3L);
        assertThat(WokenKeys.ids(WokenKeys.next(keys, true, pull -> 10, 100))).containsExactly(1L, 4L);
    }

    @Test
    void asManyFreshKeysGoTogetherAsThePullsAndTheRequestTake() {
        var keys = WokenKeys
                .of(IntStream.range(0, 30).mapToObj(i -> woken(i, i % 2 == 0 ? "a" : "b", "k" + i, 0)).toList());
        assertThat(WokenKeys.next(keys, true, pull -> pull.equals("a") ? 4 : 100, 100)).hasSize(4 + 15);
        assertThat(WokenKeys.next(keys, false, pull -> 100, 7)).hasSize(7);
    }

    static Stream<Integer> seeds() {
        return IntStream.range(0, 100).boxed();
    }

    /** Requests fail that hold a key at fault, whether by an exception or by the end of the process: each is counted before. */
    @ParameterizedTest
    @MethodSource("seeds")
    void whicheverKeysAreAtFaultTheyAreFoundAndAllOthersAreLookedAtInFewRequests(int seed) {
        var random = new Random(seed);
        int count = 1 + random.nextInt(400);
        Map<Long, Integer> attempts = new HashMap<>();
        Set<Long> atFault = new HashSet<>();
        for (long id = 0; id < count; id++) {
            attempts.put(id, 0);
            if (atFault.size() < 2 && random.nextInt(count) == 0) {
                atFault.add(id);
            }
        }
        int requests = 0;
        while (attempts.values().stream().anyMatch(each -> each < Inbox.MOST_ATTEMPTS)) {
            var waiting = new ArrayList<Woken>();
            attempts.forEach((id, tried) -> {
                if (tried < Inbox.MOST_ATTEMPTS) {
                    waiting.add(woken(id, id % 3 == 0 ? "a" : "b", "k" + id, tried));
                }
            });
            var next = WokenKeys.ids(WokenKeys.next(WokenKeys.of(waiting), requests % 2 == 1, pull -> 200, 1_000));
            requests++;
            assertThat(next).isNotEmpty();
            next.forEach(id -> attempts.merge(id, 1, Integer::sum));
            if (next.stream().noneMatch(atFault::contains)) {
                next.forEach(attempts::remove);
            }
        }
        assertThat(attempts.keySet()).isEqualTo(atFault);
        assertThat(requests).isLessThan(6 + count / 10 + 20 * atFault.size() + 10);
    }

    private static Woken woken(long id, String pull, String key, int attempts) {
        return new Woken(id, pull, key, Instant.EPOCH, attempts);
    }
}
