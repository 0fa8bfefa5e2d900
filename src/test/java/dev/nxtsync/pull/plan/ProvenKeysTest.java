package dev.nxtsync.pull.plan;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.inbox.EventKey;
import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.inbox.RowChange;
import dev.nxtsync.sandbox.Sandbox;
import dev.nxtsync.sandbox.SandboxOptions;
import dev.nxtsync.support.Size;
import dev.nxtsync.tenant.Tenant;

/** Keys that nobody has told, or that may be wrong. */
class ProvenKeysTest {
    private static final Map<String, String> VOUCHERS = Map.of("NXT_PULLS_VOUCHERS_TABLE", "voucher");
    private static final Map<String, Integer> ROWS = Map.of("batch", 300, "voucher", 1_500, "order", 30, "orderLine",
            400);
    private static final SandboxOptions TWO = SandboxOptions.defaults().withRows(ROWS).withInputs("two");

    @Test
    void theKeyOfATableIsFoundInTheSchemaAndProvenInEachCompanyByOneQuestion() throws SQLException {
        var both = Map.of("NXT_PULLS_VOUCHERS_TABLE", "voucher", "NXT_PULLS_BATCHES_TABLE", "batch");
        try (var pulls = new PlannedFixture(TWO, both)) {
            pulls.plan();
            assertThat(pulls.plans.troubles()).containsOnlyKeys("pull batches", "pull vouchers");
            assertThat(trouble(pulls, "vouchers").errorCode()).isEqualTo(ErrorCode.KEY_UNPROVEN);
            pulls.asked();
            pulls.prove();
            assertThat(pulls.asked()).filteredOn("prove_keys"::equals).as("one for each of three companies").hasSize(3);
            assertThat(pulls.plans.troubles()).isEmpty();
            assertThat(key(pulls, "vouchers")).containsExactly("batchNo", "voucherNo");
            assertThat(key(pulls, "batches")).containsExactly("batchNo");
            assertThat(pulls.database.value("select obj_description('nxt.voucher'::regclass)"))
                    .contains("Its key was found by what new and changed records take, proven by Business NXT.");
            assertThat(pulls.database.value(
                    "select string_agg(distinct verdict || cardinality(columns), ' ') " + "from nxt_sync.key_proof"))
                    .isEqualTo("unique1 unique2");
            pulls.prove();
            assertThat(pulls.asked()).as("it is remembered").doesNotContain("prove_keys");
        }
    }

    @Test
    void whatOnlyMayBeAKeyIsToldWithWhatSpeaksForItAndNotTaken() throws SQLException {
        try (var pulls = new PlannedFixture(TWO.withInputs("one"), VOUCHERS)) {
            pulls.prove();
            var trouble = trouble(pulls, "vouchers");
            assertThat(trouble.errorCode()).isEqualTo(ErrorCode.KEY_UNKNOWN);
            assertThat(trouble.message()).contains(
                    "It may be voucherNo (by the number that new records are given), which a person has to confirm. "
                            + "Set NXT_PULLS_VOUCHERS_KEY");
            assertThat(pulls.database.count("nxt_sync.key_proof")).as("nothing is asked for it").isZero();
        }
    }

    @Test
    void aDescriptionOfTheSchemaIsEvidenceWhereRowsShowThatItIsRight() throws SQLException {
        try (var pulls = new PlannedFixture(TWO.withInputs("one").withDescribedKeys(true), VOUCHERS)) {
            pulls.prove();
            assertThat(key(pulls, "vouchers")).containsExactly("batchNo", "voucherNo");
        }
        var few = SandboxOptions.defaults().withRows(Map.of("voucher", 10)).withDescribedKeys(true);
        try (var pulls = new PlannedFixture(few, VOUCHERS)) {
            pulls.prove();
            assertThat(trouble(pulls, "vouchers").message()).contains(
                    "batchNo,voucherNo (by the schema's descriptions), of which fewer than 20 rows prove nothing");
        }
    }

    @Test
    void theKeyOfEventsThatCameIsTakenWhereBusinessNxtProvesIt() throws SQLException {
        try (var pulls = new PlannedFixture(TWO.withInputs("one"), VOUCHERS)) {
            event(pulls, "batchNo", "voucherNo");
            pulls.prove();
            assertThat(key(pulls, "vouchers")).containsExactly("batchNo", "voucherNo");
            assertThat(pulls.database.value("select obj_description('nxt.voucher'::regclass)"))
                    .contains("Its key was found by webhooks, proven by Business NXT.");
        }
        try (var pulls = new PlannedFixture(TWO.withInputs("one"), VOUCHERS)) {
            event(pulls, "batchNo");
            pulls.prove();
            assertThat(trouble(pulls, "vouchers").message())
                    .contains("It may be batchNo (by webhooks), not unique in company 5280001");
            event(pulls, "noSuchColumn");
            pulls.plan();
            assertThat(trouble(pulls, "vouchers").message()).doesNotContain("webhooks");
        }
    }

