package dev.nxtsync.pull;

import static dev.nxtsync.pull.PullsFixture.COMPANY;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.pull.state.TableScan.ScanKind;
import dev.nxtsync.pull.target.TargetColumn;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.UnitKind;

/** The listing of a table of three pages. */
class TableListingTest {
    private static PullsFixture pulls;
    private final ListingMemory memory = new ListingMemory();
    private Optional<String> lack = Optional.empty();

    @BeforeAll
    static void begin() throws SQLException {
        pulls = new PullsFixture(Map.of("order", 25, "timeless", 25),
                Map.of("NXT_PULLS_ORDERS_TABLE", "order", "NXT_PULLS_ORDERS_PAGE_SIZE", "10",
                        "NXT_PULLS_ORDERS_PAGE_SIZE_MAX", "10", "NXT_PULLS_THINGS_TABLE", "timeless",
                        "NXT_PULLS_THINGS_KEY", "timelessNo"));
    }

    @AfterAll
    static void end() {
        pulls.close();
    }

    @BeforeEach
    void nothingIsListed() {
        pulls.instead = question -> Optional.empty();
        pulls.asked.clear();
        pulls.store.database().execute("delete from nxt_sync.pass");
    }

    @Test
    void itListsKeyAndChangeStampOfEachRowAndCountsThemBesideTheFirstPage() throws SQLException {
        var scan = ((TableListing.Listed) list("orders", wanted("orders"))).scan();
        assertThat(scan.rows()).isEqualTo(25);
        assertThat(scan.expected()).contains(25L);
        assertThat(scan.mark()).isEqualTo(Optional.of(pulls.state("orders").mark().orElseThrow().stamp()));
        assertThat(pulls.asked).hasSize(3);
        assertThat(pulls.asked).extracting(question -> question.document().contains("totalCount")).containsExactly(true,
                false, false);
        assertThat(ListingScope.whole(turnWithoutClaim("orders").plan()).columns().target().columns())
                .extracting(TargetColumn::name).containsExactly("order_no", "changed_timestamp");
    }

    @Test
    void itGivesWayWhenItsTimeIsOverAndGoesOnAfterItsLastPage() throws SQLException {
        pulls.instead = question -> {
            pulls.passed += Duration.ofSeconds(6).toNanos();
            return Optional.empty();
        };
        var step = ((TableListing.ListingStopped) list("orders", wanted("orders"))).step();
        assertThat(((ReconciliationStep.TurnEnded) step).outcome()).isInstanceOf(Outcome.Done.class);
        pulls.instead = question -> Optional.empty();
        pulls.asked.clear();
        TableScan kept = pulls.store.scans().of("orders", COMPANY, ScanKind.RECONCILIATION).orElseThrow();
        assertThat(kept.rows()).isEqualTo(20);
        assertThat(((TableListing.Listed) list("orders", kept)).scan().rows()).isEqualTo(25);
        assertThat(pulls.asked).as("the rest").hasSize(1);
    }

    @Test
    void whatIsRefusedEndsTheTurn() throws SQLException {
        pulls.instead = question -> Optional.of(new Failure.Busy("full", "", Duration.ofHours(1)));
        var step = ((TableListing.ListingStopped) list("orders", wanted("orders"))).step();
        assertThat(step).isEqualTo(new ReconciliationStep.TurnEnded(new Outcome.Again(Duration.ofHours(1))));
    }

    @Test
    void rowsThatAreCountedAndDoNotComeAreToldIfNothingChangedMeanwhile() throws SQLException {
        counting(26, "orders");
        assertThat(list("orders", scanned("orders", 26))).isInstanceOf(TableListing.Listed.class);
        assertThat(pulls.state("orders").missing().orElse("")).contains("counts 26 rows of table order, but lists 25")
                .contains("NXT_PULLS_ORDERS_KEY");
        counting(27, "orders");
        pulls.store.database().execute("update nxt_sync.pull_state set missing = null");
        list("orders", scanned("orders", 26));
        assertThat(pulls.state("orders").missing()).as("the table moves").isEmpty();
        pulls.store.database().execute("update nxt_sync.pull_state set missing = 'before' where pull = 'orders'");
        list("orders", wanted("orders"));
        assertThat(pulls.state("orders").missing()).as("as many came as are counted").isEmpty();
    }

    @Test
    void whereNoStampTellsChangesTheComparisonIsAskedBeforeRowsAreMissed() throws SQLException {
        counting(26, "things");
        assertThat(list("things", scanned("things", 26))).isInstanceOf(TableListing.Listed.class);
        assertThat(lack.orElse("")).contains("counts 26 rows of table timeless");
        assertThat(pulls.state("things").missing()).isEmpty();
    }

    /** From now on the server counts so many when it is asked once more. */
    private static void counting(long count, String pull) {
        var mark = pulls.plan(pull).tellsChanges() ? stamp(pull) : Optional.<String>empty();
        pulls.instead = question -> {
            if (!question.document().startsWith("query count_")) {
                return Optional.empty();
            }
            var data = Filters.object();
            var tables = data.putObject("useCompany");
            tables.putObject("all").put("totalCount", count);
            mark.ifPresent(top -> tables.putObject("top").putArray("items").addObject().put("changedTimestamp", top));
            return Optional.<Answer>of(new Answer.Data(data, "", 1));
        };
    }

    /** All but the last page is listed, and so many were counted at the beginning. */
    private static TableScan scanned(String pull, long expected) throws SQLException {
        return new TableScan(pull, COMPANY, ScanKind.RECONCILIATION, Optional.of(pulls.store.states().now()),
                Optional.of(pull.equals("orders") ? "{\"orderNo\":20}" : "{\"timelessNo\":20}"), 20,
                Optional.of(expected), pulls.plan(pull).tellsChanges() ? stamp(pull) : Optional.empty(),
                Optional.empty(), false, false, false);
    }

    private static Optional<String> stamp(String pull) {
        return Optional
                .of(pulls.store.database().value("select mark from nxt_sync.pull_state where pull = '" + pull + "'"));
    }

    private TableListing.ListingResult list(String pull, TableScan from) throws SQLException {
        var turn = pulls.turn(UnitKind.RECONCILIATION, pull);
        try {
            var listing = new TableListing(turn, ListingScope.whole(turn.plan()), tools(),
                    turn.clock().now().plusSeconds(10));
            if (from.startedAt().isEmpty()) {
                pulls.store.listing().begin(turn.claim());
            }
            var listed = listing.list(from.startedAt().isEmpty() ? from.begun(turn.clock().now()) : from);
            lack = listing.lack();
            return listed;
        } finally {
            pulls.free(turn.claim());
        }
    }

    private static PullTurn turnWithoutClaim(String pull) throws SQLException {
        var turn = pulls.turn(UnitKind.RECONCILIATION, pull);
        pulls.free(turn.claim());
        return turn;
    }

    private ReconciliationTools tools() {
        return new ReconciliationTools(pulls.source, pulls.sink, pulls.runs,
                new PullPositions(pulls.store.states(), pulls.store.scans(), pulls.store.proofs()),
                pulls.store.listing(), memory);
    }

    private static TableScan wanted(String pull) {
        return TableScan.wanted(pull, COMPANY, ScanKind.RECONCILIATION);
    }
}
