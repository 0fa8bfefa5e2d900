package dev.nxtsync.pull;

import static dev.nxtsync.pull.PullsFixture.COMPANY;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.pull.state.TableScan.ScanKind;
import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.UnitKind;

/** Rows that are read again, of a table of 100. */
class RowSettlementTest {
    private static PullsFixture pulls;
    private final ListingMemory memory = new ListingMemory();

    @BeforeAll
    static void begin() throws SQLException {
        pulls = new PullsFixture(Map.of("order", 100), Map.of("NXT_PULLS_ORDERS_TABLE", "order"));
    }

    @AfterAll
    static void end() {
        pulls.close();
    }

    @BeforeEach
    void nothingIsInTheWay() {
        pulls.instead = question -> Optional.empty();
        pulls.store.database().execute("update nxt.\"order\" set nxt_read_at = nxt_read_at - interval '1 hour'; "
                + "update nxt_sync.pull_state set reread_cursor = null");
    }

    @Test
    void whatDiffersIsReadByItsKeyAndOnlyWhatIsNotThereThenIsDeleted() throws SQLException {
        pulls.store.database().execute("delete from nxt.\"order\" where order_no = 1; "
                + "update nxt.\"order\" set changed_timestamp = '2001-01-01', information1 = 'old' where order_no = 2");
        pulls.sandbox.delete(COMPANY, "order", Map.of("orderNo", 3));
        listWithout(4);
        assertThat(settle()).isInstanceOf(ReconciliationStep.GoOn.class);
        assertThat(pulls.asked).as("one question for all four").hasSize(1);
        assertThat(pulls.store.database()
                .value("select string_agg(order_no::text, ',') from nxt.\"order\" where nxt_deleted_at is not null"))
                .as("4 was not listed, and is there").isEqualTo("3");
        assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), COMPANY, "order")).isEmpty();
        pulls.sandbox.put(COMPANY, "order", Map.of("orderNo", 3));
    }

    @Test
    void aFilterOfTooManyKeysIsHalvedAndOneOfASingleKeyIsAFailure() throws SQLException {
        pulls.store.database().execute("delete from nxt.\"order\" where order_no <= 80");
        listWithout();
        pulls.instead = question -> keys(question) > 25 ? invalid() : Optional.empty();
        assertThat(settle()).isInstanceOf(ReconciliationStep.GoOn.class);
        assertThat(pulls.asked).extracting(RowSettlementTest::keys).startsWith(80, 80, 50, 25, 25).endsWith(5);
        assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), COMPANY, "order")).isEmpty();
        pulls.store.database().execute("delete from nxt.\"order\" where order_no <= 2");
        listWithout();
        pulls.instead = question -> invalid();
        assertThat(((ReconciliationStep.TurnEnded) settle()).outcome()).isInstanceOf(Outcome.Again.class);
        assertThat(keys(pulls.asked.get(pulls.asked.size() - 1))).isEqualTo(1);
        pulls.instead = question -> Optional.empty();
        assertThat(settle()).as("what is left is settled later").isInstanceOf(ReconciliationStep.GoOn.class);
        assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), COMPANY, "order")).isEmpty();
    }

    /** A hundred rows in about a month, where a day's share is read with each reconciliation. */
    @Test
    void aSmallPartOfTheRowsIsReadAgainEachTimeAndFromTheBeginningAfterTheEnd() throws SQLException {
        pulls.store.database()
                .execute("update nxt.\"order\" set information1 = 'rotten' where order_no in (1, 4, 100)");
        assertThat(reread()).isEqualTo(3);
        assertThat(pulls.state("orders").reread()).contains("{\"orderNo\":3}");
        assertThat(rotten()).isEqualTo("4,100");
        reread();
        assertThat(rotten()).isEqualTo("100");
        pulls.store.database().execute("update nxt_sync.pull_state set reread_cursor = '{\"orderNo\":98}'");
        assertThat(reread()).isEqualTo(2);
        assertThat(rotten()).isNull();
        assertThat(pulls.state("orders").reread()).as("the end").isEmpty();
    }

    private ReconciliationStep settle() throws SQLException {
        pulls.asked.clear();
        var turn = pulls.turn(UnitKind.RECONCILIATION, "orders");
        try {
            return settlement(turn).settle();
        } finally {
            pulls.free(turn.claim());
        }
    }

    /** Says how many rows were read. */
    private long reread() throws SQLException {
        pulls.store.database().execute("update nxt.\"order\" set nxt_read_at = nxt_read_at - interval '1 hour'");
        var turn = pulls.turn(UnitKind.RECONCILIATION, "orders");
        try {
            assertThat(settlement(turn).reread()).isInstanceOf(ReconciliationStep.GoOn.class);
        } finally {
            pulls.free(turn.claim());
        }
        return turn.report().run("ok", "").rowsRead();
    }

    private RowSettlement settlement(PullTurn turn) throws SQLException {
        return new RowSettlement(turn, tools(), turn.clock().now().plusSeconds(60));
    }

    /** Lists the table as it is but for some rows, and keeps what differs from what is stored. */
    private void listWithout(int... missing) throws SQLException {
        var turn = pulls.turn(UnitKind.RECONCILIATION, "orders");
        try {
            var listing = pulls.store.listing();
            listing.begin(turn.claim());
            var lists = new TableListing(turn, ListingScope.whole(turn.plan()), tools(),
                    turn.clock().now().plusSeconds(60));
            lists.list(TableScan.wanted("orders", COMPANY, ScanKind.RECONCILIATION).begun(turn.clock().now()));
            for (int order : missing) {
                pulls.store.database()
                        .execute("delete from nxt_sync.listing_" + turn.claim().unit() + " where order_no = " + order);
            }
            listing.compare(turn.claim(), turn.plan().target(), ListingScope.whole(turn.plan()).stored(),
                    turn.clock().now(), () -> {
                    });
        } finally {
            pulls.free(turn.claim());
        }
    }

    private ReconciliationTools tools() {
        return new ReconciliationTools(pulls.source, pulls.sink, pulls.runs,
                new PullPositions(pulls.store.states(), pulls.store.scans(), pulls.store.proofs()),
                pulls.store.listing(), memory);
    }

    private static String rotten() {
        return pulls.store.database()
                .value("select string_agg(order_no::text, ',' order by order_no) from nxt.\"order\" "
                        + "where information1 = 'rotten'");
    }

    private static Optional<Answer> invalid() {
        return Optional.of(new Failure.InvalidRequest("too many", "", Set.of(), true));
    }

    /** How many keys a question names. */
    private static int keys(Question question) {
        return question.variables().get("f0") instanceof JsonNode filter ? filter.findValue("_in").size() : 0;
    }
}