    /** Of another company than before, so that it is not too soon to be remembered. */
    private static void event(PlannedFixture pulls, String... columns) throws SQLException {
        new Inbox(pulls.store)
                .add(List.of(new Inbox.Event("aa".repeat(32), true, "voucher", Tenant.company(columns[0].length()),
                        new EventKey(List.of(columns), "{}"), RowChange.INSERT, List.of())));
    }

    @Test
    void aKeyThatIsSetAndThatBusinessNxtContradictsStopsItsPullBeforeARowIsRead() throws SQLException {
        var wrong = Map.ofEntries(entry("NXT_PULLS_LINES_TABLE", "orderLine"), entry("NXT_PULLS_LINES_KEY", "orderNo"),
                entry("NXT_PULLS_ORDERS_TABLE", "order"));
        try (var pulls = new PlannedFixture(TWO, wrong)) {
            pulls.prove();
            assertThat(pulls.plans.troubles()).containsOnlyKeys("pull lines");
            var trouble = trouble(pulls, "lines");
            assertThat(trouble.errorCode()).isEqualTo(ErrorCode.KEY_NOT_UNIQUE);
            assertThat(trouble.message())
                    .startsWith("The key orderNo of table orderLine is not unique in company 5280001, where orderNo ")
                    .contains(" comes 5 times. Set NXT_PULLS_LINES_KEY");
            assertThat(pulls.database.value("select to_regclass('nxt.order_line') is null")).isEqualTo("t");
            assertThat(key(pulls, "orders")).containsExactly("orderNo");
        }
    }

    @Test
    void aColumnThatIsNullInSomeRowIsNoKey() throws SQLException {
        var named = Map.of("NXT_PULLS_THINGS_TABLE", "timeless", "NXT_PULLS_THINGS_KEY", "timelessNo,name");
        try (var pulls = new PlannedFixture(TWO, named)) {
            pulls.sandbox.put(PlannedFixture.COMPANY, "timeless",
                    new java.util.HashMap<>(Collections.singletonMap("name", null)) {
                        private static final long serialVersionUID = 1;
                        {
                            put("timelessNo", 3);
                        }
                    });
            pulls.prove();
            assertThat(trouble(pulls, "things").message())
                    .contains("not a key in company 5280001, where name is null in some row");
        }
    }

    @Test
    void aKeyThatIsSetIsTakenWhereBusinessNxtCannotSayAndOneThatIsFoundIsNot() throws SQLException {
        var said = Map.ofEntries(entry("NXT_PULLS_LINES_TABLE", "voucher"),
                entry("NXT_PULLS_LINES_KEY", "batchNo,voucherNo"), entry("NXT_PULLS_LINES_TARGET", "lines"),
                entry("NXT_PULLS_VOUCHERS_TABLE", "voucher"));
        for (String fault : List.of("no-grouping", "refused-grouping")) {
            try (var pulls = new PlannedFixture(TWO.withFaults(Map.of(fault, 1.0)), said)) {
                pulls.prove();
                assertThat(key(pulls, "lines")).as(fault).containsExactly("batchNo", "voucherNo");
                assertThat(trouble(pulls, "vouchers").message()).as(fault)
                        .contains("It may be batchNo,voucherNo (by what new and changed records take), ")
                        .contains("NXT_PULLS_VOUCHERS_KEY");
            }
        }
    }

    @Test
    void aCompanyThatCannotBeAskedKeepsNoOtherWaiting() throws SQLException {
        try (var pulls = new PlannedFixture(TWO, VOUCHERS)) {
            pulls.sandbox.grant(5_280_002, false);
            pulls.prove();
            assertThat(key(pulls, "vouchers")).containsExactly("batchNo", "voucherNo");
            assertThat(pulls.database.value("select verdict from nxt_sync.key_proof where company = 5280002"))
                    .isEqualTo("unclear");
            assertThat(pulls.database.count("nxt_sync.key_proof")).isEqualTo(3);
        }
    }

    @Test
    void aCompanyThatIsNewIsAskedWhileThePullGoesOnAndMayContradictTheKey() throws SQLException {
        try (var pulls = new PlannedFixture(TWO, VOUCHERS)) {
            pulls.sandbox.list(5_280_003, false);
            pulls.prove();
            assertThat(key(pulls, "vouchers")).containsExactly("batchNo", "voucherNo");
            pulls.sandbox.list(5_280_003, true);
            pulls.plan();
            assertThat(pulls.plans.troubles()).as("it goes on").isEmpty();
            pulls.prove();
            assertThat(pulls.database.value("select verdict from nxt_sync.key_proof where company = 5280003"))
                    .isEqualTo("unique");
            pulls.database
                    .execute("update nxt_sync.key_proof set verdict = 'repeated', detail = 'batchNo 1 comes 2 times' "
                            + "where company = 5280003");
            pulls.plan();
            assertThat(trouble(pulls, "vouchers").message())
                    .contains("not unique in company 5280003, where batchNo 1 comes 2 times");
        }
    }

