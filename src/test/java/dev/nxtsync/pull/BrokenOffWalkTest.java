package dev.nxtsync.pull;

import static dev.nxtsync.pull.PullsFixture.COMPANY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.nxtsync.database.Handles;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.pull.state.TableScans;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.tenant.Tenant;

/** What is kept of a walk that is broken off, and how the next turn goes on. */
class BrokenOffWalkTest extends WalkFixture {
    @ParameterizedTest
    @ValueSource(strings = {"order", "product"})
    void theNextTurnGoesOnWithEachPartWhereItWas(String pull) throws SQLException {
        after(12, () -> pulls.passed += Duration.ofSeconds(11).toNanos());
        load(pull);
        assertThat(parts()).isEqualTo(3);
        long read = written(pull);
        // the last page of a part is not full
        assertThat(read).isBetween(10 * 7L, 15 * 7L);
        assertThat(scan(pull).orElseThrow().rows()).as("what a reader of one part need not read again").isBetween(7L,
                read - 7);
        pulls.asked.clear();
        load(pull);
        assertThat(history()).containsExactly("goes on " + read, "ok " + (ROWS - read));
        assertThat(parts()).isZero();
        assertEqual(pull);
    }

    @Test
    void whatOthersHaveReadIsKeptWhenOnePartFails() throws SQLException {
        var others = new CountDownLatch(2);
        pulls.instead = question -> {
            int page = pages.incrementAndGet();
            if (page == 7) {
                await(others);
                return Optional.of(BROKEN);
            }
            if (page > 7) {
                others.countDown();
            }
            return Optional.empty();
        };
        assertThat(load("order")).isEqualTo(new Outcome.Again(Duration.ofHours(1)));
        long read = written("order");
        assertThat(read).isGreaterThan(5 * 7);
        pulls.instead = question -> Optional.empty();
        load("order");
        assertThat(history()).containsExactly("in_doubt " + read, "ok " + (ROWS - read));
        assertEqual("order");
    }

    @Test
    void whoeverKnowsOfNoPartsGoesOnWithoutAGapAndPartsAreVoidOnceHeHas() throws SQLException {
        after(9, () -> pulls.passed += Duration.ofSeconds(11).toNanos());
        load("order");
        long kept = scan("order").orElseThrow().rows();
        unknown(() -> {
            pages.set(0);
            after(2, () -> pulls.passed += Duration.ofSeconds(11).toNanos());
            load("order");
        });
        assertThat(scan("order").orElseThrow().rows()).isEqualTo(kept + 14);
        pulls.instead = question -> Optional.empty();
        load("order");
        assertThat(pulls.state("order").loadedAt()).isPresent();
        assertThat(history().get(2)).as("all that lies behind").isEqualTo("ok " + (ROWS - kept - 14));
        assertThat(pulls.store.database().number("select rows from nxt_sync.pull_state where pull = 'order'"))
                .isEqualTo(ROWS);
        assertEqual("order");
    }

    @Test
    void aLoadThatIsWantedAnewKnowsNoPartsOfTheOneBefore() throws SQLException {
        after(9, () -> pulls.passed += Duration.ofSeconds(11).toNanos());
        load("order");
        try (var transaction = Handles.on(pulls.store.database().connect())) {
            TableScans.wantAll(transaction, "order");
        }
        pulls.instead = question -> Optional.empty();
        load("order");
        assertThat(history()).element(1).isEqualTo("ok " + ROWS);
        assertEqual("order");
    }

