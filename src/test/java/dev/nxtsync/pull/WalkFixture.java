package dev.nxtsync.pull;

import static dev.nxtsync.pull.PullsFixture.COMPANY;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

import dev.nxtsync.graphql.Failure;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.pull.state.TableScan.ScanKind;
import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.UnitKind;

/** Walks through tables of some thirty pages, by three readers. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class WalkFixture {
    static final int ROWS = 200;
    static final Failure REFUSED = new Failure.InvalidRequest("no", "", Set.of(), true);
    static final Failure BROKEN = new Failure.InDoubt("cut off", "", false, false, Duration.ofHours(1));

    PullsFixture pulls;
    WalkMemory memory;
    final AtomicInteger pages = new AtomicInteger();

    @BeforeAll
    void begin() throws SQLException {
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
    void end() {
        pulls.close();
    }

    @BeforeEach
    void nothingIsLoaded() {
        memory = new WalkMemory();
        pages.set(0);
        pulls.instead = question -> Optional.empty();
        pulls.asked.clear();
        pulls.store.database()
                .execute("delete from nxt_sync.run; delete from nxt_sync.pass; truncate nxt.\"order\", nxt.product, "
                        + "nxt.order_line; update nxt_sync.pull_state set loaded_at = null, state = 'ok', code = null, "
                        + "reason = null, rows = 0");
    }

    void after(int page, Runnable then) {
        pulls.instead = question -> {
            if (pages.incrementAndGet() == page) {
                then.run();
            }
            return Optional.empty();
        };
    }

    static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Work of a process that knows nothing of parts: it finds none, reads alone, and leaves those that are kept. */
    void unknown(SqlWork work) throws SQLException {
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

    interface SqlWork {
        void run() throws SQLException;
    }

    Outcome load(String pull) throws SQLException {
        return load(pull, scan(pull).orElseGet(() -> wanted(pull)));
    }

    Outcome load(String pull, TableScan from) throws SQLException {
        var turn = pulls.turn(UnitKind.LOAD, pull);
        try {
            return new LoadRun(turn, pulls.source, pulls.sink, pulls.runs, pulls.store.scans(), memory).from(from);
        } finally {
            pulls.free(turn.claim());
        }
    }

    static TableScan wanted(String pull) {
        return TableScan.wanted(pull, COMPANY, ScanKind.LOAD);
    }

    Optional<TableScan> scan(String pull) throws SQLException {
        return pulls.store.scans().of(pull, COMPANY, ScanKind.LOAD);
    }

    long parts() {
        return pulls.store.database().count("nxt_sync.pass_range");
    }

    long written(String pull) {
        return pulls.store.database().count(target(pull));
    }

    private static String target(String pull) {
        return pull.equals("orderline") ? "nxt.order_line" : "nxt.\"" + pull + "\"";
    }

    void assertEqual(String pull) {
        assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), COMPANY,
                pull.equals("orderline") ? "orderLine" : pull)).isEmpty();
    }

    List<String> history() {
        return pulls.store.database().rows("select outcome || ' ' || rows_read as run from nxt_sync.run order by id")
                .stream().map(run -> run.get("run")).toList();
    }
}
