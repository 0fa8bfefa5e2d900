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
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.nxtsync.database.Handles;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.pull.state.TableScan.ScanKind;
import dev.nxtsync.pull.state.TableScans;
import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.tenant.Tenant;

/** Walks through tables of some thirty pages, by three readers. */
class TableWalkTest {
    private static final int ROWS = 200;
    private static final Failure REFUSED = new Failure.InvalidRequest("no", "", Set.of(), true);
    private static final Failure BROKEN = new Failure.InDoubt("cut off", "", false, false, Duration.ofHours(1));
    private static final Failure THROTTLED = new Failure.Throttled("slowly", "", Duration.ofHours(1));
    private static PullsFixture pulls;
    private WalkMemory memory = new WalkMemory();
    private final AtomicInteger pages = new AtomicInteger();

    @BeforeAll
    static void begin() throws SQLException {
        pulls = new PullsFixture(
                SandboxOptions.defaults().withRate(1_000_000)
                        .withRows(Map.of("order", ROWS, "product", ROWS, "orderLine", 0)),
                Map.of("NXT_PULLS_ORDER_TABLE", "order", "NXT_PULLS_ORDER_PAGE_SIZE", "7",
                        "NXT_PULLS_ORDER_PAGE_SIZE_MAX", "7", "NXT_PULLS_PRODUCT_TABLE", "product",
                        "NXT_PULLS_PRODUCT_PAGE_SIZE", "7", "NXT_PULLS_PRODUCT_PAGE_SIZE_MAX", "7",
                        "NXT_PULLS_ORDERLINE_TABLE", "orderLine", "NXT_PULLS_ORDERLINE_PAGE_SIZE", "7",
                        "NXT_PULLS_ORDERLINE_PAGE_SIZE_MAX", "7"));
        // some orders with few lines, and one with most
        for (int line = 1; line <= ROWS; line++) {
            pulls.sandbox.put(COMPANY, "orderLine", Map.of("orderNo", line <= 20 ? line : 9, "lineNo", line));
        }
        pulls.readers = 3;
        pulls.restart();
    }

    @AfterAll
    static void end() {
        pulls.close();
    }

    @BeforeEach
    void nothingIsLoaded() {
        pulls.instead = question -> Optional.empty();
        pulls.asked.clear();
        pulls.store.database()
                .execute("delete from nxt_sync.run; delete from nxt_sync.pass; truncate nxt.\"order\", nxt.product, "
                        + "nxt.order_line; update nxt_sync.pull_state set loaded_at = null, state = 'ok', code = null, "
                        + "reason = null, rows = 0");
    }

    @ParameterizedTest
    @CsvSource({"order, 2", "orderline, 2", "product, 3"})
    void aTableIsReadByThreeAtATimeAndEachRowOnce(String pull, int before) throws SQLException {
        var together = new CountDownLatch(3);
        pulls.instead = question -> {
            if (pages.incrementAndGet() >= before) {
                together.countDown();
                await(together);
            }
            return Optional.empty();
        };
        load(pull);
        assertThat(together.getCount()).as("readers that never came").isZero();
        assertThat(history()).containsExactly("ok " + ROWS);
        assertThat(pulls.asked).as("a page of its own for the end of each part").hasSizeLessThan(29 + 9);
        assertEqual(pull);
    }

    @Test
    void aRowFarBehindAllOthersDoesNotMakeOneReaderReadThemAll() throws SQLException {
        var far = Map.<String, Object>of("orderNo", 2_000_000_000);
        pulls.sandbox.put(COMPANY, "order", far);
        try {
            load("order");
            // those of one part come one after the other, and each says where the part ends
            var ofOnePart = pulls.asked.stream().filter(question -> !question.variables().toString().contains("_lt"))
                    .count();
            assertThat(ofOnePart).isLessThan(5);
            assertThat(history()).containsExactly("ok " + (ROWS + 1));
            assertEqual("order");
        } finally {
            pulls.sandbox.delete(COMPANY, "order", far);
        }
    }

