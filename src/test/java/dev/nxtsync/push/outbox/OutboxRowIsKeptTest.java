package dev.nxtsync.push.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.nxtsync.push.outbox.OutboxRow.RowState;
import dev.nxtsync.push.outbox.OutboxRow.Step;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.tenant.Tenant;

/** Whatever a row becomes, it is read as it was kept: also a kind of mutation, state or step that is new one day. */
class OutboxRowIsKeptTest {
    private static final PushStore STORE = PushStore.migrated();

    static Stream<Integer> seeds() {
        return IntStream.range(0, 60).boxed();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void asItIs(int seed) throws Exception {
        var random = new Random(seed);
        String push = "kept" + seed;
        long id = ((OutboxApi.Queued) STORE.entries().take(push, "k", "{\"a\": 1}", Optional.of(7), Optional.of("g")))
                .id();
        Claim claim = claim(push);
        OutboxRow before = STORE.reader().read(List.of(id)).get(0);
        OutboxRow row = random(before, random);
        STORE.outbox().settle(claim, List.of(new RowTransition(before, row)));
        assertThat(STORE.reader().read(List.of(id))).containsExactly(row);
        assertThat(STORE.reader().readWithoutPayload(List.of(id)).get(0).payload()).isEqualTo("{}");
    }

    private static Claim claim(String push) throws Exception {
        STORE.tables().lanes().announce(Map.of(push, "main"));
        int lane = STORE.tables().lanes().dueLanes(push, "main").get(0).lane();
        return ((Claims.Claimed) STORE.replica().claim(WorkUnit.ofLane("main", Tenant.company(7), push, lane))).claim();
    }

    private static OutboxRow random(OutboxRow row, Random random) {
        RowState state = one(RowState.values(), random);
        return new OutboxRow(row.id(), row.key(), row.payload(), row.group(), state, random.nextInt(30),
                one(Step.values(), random), maybe(one(MutationKind.values(), random), random),
                maybe("r" + row.id(), random), maybe(one(new String[]{"", "2026-11-24 12:00:00.1"}, random), random),
                maybe(at(random), random), maybe(at(random), random), maybe("No. \"ø\"", random), random.nextBoolean(),
                maybe(random.nextInt(200), random), random.nextBoolean(), random.nextInt(9),
                maybe("{\"orderNo\":9}", random),
                state == RowState.DEAD ? Optional.of("why (record_refused)") : maybe("remark", random));
    }

    private static <T> T one(T[] values, Random random) {
        return values[random.nextInt(values.length)];
    }

    private static <T> Optional<T> maybe(T value, Random random) {
        return random.nextInt(3) == 0 ? Optional.empty() : Optional.of(value);
    }

    private static Instant at(Random random) {
        return Instant.parse("2026-11-24T12:00:00Z").plus(random.nextInt(1_000_000_000), ChronoUnit.MICROS);
    }
}