    /** Of all shapes, with traps for keys that are only nearly right. In full, three hundred. */
    @Test
    void nearlyAllKeysOfALargeSchemaAreProvenAndNoneIsTakenWrongly() throws SQLException {
        int tables = Size.of(27, 300);
        var options = SandboxOptions.defaults().withTables(tables).withInputs("two").withRate(1_000_000);
        var all = new HashMap<String, String>();
        for (int i = 0; i < tables; i++) {
            all.put("NXT_PULLS_GENERATED" + i + "_TABLE", "generated" + i);
        }
        try (var pulls = new PlannedFixture(options, all)) {
            pulls.plan();
            pulls.asked();
            for (int steps = 0; steps < tables; steps++) {
                pulls.prover.step();
                if (pulls.prover.takeNews("main")) {
                    pulls.plan();
                }
            }
            int questions = Collections.frequency(pulls.asked(), "prove_keys");
            int keys = 0;
            int proven = 0;
            for (int i = 0; i < tables; i++) {
                var key = Sandbox.key("generated" + i);
                var planned = pulls.plans.of("generated" + i).orElseThrow();
                keys += key.isEmpty() ? 0 : 1;
                if (planned instanceof PullPlans.Ready ready) {
                    proven++;
                    assertThat(ready.plan().key()).as("generated%s", i).containsExactlyElementsOf(key);
                } else {
                    assertThat(trouble(pulls, "generated" + i).errorCode()).as("generated%s", i)
                            .isEqualTo(ErrorCode.KEY_UNKNOWN);
                }
            }
            assertThat(proven * 100 / keys).as("per cent").isGreaterThanOrEqualTo(95);
            assertThat(questions).as("for %s tables of three companies", tables).isLessThan(tables);
            Size.figure("%d of %d keys proven with %d questions to three companies", proven, keys, questions);
        }
    }

    /** Its slot at the server stays taken for half an hour. */
    @Test
    void aQuestionThatIsNotAnsweredInTimeIsAskedForEachTableAloneAndThenNoMore() throws SQLException {
        var both = Map.of("NXT_PULLS_VOUCHERS_TABLE", "voucher", "NXT_PULLS_LINES_TABLE", "orderLine",
                "NXT_PULLS_LINES_KEY", "orderNo,lineNo");
        try (var pulls = new PlannedFixture(TWO.withCompanies(1), both)) {
            pulls.instead.put("prove_keys", new Failure.InDoubt("It took too long.", "", true, true));
            pulls.prove();
            assertThat(Collections.frequency(pulls.asked(), "prove_keys")).as("together, and each alone").isEqualTo(3);
            assertThat(key(pulls, "lines")).as("a person has said so").containsExactly("orderNo", "lineNo");
            assertThat(trouble(pulls, "vouchers").message())
                    .contains("batchNo,voucherNo (by what new and changed records take), It took too long");
            pulls.prove();
            assertThat(pulls.asked()).doesNotContain("prove_keys");
        }
    }

    @Test
    void aPullThatRanBeforeGoesOnWhileItsKeyIsProven() throws SQLException {
        var lines = Map.of("NXT_PULLS_LINES_TABLE", "orderLine", "NXT_PULLS_LINES_KEY", "orderNo,lineNo");
        try (var pulls = new PlannedFixture(TWO, lines)) {
            pulls.prove();
            pulls.database.execute("update nxt_sync.pull_state set loaded_at = now(); delete from nxt_sync.key_proof");
            pulls.plans.put("lines", new PullPlans.Stopped(new Problem(ErrorCode.KEY_UNKNOWN, "as in a new process")));
            pulls.plan();
            assertThat(pulls.plans.troubles()).isEmpty();
            pulls.prove();
            assertThat(pulls.database.count("nxt_sync.key_proof")).isEqualTo(3);
        }
    }

    @Test
    void aPullWhoseKeyWasFoundGoesOnThoughTheSchemaHintsAtItNoMore() throws SQLException {
        try (var pulls = new PlannedFixture(TWO, VOUCHERS)) {
            pulls.prove();
            pulls.instead.put("keys", new Failure.Unreachable(ErrorCode.UNREACHABLE, "nobody"));
            pulls.planner.forget("main");
            assertThat(pulls.plan()).as("the schema is read again").isFalse();
            assertThat(key(pulls, "vouchers")).containsExactly("batchNo", "voucherNo");
        }
    }

