package dev.nxtsync.pull;

import static dev.nxtsync.pull.PullsFixture.COMPANY;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.Test;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.support.Size;
import dev.nxtsync.support.TestDatabase;

/** What is made of totals, as a test has them asked for. */
class ProofTest {
    private static final int ROWS = 400;
    private static final Map<String, String> ORDERS = Map.ofEntries(entry("NXT_PULLS_ORDERS_TABLE", "order"),
            entry("NXT_PULLS_ORDERS_MAX_DELETE_SHARE", "0.5"));

    /** What is done to a mirror behind our back. */
    private enum Fault {
        MISSING, SURPLUS, OF_ANOTHER_COMPANY, CHANGED
    }

    @Test
    void aMirrorThatIsEqualIsProvenByOneQuestion() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", ROWS), ORDERS)) {
            pulls.asked.clear();
            pulls.run(UnitKind.PROOF, "orders");
            assertThat(pulls.asked).as("other tables are loaded first").isEmpty();
            prove(pulls);
            assertThat(pulls.asked).extracting(Question::operation).containsExactly("aggregates", "totals_order");
            var database = pulls.store.database();
            assertThat(database.value("select count(*) > 1 and sum((there->>'rows')::int) = 400 "
                    + "and bool_and(there::text = here::text) and not bool_or(open or different) "
                    + "from nxt_sync.control_total where job = 'orders' and company = " + COMPANY)).isEqualTo("t");
            assertThat(database.value("select proven_as_of > now() - interval '1 minute' from nxt_sync.freshness"))
                    .isEqualTo("t");
            pulls.asked.clear();
            prove(pulls);
            assertThat(pulls.asked).as("it is not due").isEmpty();
            due(pulls);
            prove(pulls);
            assertThat(pulls.asked).extracting(Question::operation).containsExactly("totals_order");
        }
    }

    /** In full, a thousand. */
    @Test
    void eachDifferenceIsFoundInItsGroupAndMended() throws Exception {
        // they are asked for without a pause
        var options = SandboxOptions.defaults().withRows(Map.of("order", ROWS)).withRate(1_000_000);
        try (var pulls = new PullsFixture(options, ORDERS)) {
            prove(pulls);
            var random = new Random(27);
            for (int i = 0; i < Size.of(8, 1_000); i++) {
                Fault fault = Fault.values()[i % Fault.values().length];
                int order = 1 + random.nextInt(ROWS);
                String group = group(pulls.store.database(), order);
                seed(pulls.store.database(), fault, order, 100_000 + i);
                // as verify does
                pulls.store.proofs().hasten("orders");
                assertThat(pulls.store.database().number(
                        "select count(*) from nxt_sync.job " + "where kind = 'proof' and due_at <= clock_timestamp()"))
                        .isPositive();
                pulls.asked.clear();
                prove(pulls);
                assertThat(open(pulls)).as("%s, %d", fault, i).containsExactly(group);
                assertThat(pulls.asked).extracting(Question::operation).as("one question")
                        .containsOnlyOnce("totals_order");
                pulls.poll();
                prove(pulls);
                mend(pulls);
                prove(pulls);
                assertThat(open(pulls)).as("%s, %d", fault, i).isEmpty();
                assertThat(Mirror.differencesIn("nxt.\"order\"", pulls.sandbox, pulls.store.database(), COMPANY,
                        "order", List.of())).as("%s, %d", fault, i).isEmpty();
            }
            assertThat(pulls.store.database().number("select count(*) from nxt_sync.control_total where different"))
                    .isZero();
        }
    }

    @Test
    void aChangeThatIsUnderWayIsNoDifference() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", ROWS), ORDERS)) {
            prove(pulls);
            pulls.sandbox.put(COMPANY, "order", Map.of("orderNo", 7, "orderAmountDomestic", new BigDecimal("0.01")));
            pulls.sandbox.put(COMPANY, "order", Map.of("orderNo", 10_000, "orderType", 77));
            due(pulls);
            prove(pulls);
            assertThat(open(pulls)).isNotEmpty();
            prove(pulls);
            assertThat(open(pulls)).as("no poll has read it").isNotEmpty();
            pulls.asked.clear();
            pulls.poll();
            later(pulls);
            prove(pulls);
            assertThat(open(pulls)).isEmpty();
            assertThat(pulls.asked).extracting(Question::operation).as("nothing is asked for that")
                    .containsOnly("poll");
        }
    }

    @Test
    void sumsThatContradictTheRowsThatAreListedAreNoDifference() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", ROWS), ORDERS)) {
            prove(pulls);
            String proven = provenAsOf(pulls);
            pulls.instead = question -> question.operation().startsWith("totals_")
                    ? Optional.of(new Answer.Data(Filters.parse("{\"useCompany\":{\"groups\":{\"items\":0}}}"), "", 1))
                    : Optional.empty();
            due(pulls);
            toItsEnd(pulls);
            assertThat(pulls.store.database().number("select count(*) from nxt_sync.control_total where different"))
                    .isZero();
            assertThat(provenAsOf(pulls)).as("it is not proven either").isEqualTo(proven);
            assertThat(live(pulls)).isEqualTo(ROWS);
        }
    }

    @Test
    void moreDeletionsThanAreCredibleAreHeldAndTheGroupIsDifferent() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", ROWS), ORDERS)) {
            prove(pulls);
            for (int order = 1; order <= ROWS * 3 / 4; order++) {
                pulls.sandbox.delete(COMPANY, "order", Map.of("orderNo", order));
            }
            due(pulls);
            toItsEnd(pulls);
            assertThat(live(pulls)).isEqualTo(ROWS);
            assertThat(pulls.state("orders").held()).isPresent();
            assertThat(pulls.store.database().number("select count(*) from nxt_sync.control_total where different"))
                    .isPositive();
        }
    }

    @Test
    void aTableThatBusinessNxtDoesNotGroupHasNoTotalsAndIsAskedAgainWithTheNext() throws Exception {
        for (String fault : List.of("no-grouping", "refused-grouping")) {
            try (var pulls = new PullsFixture(Map.of("order", 20), ORDERS)) {
                pulls.sandbox.faults(Map.of(fault, 1.0));
                pulls.restart();
                pulls.plan();
                // an error that is not known may be about something else
                for (int times = 0; times < 3; times++) {
                    due(pulls);
                    prove(pulls);
                }
                assertThat(pulls.state("orders").state()).isEqualTo(PullState.PullHealth.OK);
                assertThat(pulls.store.database().number("select count(*) from nxt_sync.control_total")).isZero();
                assertThat(pulls.store.database()
                        .value("select proven_as_of is null and failures = 0 from nxt_sync.proof")).as(fault)
                        .isEqualTo("t");
                pulls.sandbox.faults(Map.of());
                pulls.restart();
                pulls.plan();
                due(pulls);
                prove(pulls);
                assertThat(provenAsOf(pulls)).as(fault).isNotNull();
            }
        }
    }

    /** A request that is lost keeps its slot for half an hour. */
    @Test
    void aQuestionThatIsNotAnsweredInTimeIsAskedInPartsOfWhichNoneIsAsLarge() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", ROWS), ORDERS)) {
            pulls.instead = question -> question.operation().startsWith("totals_")
                    ? Optional.of(new Failure.InDoubt("It took too long.", "", true, true))
                    : Optional.empty();
            prove(pulls);
            due(pulls);
            prove(pulls);
            assertThat(pulls.store.database().value("select most_rows from nxt_sync.proof")).isEqualTo("66");
            pulls.instead = question -> Optional.empty();
            pulls.asked.clear();
            due(pulls);
            prove(pulls);
            assertThat(pulls.asked).extracting(Question::operation).hasSize(ROWS / 66 + 1).containsOnly("totals_order");
            assertThat(pulls.asked).extracting(Question::variables).doesNotHaveDuplicates();
            assertThat(provenAsOf(pulls)).as("the parts add up").isNotNull();
        }
    }

    @Test
    void aPullWithRowsThatAreSetAsideIsNotProvenAndNotDifferent() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 20), ORDERS)) {
            pulls.sandbox.put(COMPANY, "order", Map.of("orderNo", 900, "information1", "nul \u0000"));
            pulls.poll();
            pulls.store.database().execute("delete from nxt.\"order\" where order_no = 3");
            due(pulls);
            toItsEnd(pulls);
            assertThat(live(pulls)).as("the others are mended").isEqualTo(20);
            assertThat(open(pulls)).hasSize(1);
            assertThat(provenAsOf(pulls)).isNull();
            assertThat(pulls.store.database().number("select count(*) from nxt_sync.control_total where different"))
                    .isZero();
        }
    }

    @Test
    void totalsThatNobodyWantsAreForgotten() throws Exception {
        var off = new HashMap<>(ORDERS);
        off.put("NXT_PULLS_ORDERS_PROVE", "off");
        try (var pulls = new PullsFixture(Map.of("order", 20), off)) {
            pulls.store.database().execute("insert into nxt_sync.proof (pull, company, proven_as_of) values ('orders', "
                    + COMPANY + ", now())");
            pulls.asked.clear();
            prove(pulls);
            assertThat(pulls.asked).isEmpty();
            assertThat(provenAsOf(pulls)).isNull();
        }
    }

    /** It is the only row of its group, there is none of it in Business NXT, and another has no value to be grouped by. */
    @Test
    void groupsThatThereShouldNotBeAndRowsWithoutAValueAreFoundToo() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", ROWS), ORDERS)) {
            var database = pulls.store.database();
            prove(pulls);
            String column = database.value("select grouping[1] from nxt_sync.proof");
            seed(database, Fault.SURPLUS, 5, 100_001);
            database.execute("update nxt.\"order\" set " + column + " = 12345 where order_no = 100001");
            seed(database, Fault.SURPLUS, 6, 100_002);
            database.execute("update nxt.\"order\" set " + column + " = null where order_no = 100002");
            due(pulls);
            prove(pulls);
            assertThat(open(pulls)).contains("{\"" + column + "\":12345}", "{\"" + column + "\":null}");
            pulls.poll();
            toItsEnd(pulls);
            assertThat(open(pulls)).isEmpty();
            assertThat(live(pulls)).isEqualTo(ROWS);
            due(pulls);
            prove(pulls);
            assertThat(database.number("select count(*) from nxt_sync.control_total where grp like '%12345%'"))
                    .isZero();
        }
    }

    /** With the totals, at no request of its own. */
    @Test
    void aKeyThatIsNotUniqueAnyMoreIsFoundWithTheTotalsAndGivenUp() throws Exception {
        var things = Map.of("NXT_PULLS_THINGS_TABLE", "timeless", "NXT_PULLS_THINGS_KEY", "name");
        try (var pulls = new PullsFixture(Map.of("timeless", 5), things)) {
            for (int thing = 1; thing <= 5; thing++) {
                pulls.sandbox.put(COMPANY, "timeless", Map.of("timelessNo", thing, "name", "thing " + thing));
            }
            pulls.run(UnitKind.LOAD, "things");
            due(pulls);
            prove(pulls, "things");
            var database = pulls.store.database();
            assertThat(database.count("nxt_sync.key_proof")).isZero();
            pulls.sandbox.put(COMPANY, "timeless", Map.of("timelessNo", 6, "name", "thing 3"));
            due(pulls);
            pulls.asked.clear();
            prove(pulls, "things");
            assertThat(pulls.asked).extracting(Question::operation).containsExactly("totals_timeless");
            assertThat(database.value("select verdict || ': ' || detail from nxt_sync.key_proof"))
                    .isEqualTo("repeated: name thing 3 comes 2 times");
        }
    }

    @Test
    void totalsThatDoNotTellOfTheKeyAreNoProofOfIt() throws Exception {
        var things = Map.of("NXT_PULLS_THINGS_TABLE", "timeless", "NXT_PULLS_THINGS_KEY", "name");
        try (var pulls = new PullsFixture(Map.of("timeless", 0), things)) {
            pulls.run(UnitKind.LOAD, "things");
            pulls.instead = question -> question.operation().startsWith("totals_")
                    ? Optional.of(new Answer.Data(Filters.parse("{\"useCompany\":{\"groups\":{\"items\":0}}}"), "", 1))
                    : Optional.empty();
            due(pulls);
            prove(pulls, "things");
            var database = pulls.store.database();
            assertThat(database.value("select verdict || ': ' || detail from nxt_sync.key_proof"))
                    .isEqualTo("refused: the answer does not say how many rows each group has");
            database.execute("update nxt_sync.key_proof set verdict = 'unique', detail = ''");
            due(pulls);
            prove(pulls, "things");
            assertThat(database.value("select verdict from nxt_sync.key_proof")).as("what was found holds")
                    .isEqualTo("unique");
        }
    }

    @Test
    void deletionsAgainAndAgainAreNoDifference() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", ROWS), ORDERS)) {
            prove(pulls);
            due(pulls);
            for (int order = 1; order < 12; order++) {
                pulls.sandbox.delete(COMPANY, "order", Map.of("orderNo", order));
                step(pulls);
            }
            toItsEnd(pulls);
            assertThat(pulls.store.database().number("select count(*) from nxt_sync.control_total where different"))
                    .isZero();
        }
    }

    @Test
    void aTargetThatIsPartitionedIsGroupedToo() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", ROWS), ORDERS)) {
            pulls.store.database().execute("""
                    alter table nxt."order" rename to whole;
                    create table nxt."order" (like nxt.whole including all) partition by list (nxt_company);
                    create table nxt.rest partition of nxt."order" default;
                    insert into nxt."order" select * from nxt.whole;
                    drop table nxt.whole""");
            prove(pulls);
            assertThat(provenAsOf(pulls)).isNotNull();
            assertThat(pulls.store.database().number("select count(*) from nxt_sync.control_total")).isBetween(2L,
                    200L);
        }
    }

    /** All that follows, until the next totals. */
    private static void toItsEnd(PullsFixture pulls) throws SQLException {
        for (int steps = 0; steps < 20; steps++) {
            step(pulls);
            if (pulls.store.database().value("select step from nxt_sync.proof").equals("rest")) {
                return;
            }
        }
        throw new AssertionError("it comes to no end");
    }

    private static void step(PullsFixture pulls) throws SQLException {
        prove(pulls);
        pulls.poll();
        prove(pulls);
        if (pulls.store.database().value("select step from nxt_sync.proof").equals("mend")) {
            mend(pulls);
        }
    }

    private static String provenAsOf(PullsFixture pulls) {
        return pulls.store.database().value("select max(proven_as_of) from nxt_sync.freshness");
    }

    private static long live(PullsFixture pulls) {
        return pulls.store.database().number("select count(*) from nxt.\"order\" where nxt_deleted_at is null");
    }

    private static void seed(TestDatabase database, Fault fault, int order, int newOrder) {
        String where = " where nxt_company = " + COMPANY + " and order_no = " + order;
        database.execute(switch (fault) {
            case MISSING -> "delete from nxt.\"order\"" + where;
            case SURPLUS -> "insert into nxt.\"order\" select (jsonb_populate_record(stored, "
                    + "jsonb_build_object('order_no', " + newOrder + "))).* from nxt.\"order\" stored" + where;
            case OF_ANOTHER_COMPANY -> "update nxt.\"order\" set nxt_company = " + newOrder + where;
            case CHANGED -> "update nxt.\"order\" set order_amount_domestic = "
                    + "coalesce(order_amount_domestic, 0) + 0.01" + where;
        });
    }

    /** That of a row. */
    private static String group(TestDatabase database, int order) {
        String column = database.value("select grouping[1] from nxt_sync.proof");
        return "{\"" + column + "\":" + database.value("select coalesce(" + column + "::text, 'null') "
                + "from nxt.\"order\" where nxt_company = " + COMPANY + " and order_no = " + order) + "}";
    }

    private static List<String> open(PullsFixture pulls) throws SQLException {
        var groups = new ArrayList<String>();
        pulls.store.proofs().unequal("orders", COMPANY).values().forEach(total -> groups.add(total.grp()));
        return groups;
    }

    private static void due(PullsFixture pulls) {
        pulls.store.database().execute("update nxt_sync.proof set due_at = clock_timestamp()");
    }

    private static void later(PullsFixture pulls) {
        pulls.store.database().execute("update nxt_sync.pull_state set complete_as_of = clock_timestamp()");
    }

    private static void prove(PullsFixture pulls) throws SQLException {
        prove(pulls, "orders");
    }

    private static void prove(PullsFixture pulls, String pull) throws SQLException {
        // the first ones come a while after the load
        pulls.store.database().execute("update nxt_sync.pull_state set loaded_at = loaded_at - interval '1 h' "
                + "where loaded_at > now() - interval '1 min'");
        pulls.run(UnitKind.PROOF, pull);
    }

    private static void mend(PullsFixture pulls) throws SQLException {
        pulls.run(UnitKind.RECONCILIATION, "orders");
    }
}