    @Test
    void requestsThatAreUnderWayAreNotCutOffWhereTheTargetFails() throws SQLException {
        var together = new CountDownLatch(3);
        var cutOff = new AtomicBoolean();
        pulls.store.database().execute("create function nxt.refuse() returns trigger language plpgsql as "
                + "'begin raise exception ''not now''; end'; create trigger refuse before insert on nxt.\"order\" "
                + "for each statement when (pg_trigger_depth() = 0) execute function nxt.refuse()");
        pulls.instead = question -> {
            if (pages.incrementAndGet() > 2) {
                together.countDown();
                try {
                    together.await(2, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    cutOff.set(true);
                }
            }
            return Optional.empty();
        };
        try {
            load("order");
            assertThat(history()).hasSize(1).first().asString().doesNotStartWith("ok");
            assertThat(cutOff).isFalse();
        } finally {
            pulls.store.database().execute("drop trigger refuse on nxt.\"order\"; drop function nxt.refuse() cascade");
        }
    }

    @Test
    void whatIsUnderWayWhenTheProcessStopsIsKept() throws SQLException {
        var stopping = new CountDownLatch(1);
        pulls.instead = question -> {
            int page = pages.incrementAndGet();
            if (page == 7) {
                stopping.countDown();
                throw new ShuttingDown();
            }
            if (page > 4) {
                await(stopping);
            }
            return Optional.empty();
        };
        assertThatThrownBy(() -> load("order")).isInstanceOf(ShuttingDown.class);
        assertThat(history()).containsExactly("goes on " + written("order"));
        assertThat(written("order")).as("six pages").isGreaterThan(5 * 7);
        pulls.asked.clear();
        pulls.instead = question -> Optional.empty();
        load("order");
        assertThat(pulls.asked).hasSizeLessThan(29 - 6 + 9);
        assertEqual("order");
    }

    @Test
    void nobodyReadsAnyMoreWhenARunThatIsInterruptedHasEnded() throws Exception {
        var together = new CountDownLatch(3);
        var reading = new AtomicInteger();
        pulls.instead = question -> {
            if (pages.incrementAndGet() < 3) {
                return Optional.empty();
            }
            reading.incrementAndGet();
            together.countDown();
            try {
                new CountDownLatch(1).await();
                return Optional.empty();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.of(BROKEN);
            } finally {
                reading.decrementAndGet();
            }
        };
        var left = new AtomicInteger(-1);
        var run = new Thread(() -> {
            try {
                load("order");
            } catch (SQLException | RuntimeException e) {
                // whichever way it ends
            } finally {
                left.set(reading.get());
            }
        });
        run.start();
        await(together);
        run.interrupt();
        run.join(Duration.ofSeconds(20).toMillis());
        assertThat(left).as("still in the middle of a request").hasValue(0);
        assertThat(pulls.source.places().free(Tenant.company(COMPANY))).isEqualTo(3);
        pulls.instead = question -> Optional.empty();
        load("order");
        assertEqual("order");
    }

    @ParameterizedTest
    @ValueSource(strings = {"order", "product"})
    void whatComesGoesAndChangesWhileATableIsReadInPartsIsThereInTheEnd(String pull) throws SQLException {
        String key = pull.equals("order") ? "orderNo" : "productNo";
        var keys = pulls.sandbox.rows(COMPANY, pull).stream().map(row -> row.get(key)).toList();
        var gone = keys.get(ROWS / 2);
        pulls.instead = question -> {
            int page = pages.incrementAndGet();
            if (page == 8) {
                pulls.sandbox.put(COMPANY, pull, Map.of(key, keys.get(ROWS - 3), "information1", "changed"));
                pulls.sandbox.put(COMPANY, pull, Map.of(key, keys.get(1), "information1", "changed"));
                pulls.sandbox.put(COMPANY, pull, Map.of(key, pull.equals("order") ? -5 : "!first"));
                pulls.sandbox.put(COMPANY, pull, Map.of(key, pull.equals("order") ? 1_999_999_999 : "~last"));
                pulls.sandbox.delete(COMPANY, pull, Map.of(key, gone));
            }
            return Optional.empty();
        };
        try {
            load(pull);
            pulls.instead = question -> Optional.empty();
            pulls.store.database().execute("update nxt_sync.pull_state set loaded_at = now() - interval '1 hour'");
            pulls.poll();
            pulls.run(UnitKind.RECONCILIATION, pull);
            assertEqual(pull);
        } finally {
            pulls.sandbox.put(COMPANY, pull, Map.of(key, gone));
            for (Object added : pull.equals("order")
                    ? List.<Object>of(-5, 1_999_999_999)
                    : List.<Object>of("!first", "~last")) {
                pulls.sandbox.delete(COMPANY, pull, Map.of(key, added));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void whateverFailsAndWhoeverGoesOnEachRowIsThereAndCountedOnce(int seed) throws SQLException {
        var random = new Random(seed);
        String pull = List.of("order", "orderline", "product").get(seed % 3);
        for (int turn = 0; turn == 0 || scan(pull).isPresent(); turn++) {
            assertThat(turn).isLessThan(100);
            pages.set(0);
            int cut = 1 + random.nextInt(12);
            boolean fails = random.nextBoolean();
            pulls.instead = question -> {
                if (pages.incrementAndGet() != cut) {
                    return Optional.empty();
                }
                if (fails) {
                    return Optional.of(BROKEN);
                }
                pulls.passed += Duration.ofSeconds(11).toNanos();
                return Optional.empty();
            };
            if (random.nextInt(4) == 0) {
                unknown(() -> load(pull));
            } else {
                load(pull);
            }
            memory = random.nextBoolean() ? memory : new WalkMemory();
        }
        assertThat(pulls.state(pull).loadedAt()).isPresent();
        assertThat(pulls.store.database().number("select rows from nxt_sync.pull_state where pull = '" + pull + "'"))
                .isEqualTo(ROWS);
        assertEqual(pull);
    }
}