    /** Also where the company that has said so does not answer any more. */
    @Test
    void aContradictionHoldsUntilThereIsAnotherAnswer() throws SQLException {
        var wrong = Map.of("NXT_PULLS_LINES_TABLE", "orderLine", "NXT_PULLS_LINES_KEY", "orderNo");
        try (var pulls = new PlannedFixture(TWO, wrong)) {
            pulls.prove();
            pulls.database.execute("update nxt_sync.key_proof set at = at - interval '2 h'");
            pulls.instead.put("prove_keys", new Failure.Unreachable(ErrorCode.UNREACHABLE, "nobody"));
            pulls.asked();
            pulls.prove();
            assertThat(pulls.asked()).as("it is asked again").contains("prove_keys");
            assertThat(trouble(pulls, "lines").errorCode()).isEqualTo(ErrorCode.KEY_NOT_UNIQUE);
            pulls.sandbox.clear(PlannedFixture.COMPANY, "orderLine");
            pulls.sandbox.clear(5_280_002, "orderLine");
            pulls.sandbox.clear(5_280_003, "orderLine");
            pulls.instead.clear();
            pulls.passed += Duration.ofMinutes(2).toNanos();
            pulls.prove();
            pulls.prove();
            assertThat(key(pulls, "lines")).containsExactly("orderNo");
        }
    }

    @Test
    void whoIsTurnedAwayAsksAgainWhenBusinessNxtSaysSo() throws SQLException {
        try (var pulls = new PlannedFixture(TWO.withCompanies(1), VOUCHERS)) {
            pulls.instead.put("prove_keys", new Failure.Throttled("Too many.", "", Duration.ofMinutes(10)));
            pulls.prove();
            pulls.instead.clear();
            pulls.asked();
            pulls.passed += Duration.ofMinutes(9).toNanos();
            pulls.prove();
            assertThat(pulls.asked()).doesNotContain("prove_keys");
            pulls.passed += Duration.ofMinutes(1).toNanos();
            pulls.prove();
            assertThat(key(pulls, "vouchers")).containsExactly("batchNo", "voucherNo");
        }
    }

    @Test
    void rowsThatHaveComeSinceAreAskedAboutAgain() throws SQLException {
        var few = SandboxOptions.defaults().withRows(Map.of("voucher", 10)).withDescribedKeys(true);
        try (var pulls = new PlannedFixture(few, VOUCHERS)) {
            pulls.prove();
            for (int i = 1; i <= 20; i++) {
                pulls.sandbox.put(PlannedFixture.COMPANY, "voucher", Map.of("batchNo", 100 + i, "voucherNo", 1));
            }
            pulls.database.execute("update nxt_sync.key_proof set at = at - interval '2 d'");
            pulls.prove();
            assertThat(key(pulls, "vouchers")).containsExactly("batchNo", "voucherNo");
        }
    }

    /** What the server makes of the question is not documented. */
    @Test
    void aServerThatTellsOfNoRowsThatAreAlikeProvesNothing() throws SQLException {
        try (var pulls = new PlannedFixture(TWO, VOUCHERS)) {
            pulls.instead.put("prove_keys", new Answer.Data(Filters.parse("""
                    {"useCompany": {"r0": {"items": 0}, "n0_0": {"items": 0}, "n0_1": {"items": 0},
                                    "k0": {"items": 0}, "c0": {"totalCount": 1500}}}"""), "", 1));
            pulls.prove();
            assertThat(trouble(pulls, "vouchers").message())
                    .contains("the answer tells of no rows that have the same values, where there are some");
        }
    }

    /** Its own flaw is told. */
    @Test
    void aFilterThatIsNoneHoldsUpNoProofOfOthers() throws SQLException {
        var both = Map.of("NXT_PULLS_LINES_TABLE", "orderLine", "NXT_PULLS_LINES_KEY", "orderNo,lineNo",
                "NXT_PULLS_LINES_FILTER", "{orderNo}", "NXT_PULLS_VOUCHERS_TABLE", "voucher");
        try (var pulls = new PlannedFixture(TWO, both)) {
            pulls.prove();
            assertThat(trouble(pulls, "lines").errorCode()).isEqualTo(ErrorCode.FILTER_INVALID);
            assertThat(key(pulls, "vouchers")).containsExactly("batchNo", "voucherNo");
        }
    }

    private static List<String> key(PlannedFixture pulls, String pull) {
        return ((PullPlans.Ready) pulls.plans.of(pull).orElseThrow()).plan().key();
    }

    private static Problem trouble(PlannedFixture pulls, String pull) {
        return pulls.plans.of(pull).flatMap(PullPlans.PlannedPull::obstacle).orElseThrow();
    }
}