    @Test
    void aTableOfTwoPagesIsNotSplit() throws SQLException {
        var most = wanted("order").begun(pulls.store.states().now());
        load("order",
                new TableScan(most.pull(), COMPANY, most.kind(), most.startedAt(),
                        Optional.of("{\"orderNo\":" + (ROWS - 14) + "}"), ROWS - 14, Optional.of((long) ROWS),
                        most.mark(), Optional.empty(), false, false, false));
        assertThat(pulls.asked).hasSize(2).noneMatch(question -> question.document().contains("last:"));
    }

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

    @ParameterizedTest
    @ValueSource(strings = {"last:", "skip:"})
    void aServerThatRefusesWhatIsAskedToSplitATableIsAskedForItInOnePart(String refused) throws SQLException {
        refuse(question -> question.document().contains(refused));
        load("product");
        assertThat(history()).containsExactly("ok " + ROWS);
        assertThat(parts()).isZero();
        assertEqual("product");
    }

    @Test
    void partsThatAreRefusedThreeTimesAreReadInOne() throws SQLException {
        refuse(question -> question.variables().toString().contains("_gte"));
        for (int attempt = 1; attempt <= 3; attempt++) {
            assertThat(pulls.state("order").loadedAt()).isEmpty();
            load("order");
        }
        load("order");
        assertThat(pulls.state("order").loadedAt()).isPresent();
        assertThat(pulls.state("order").missing()).isEmpty();
        assertEqual("order");
    }

    @Test
    void aWalkWhoseEveryCursorIsRefusedBeginsAnew() throws SQLException {
        after(9, () -> pulls.passed += Duration.ofSeconds(11).toNanos());
        load("order");
        assertThat(parts()).isGreaterThan(1);
        var begunAnew = new AtomicBoolean();
        pulls.instead = question -> {
            if (!question.variables().toString().contains("{\"orderNo\":{\"_g")) {
                begunAnew.set(true);
            }
            return begunAnew.get() ? Optional.empty() : Optional.of(REFUSED);
        };
        for (int attempt = 1; attempt <= 6; attempt++) {
            assertThat(pulls.state("order").loadedAt()).isEmpty();
            load("order");
        }
        assertThat(pulls.state("order").loadedAt()).isPresent();
        assertEqual("order");
    }

    @Test
    void aWalkThatIsToBeReadInOnePartStaysSoWhateverComesBetween() throws SQLException {
        refuse(question -> question.variables().toString().contains("_gte"));
        for (int attempt = 1; attempt <= 3; attempt++) {
            load("order");
        }
        var once = new AtomicBoolean(true);
        pulls.instead = question -> once.getAndSet(false) ? Optional.of(BROKEN) : Optional.empty();
        load("order");
        assertThat(pulls.state("order").loadedAt()).isEmpty();
        pulls.asked.clear();
        load("order");
        assertThat(pulls.asked).noneMatch(question -> question.variables().toString().contains("_gte"));
        assertThat(pulls.state("order").loadedAt()).isPresent();
        assertEqual("order");
    }

