package dev.nxtsync.pull;

import static dev.nxtsync.pull.PullsFixture.COMPANY;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.graphql.Failure;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.tenant.Tenant;

/** How a table of some thirty pages is shared by its readers. */
class TablePartsTest extends WalkFixture {
    private static final Failure THROTTLED = new Failure.Throttled("slowly", "", Duration.ofHours(1));

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
}
