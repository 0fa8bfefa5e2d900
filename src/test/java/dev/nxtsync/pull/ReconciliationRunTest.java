package dev.nxtsync.pull;

import static dev.nxtsync.pull.PullsFixture.COMPANY;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.pull.state.TableScan.ScanKind;
import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.UnitKind;

/** One turn of a reconciliation. */
class ReconciliationRunTest {
    private static PullsFixture pulls;
    private final ListingMemory memory = new ListingMemory();

    @BeforeAll
    static void begin() throws SQLException {
        pulls = new PullsFixture(Map.of("order", 30), Map.of("NXT_PULLS_ORDERS_TABLE", "order",
                "NXT_PULLS_ORDERS_PAGE_SIZE", "10", "NXT_PULLS_ORDERS_PAGE_SIZE_MAX", "10"));
    }

    @AfterAll
    static void end() {
        pulls.close();
    }

    @BeforeEach
    void allIsStored() throws SQLException {
        pulls.instead = question -> Optional.empty();
        IntStream.rangeClosed(1, 30).forEach(order -> pulls.sandbox.put(COMPANY, "order", Map.of("orderNo", order)));
        pulls.store.database().execute("delete from nxt_sync.pass; delete from nxt_sync.run; truncate nxt.\"order\"; "
                + "update nxt_sync.pull_state set loaded_at = null, state = 'ok', code = null, reason = null, rows = 0, "
                + "held = null");
        pulls.run(UnitKind.LOAD, "orders");
        pulls.store.database().execute("update nxt.\"order\" set nxt_read_at = nxt_read_at - interval '1 hour'");
        pulls.asked.clear();
    }

    /** Of 30 rows, of which 20 % may be deleted. */
    @ParameterizedTest
    @CsvSource({"20, false", "21, true", "30, true"})
    void manyDeletionsWaitForAPersonAndFewNeverDo(int gone, boolean isHeld) throws SQLException {
        IntStream.rangeClosed(1, gone)
                .forEach(order -> pulls.sandbox.delete(COMPANY, "order", Map.of("orderNo", order)));
        run();
        assertThat(pulls.state("orders").held().isPresent()).isEqualTo(isHeld);
        assertThat(deleted()).isEqualTo(isHeld ? 0 : gone);
        assertThat(scan()).as("there is nothing to go on with").isEmpty();
        if (isHeld) {
            assertThat(pulls.state("orders").held().orElse("")).contains("--confirm-deletes")
                    .contains(gone == 30 ? "no row at all" : gone + " of 30 stored rows")
                    .contains(gone == 30 ? "" : "NXT_PULLS_ORDERS_MAX_DELETE_SHARE");
            keep(wanted().confirm());
            run();
            assertThat(deleted()).as("a person has allowed it").isEqualTo(gone);
            assertThat(pulls.state("orders").held()).isEmpty();
        }
    }

    @Test
    void itIsDueAgainSoLongAfterItsBeginningAndNeverAtOnce() throws SQLException {
        assertThat(Duration.between(pulls.store.states().now(), run().nextDue())).isBetween(Duration.ofHours(23),
                Duration.ofHours(25));
        pulls.instead = question -> {
            pulls.passed += Duration.ofHours(25).toNanos();
            return Optional.empty();
        };
        var turn = pulls.turn(UnitKind.RECONCILIATION, "orders");
        keep(wanted().begun(turn.clock().now().minus(Duration.ofDays(3))));
        assertThat(((Outcome.Done) run(turn)).nextDue()).as("it goes on").isBeforeOrEqualTo(turn.clock().now());
        pulls.instead = question -> Optional.empty();
        assertThat(run().nextDue()).isAfter(pulls.store.states().now());
    }

    @Test
    void aListingThatACrashOfTheDatabaseHasEmptiedIsMadeAnew() throws SQLException {
        keep(new TableScan("orders", COMPANY, ScanKind.RECONCILIATION, Optional.of(pulls.store.states().now()),
                Optional.of("{\"orderNo\":20}"), 20, Optional.of(30L), Optional.empty(), Optional.empty(), false, false,
                false));
        run();
        assertThat(deleted()).as("what was listed before the crash is not gone").isZero();
        assertThat(lists()).as("of three pages each").isEqualTo(3);
        keep(new TableScan("orders", COMPANY, ScanKind.RECONCILIATION, Optional.of(pulls.store.states().now()),
                Optional.of("{\"orderNo\":30}"), 30, Optional.of(30L), Optional.empty(), Optional.empty(), false, true,
                false));
        run();
        assertThat(lists()).as("nor are differences").isEqualTo(6);
    }

    @Test
    void aComparisonThatIsCutOffAgainAndAgainIsToldUntilOneComesToItsEnd() throws SQLException {
        var turn = pulls.turn(UnitKind.RECONCILIATION, "orders");
        assertThat(memory.comparisonBegins(turn.claim())).isZero();
        assertThat(memory.comparisonBegins(turn.claim())).isEqualTo(1);
        String[] code = new String[1];
        pulls.instead = question -> {
            // settled and read again after the comparison
            if (question.document().startsWith("query reread")) {
                code[0] = pulls.store.database().value("select code from nxt_sync.pull_state");
            }
            return Optional.empty();
        };
        run(turn);
        assertThat(code[0]).isEqualTo("target_unusable");
        assertThat(pulls.store.database().value("select code from nxt_sync.pull_state")).isNull();
        assertThat(memory.comparisonBegins(turn.claim())).as("one has ended").isZero();
    }

    @Test
    void whereTheProcessStopsTheTurnIsInTheHistoryAndTheNextGoesOn() throws SQLException {
        pulls.instead = question -> {
            if (lists() == 2) {
                throw new ShuttingDown();
            }
            return Optional.empty();
        };
        var turn = pulls.turn(UnitKind.RECONCILIATION, "orders");
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> run(turn))).isInstanceOf(ShuttingDown.class);
        assertThat(pulls.store.database().value("select outcome from nxt_sync.run where kind = 'reconciliation'"))
                .isEqualTo("goes on");
        pulls.instead = question -> Optional.empty();
        run();
        assertThat(lists()).as("one page was listed, and one was asked for again").isEqualTo(4);
        assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), COMPANY, "order")).isEmpty();
    }

    private Outcome.Done run() throws SQLException {
        return (Outcome.Done) run(pulls.turn(UnitKind.RECONCILIATION, "orders"));
    }

    private Outcome run(PullTurn turn) throws SQLException {
        try {
            return new ReconciliationRun(turn,
                    new ReconciliationTools(pulls.source, pulls.sink, pulls.runs,
                            new PullPositions(pulls.store.states(), pulls.store.scans(), pulls.store.proofs()),
                            pulls.store.listing(), memory))
                    .run();
        } finally {
            pulls.free(turn.claim());
        }
    }

    private static long lists() {
        return pulls.asked.stream().filter(question -> question.document().startsWith("query list_")).count();
    }

    private static TableScan wanted() {
        return TableScan.wanted("orders", COMPANY, ScanKind.RECONCILIATION);
    }

    private static void keep(TableScan scan) {
        pulls.store.keep(scan);
    }

    private static Optional<TableScan> scan() throws SQLException {
        return pulls.store.scans().of("orders", COMPANY, ScanKind.RECONCILIATION);
    }

    private static long deleted() {
        return pulls.store.database().number("select count(*) from nxt.\"order\" where nxt_deleted_at is not null");
    }
}