    @Test
    void whereTheServerHasNoRoomForSeveralOneGoesOn() throws SQLException {
        pulls.instead = question -> Thread.currentThread().getName().equals("page-reader")
                ? Optional.of(THROTTLED)
                : Optional.empty();
        load("order");
        assertThat(history()).containsExactly("ok " + ROWS);
        assertThat(pulls.asked).as("it is not tried again and again").hasSizeLessThan(29 + 7);
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

    @Test
    void threeReadersShareOnePageWhereThereIsNoMemoryForMore() throws SQLException {
        var turn = pulls.turn(UnitKind.LOAD, "order");
        var sink = new PullSink(pulls.plans, pulls.store.writer(), pulls.store.faults(), new PageMemory() {
            @Override
            boolean take() {
                return false;
            }
        });
        try {
            new LoadRun(turn, pulls.source, sink, pulls.runs, pulls.store.scans(), memory).from(wanted("order"));
        } finally {
            pulls.free(turn.claim());
        }
        assertThat(history()).containsExactly("ok " + ROWS);
        assertEqual("order");
    }

    @Test
    void whileOtherWalksOfTheCompanyGoOnEachHasOneReader() throws SQLException {
        var company = Tenant.company(COMPANY);
        var invited = new AtomicInteger();
        pulls.instead = question -> {
            int page = pages.incrementAndGet();
            if (page == 10 || page == 20) {
                for (int i = 0; i < 3; i++) {
                    if (page == 10) {
                        pulls.source.places().first(company);
                    } else {
                        pulls.source.places().left(company);
                    }
                }
                invited.set(0);
            } else if (Thread.currentThread().getName().equals("page-reader")) {
                invited.incrementAndGet();
            }
            if (page == 19) {
                assertThat(invited.get()).as("pages that were under way when the others began").isLessThan(5);
            }
            return Optional.empty();
        };
        load("order");
        assertThat(history()).containsExactly("ok " + ROWS);
        assertThat(invited.get()).as("they come back").isPositive();
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

    @Test
    void aTableIsListedInPartsTooAndNothingDiffers() throws SQLException {
        load("order");
        pulls.store.database().execute("update nxt_sync.pull_state set loaded_at = now() - interval '1 hour'; "
                + "update nxt.\"order\" set nxt_read_at = now() - interval '1 hour'");
        pulls.sandbox.delete(COMPANY, "order", Map.of("orderNo", 100));
        pulls.store.database().execute("delete from nxt.\"order\" where order_no = 150; delete from nxt_sync.run");
        pulls.asked.clear();
        try {
            pulls.run(UnitKind.RECONCILIATION, "order");
        } finally {
            pulls.sandbox.put(COMPANY, "order", Map.of("orderNo", 100));
        }
        assertThat(pulls.asked).filteredOn(question -> question.variables().toString().contains("_lt"))
                .hasSizeGreaterThan(10);
        assertThat(pulls.store.database().rows("select outcome, rows_deleted, rows_written from nxt_sync.run"))
                .containsExactly(Map.of("outcome", "ok", "rows_deleted", "1", "rows_written", "1"));
        assertThat(parts()).isZero();
    }

    private void after(int page, Runnable then) {
        pulls.instead = question -> {
            if (pages.incrementAndGet() == page) {
                then.run();
            }
            return Optional.empty();
        };
    }

    private static void refuse(Predicate<Question> refused) {
        pulls.instead = question -> refused.test(question) ? Optional.<Answer>of(REFUSED) : Optional.empty();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Work of a process that knows nothing of parts: it finds none, reads alone, and leaves those that are kept. */
    private static void unknown(SqlWork work) throws SQLException {
        String shift = "update nxt_sync.pass_range set started_at = started_at %s interval '1 day'";
        pulls.store.database().execute(shift.formatted("-"));
        pulls.readers = 1;
        pulls.restart();
        try {
            work.run();
        } finally {
            pulls.readers = 3;
            pulls.restart();
            pulls.store.database().execute(shift.formatted("+"));
        }
    }

    private interface SqlWork {
        void run() throws SQLException;
    }

    private Outcome load(String pull) throws SQLException {
        return load(pull, scan(pull).orElseGet(() -> wanted(pull)));
    }

    private Outcome load(String pull, TableScan from) throws SQLException {
        var turn = pulls.turn(UnitKind.LOAD, pull);
        try {
            return new LoadRun(turn, pulls.source, pulls.sink, pulls.runs, pulls.store.scans(), memory).from(from);
        } finally {
            pulls.free(turn.claim());
        }
    }

    private static TableScan wanted(String pull) {
        return TableScan.wanted(pull, COMPANY, ScanKind.LOAD);
    }

    private static Optional<TableScan> scan(String pull) throws SQLException {
        return pulls.store.scans().of(pull, COMPANY, ScanKind.LOAD);
    }

    private static long parts() {
        return pulls.store.database().count("nxt_sync.pass_range");
    }

    private static long written(String pull) {
        return pulls.store.database().count(target(pull));
    }

    private static String target(String pull) {
        return pull.equals("orderline") ? "nxt.order_line" : "nxt.\"" + pull + "\"";
    }

    private static void assertEqual(String pull) {
        assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), COMPANY,
                pull.equals("orderline") ? "orderLine" : pull)).isEmpty();
    }

    private static List<String> history() {
        return pulls.store.database().rows("select outcome || ' ' || rows_read as run from nxt_sync.run order by id")
                .stream().map(run -> run.get("run")).toList();
    }
}
