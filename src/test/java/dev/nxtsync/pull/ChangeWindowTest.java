package dev.nxtsync.pull;

import static dev.nxtsync.pull.ChangingTable.PLAN;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.state.PullState.Mark;
import dev.nxtsync.pull.state.PullState.Walk;
import dev.nxtsync.pull.state.PullStates;

class ChangeWindowTest {
    private static final Instant AT = Instant.parse("2026-01-05T00:00:00Z");
    private static final Duration OVERLAP = PLAN.pull().overlap();
    /** How late a commit may be, also where a walk has several pages. */
    private static final Duration LATE = OVERLAP.dividedBy(2).minusSeconds(10);

    /** Of a pull that has read nothing yet. */
    static final PullState EMPTY = state(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    private final ChangingTable table = new ChangingTable();
    private final Map<Integer, String> copy = new HashMap<>();
    private PullState state = EMPTY;
    private int rowsRead;

    @Test
    void aKeyThatComesAgainOnALaterPageOfAWalkIsTold() {
        var window = new ChangeWindow(PLAN, state, ZoneOffset.UTC);
        var first = page(1, 2);
        assertThat(window.again(first.buffer())).isEmpty();
        window.take(first, AT, true, Optional.empty());
        var second = page(3, 4);
        assertThat(window.again(second.buffer())).isEmpty();
        window.take(second, AT, true, Optional.empty());
        assertThat(window.again(page(5, 2, 3).buffer())).as("of each page before")
                .containsExactlyInAnyOrder(List.of("2"), List.of("3"));
        window.begin();
        assertThat(window.again(page(2).buffer())).as("another walk reads the same rows again").isEmpty();
    }

    static Stream<Integer> seeds() {
        return IntStream.range(0, 150).boxed();
    }

    /** Whatever changes while walks are under way, however late it is committed, and wherever the process is killed. */
    @ParameterizedTest
    @MethodSource("seeds")
    void onceATableStandsStillOneMoreWalkHasEverything(int seed) {
        var random = new Random(seed);
        int rows = 1 + random.nextInt(30);
        int size = 1 + random.nextInt(8);
        for (int turn = 0; turn < 8; turn++) {
            walk(random, size, () -> {
                for (int change = random.nextInt(4); change > 0; change--) {
                    table.change(random.nextInt(rows), Duration.ofSeconds(random.nextInt((int) LATE.toSeconds())));
                }
                // now and then nothing is answered for long
                table.now = table.now.plusSeconds(random.nextInt(random.nextInt(9) == 0 ? 1500 : 60));
            });
        }
        table.now = table.now.plus(LATE);
        walk(random, size, () -> {
        });
        assertThat(copy).isEqualTo(table.rows());
        assertThat(state.mark().map(Mark::stamp)).isEqualTo(table.top());
    }

    @Test
    void rowsThatChangeAllTheTimeDoNotKeepAWalkFromItsEnd() {
        IntStream.range(0, 40).forEach(key -> table.change(key, Duration.ZERO));
        int[] pages = {0};
        walk(new Random(1), 10, () -> {
            pages[0]++;
            table.now = table.now.plusSeconds(1);
            IntStream.range(0, 40).forEach(key -> table.change(key, Duration.ZERO));
        });
        assertThat(pages[0]).isLessThanOrEqualTo(6);
    }

    @Test
    void anOverlapOfSeveralPagesIsReadNoMoreOnceNothingCanBeCommittedLateInIt() {
        IntStream.range(0, 40).forEach(key -> table.change(key, Duration.ZERO));
        Runnable moment = () -> table.now = table.now.plusSeconds(1);
        walk(new Random(1), 10, moment);
        walk(new Random(1), 10, moment);
        assertThat(rowsRead).as("something may be committed late").isEqualTo(40);
        assertThat(state.floor()).isEmpty();
        table.now = table.now.plus(OVERLAP);
        walk(new Random(1), 10, moment);
        assertThat(state.floor()).isEqualTo(table.top());
        walk(new Random(1), 10, moment);
        assertThat(rowsRead).isZero();
        table.change(7, Duration.ZERO);
        walk(new Random(1), 10, moment);
        assertThat(copy).isEqualTo(table.rows());
    }

    @Test
    void aPageThatWasReadBeforeIsKnownAndAnyOtherIsNot() {
        table.change(1, Duration.ZERO);
        assertThat(onePageIsKnown()).as("read for the first time").isFalse();
        assertThat(onePageIsKnown()).as("nothing has changed").isTrue();
        table.now = table.now.plusSeconds(1);
        table.change(1, Duration.ZERO);
        assertThat(onePageIsKnown()).isFalse();
        state = state(state.mark(), state.floor(), Optional.empty(), Optional.empty());
        assertThat(onePageIsKnown()).as("another job has written").isFalse();
    }

    @Test
    void keysAndStampsTellThatNothingIsNewOnceTheRowsHaveComeTwice() {
        table.change(1, Duration.ZERO);
        assertThat(window().mayBeQuiet()).as("nothing has been read").isFalse();
        step(window(), 10);
        assertThat(window().mayBeQuiet()).as("a moment later they may have changed under the same stamp").isFalse();
        step(window(), 10);
        assertThat(isQuiet(window())).isTrue();
        assertThat(onePageIsKnown()).as("a page of all columns is still known").isTrue();
        assertThat(isQuiet(window())).isTrue();
        var failing = new PullState("x", 1, PullState.PullHealth.FAILING, state.reason(), 1, AT, Optional.empty(),
                Optional.of(AT), state.mark(), state.floor(), state.digest(), Optional.empty(), Optional.empty(),
                Optional.empty(), false, Optional.empty(), Optional.empty());
        assertThat(new ChangeWindow(PLAN, failing, ZoneOffset.UTC).mayBeQuiet())
                .as("that a whole page can be read is to be seen").isFalse();
        table.now = table.now.plusSeconds(1);
        table.change(1, Duration.ZERO);
        assertThat(isQuiet(window())).as("another stamp").isFalse();
        step(window(), 10);
        step(window(), 10);
        table.change(2, Duration.ZERO);
        assertThat(isQuiet(window())).as("one row more").isFalse();
    }

    @Test
    void whateverIsDoubtfulAboutKeysAndStampsIsLeftToAPageOfAllColumns() {
        table.change(1, Duration.ZERO);
        step(window(), 10);
        step(window(), 10);
        var page = page(1).cleared();
        table.rows().forEach((key, stamp) -> ChangingTable.add(page, key, stamp));
        assertThat(window().quiet(page, AT, Optional.of(false))).isPresent();
        assertThat(window().quiet(page, AT, Optional.of(true))).as("there is more").isEmpty();
        assertThat(window().quiet(page, AT, Optional.empty())).as("nobody says whether there is more").isEmpty();
        table.rows().forEach((key, stamp) -> ChangingTable.add(page, key, stamp));
        assertThat(window().quiet(page, AT, Optional.of(false))).as("a row that comes twice may be two").isEmpty();
        IntStream.range(0, 200).forEach(key -> table.change(key, Duration.ZERO));
        step(window(), 500);
        step(window(), 500);
        assertThat(window().mayBeQuiet()).as("so many rows are not asked for").isFalse();
    }

    private ChangeWindow window() {
        return new ChangeWindow(PLAN, state, ZoneOffset.UTC);
    }

    @Test
    void aPageThatSaysThatThereIsMoreAndDoesNotGoOnMakesNoSense() {
        var window = new ChangeWindow(PLAN, state, ZoneOffset.UTC);
        assertThat(window.take(page(), AT, true, Optional.empty())).as("no row").isFalse();
        assertThat(window.take(page(1), AT, true, Optional.empty())).isTrue();
        assertThat(window.take(page(1), AT, true, Optional.empty())).as("the same row again").isFalse();
        assertThat(window.take(page(2), AT, true, Optional.empty())).isTrue();
    }

    @Test
    void aWalkThatIsKeptGoesOnAndOneWhoseFirstPageIsOldBeginsAnewBeforeItIsKept() {
        IntStream.range(0, 30).forEach(key -> table.change(key, Duration.ZERO));
        var window = new ChangeWindow(PLAN, state, ZoneOffset.UTC);
        step(window, 10);
        assertThat(window.isKept()).isFalse();
        assertThat(state.walk()).as("nobody could go on from it").isEmpty();
        assertThat(window.isStale(table.now.plus(OVERLAP.dividedBy(2)))).isFalse();
        assertThat(window.isStale(table.now.plus(OVERLAP.dividedBy(2)).plusSeconds(1))).isTrue();
        step(window, 10);
        assertThat(window.isKept()).isTrue();
        assertThat(window.isStale(table.now.plus(OVERLAP))).isFalse();
        assertThat(state.walk()).hasValueSatisfying(walk -> {
            assertThat(walk.upper()).isEqualTo(table.top().orElseThrow());
            assertThat(walk.startedAt()).isEqualTo(table.now);
        });
        var next = new ChangeWindow(PLAN, state, ZoneOffset.UTC);
        assertThat(next.isFirst()).isFalse();
        step(next, 10);
        assertThat(copy).isEqualTo(table.rows());
    }

    @Test
    void aMarkThatIsNoDateAndTimeCannotBeSteppedBackFrom() {
        assertThat(new ChangeWindow(PLAN, state, ZoneOffset.UTC).isReadable()).as("none yet").isTrue();
        for (String stamp : List.of("2026-01-05 00:00:00", "2026-01-05T00:00:00.123Z", "yesterday",
                "2026-02-30 00:00:00")) {
            state = state(Optional.of(new Mark(stamp, AT)), Optional.empty(), Optional.empty(), Optional.empty());
            assertThat(new ChangeWindow(PLAN, state, ZoneOffset.UTC).isReadable()).as(stamp)
                    .isEqualTo(stamp.contains("-01-05"));
        }
    }

    /** Walks to the end, in one turn or in several. */
    private void walk(Random random, int size, Runnable between) {
        var window = new ChangeWindow(PLAN, state, ZoneOffset.UTC);
        rowsRead = 0;
        while (!window.hasEnded()) {
            if (random.nextInt(6) == 0) {
                window = new ChangeWindow(PLAN, state, ZoneOffset.UTC);
            }
            if (window.isStale(table.now)) {
                window.begin();
            }
            if (window.mayBeQuiet() && random.nextBoolean()) {
                isQuiet(window);
                between.run();
            }
            if (!window.hasEnded()) {
                step(window, size);
                between.run();
            }
        }
    }

    /** Whether the only page of a walk was known. */
    private boolean onePageIsKnown() {
        return step(new ChangeWindow(PLAN, state, ZoneOffset.UTC), 10);
    }

    /** Whether keys and stamps tell that nothing is new; if so, the walk has ended. */
    private boolean isQuiet(ChangeWindow window) {
        Instant readAt = table.now;
        var answer = table.answer(window.stamps("t0"));
        var kept = window.quiet(answer.getKey(), readAt, Optional.of(answer.getValue()));
        kept.ifPresent(end -> {
            answer.getKey().buffer().keys().stream().map(key -> Integer.valueOf(key.get(0)))
                    .forEach(key -> assertThat(copy).containsEntry(key, table.rows().get(key)));
            assertThat(end.mark()).isEqualTo(state.mark());
            assertThat(end.completeAsOf()).contains(readAt);
            assertThat(end.due()).isPresent();
            state = state(end);
        });
        assertThat(window.hasEnded()).isEqualTo(kept.isPresent());
        return kept.isPresent();
    }

    /** Reads one page, and keeps it with its checkpoint. Says whether it was known. */
    private boolean step(ChangeWindow window, int size) {
        Instant readAt = table.now;
        var answer = table.answer(window.page("t0", size));
        var page = answer.getKey();
        boolean asked = window.asksTop();
        assertThat(window.take(page, readAt, answer.getValue(), asked ? table.top() : Optional.empty())).isTrue();
        boolean isKnown = window.isKnown(page);
        rowsRead += page.buffer().rows();
        page.buffer().keys().forEach(key -> {
            int batch = Integer.parseInt(key.get(0));
            copy.put(batch, table.rows().get(batch));
        });
        var kept = window.checkpoint(page, readAt);
        assertThat(kept.mark().map(Mark::stamp).orElse("")).as("the mark never goes back")
                .isGreaterThanOrEqualTo(state.mark().map(Mark::stamp).orElse(""));
        assertThat(kept.due().isPresent()).isEqualTo(window.hasEnded());
        state = state(kept);
        return isKnown;
    }

    private static PageReader page(int... keys) {
        var reader = new PageReader(PLAN.mapping(), PLAN.key(), PLAN.changeOrder(), Set.of());
        for (int key : keys) {
            ChangingTable.add(reader, key, "2026-01-0%d 00:00:00".formatted(key));
        }
        return reader;
    }

    private static PullState state(PullStates.IncrementPage kept) {
        return state(kept.mark(), kept.floor(), kept.digest(), kept.walk());
    }

    private static PullState state(Optional<Mark> mark, Optional<String> floor, Optional<String> digest,
            Optional<Walk> walk) {
        return new PullState("x", 1, PullState.PullHealth.OK, new Problem(ErrorCode.UNEXPECTED, ""), 0, AT,
                Optional.empty(), Optional.of(AT), mark, floor, digest, walk, Optional.empty(), Optional.empty(), false,
                Optional.empty(), Optional.empty());
    }
}
