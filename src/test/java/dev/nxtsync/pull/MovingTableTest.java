package dev.nxtsync.pull;

import static dev.nxtsync.pull.PullsFixture.COMPANY;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.nxtsync.graphql.Failure;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.UnitKind;

/** Tables whose rows come and go while they are read, without a change stamp that would tell so. */
class MovingTableTest {
    private static final Map<String, String> TIMELESS = Map.of("NXT_PULLS_THINGS_TABLE", "timeless",
            "NXT_PULLS_THINGS_KEY", "timelessNo", "NXT_PULLS_THINGS_PAGE_SIZE", "5", "NXT_PULLS_THINGS_PAGE_SIZE_MAX",
            "5");
    private static final String LACKS = "select count(*) from nxt_sync.pull_state where missing is not null or code = 'rows_missing'";
    private static final String IS_DUE = "select count(*) from nxt_sync.job where kind = 'reconciliation' and due_at <= now()";
    private int pages;
    private int next = 100;

    @Test
    void rowsThatComeAndGoDuringAListingAreNoneThatAreMissing() throws Exception {
        try (var pulls = new PullsFixture(Map.of("timeless", 20), TIMELESS)) {
            for (int round = 0; round < 3; round++) {
                moveAt(pulls, "list_timeless");
                pulls.run(UnitKind.RECONCILIATION, "things");
                assertThat(pages).as("moved in the middle").isGreaterThan(2);
                assertThat(pulls.store.database().number(LACKS)).isZero();
            }
        }
    }

    @Test
    void rowsThatAreMissingAreToldOnceATableStandsStill() throws Exception {
        var key = new HashMap<>(TIMELESS);
        key.put("NXT_PULLS_THINGS_KEY", "name");
        key.put("NXT_PULLS_THINGS_PAGE_SIZE", "1");
        key.put("NXT_PULLS_THINGS_PAGE_SIZE_MAX", "1");
        try (var pulls = new PullsFixture(Map.of("timeless", 0), key)) {
            for (int i = 0; i < 6; i++) {
                pulls.sandbox.put(COMPANY, "timeless", Map.of("timelessNo", i, "name", "twin " + i / 2));
            }
            pulls.store.database().execute("update nxt_sync.pull_state set loaded_at = null");
            pulls.run(UnitKind.LOAD, "things");
            pulls.run(UnitKind.RECONCILIATION, "things");
            assertThat(pulls.store.database().number(LACKS)).isEqualTo(1);
        }
    }

    @Test
    void aTableThatMovesInEachLoadIsNotReconciledAfterEach() throws Exception {
        try (var pulls = new PullsFixture(Map.of("timeless", 20), TIMELESS)) {
            pulls.store.database().execute("update nxt_sync.job set due_at = now() + interval '1 day'");
            for (int round = 0; round < 3; round++) {
                growAt(pulls, "load_timeless");
                pulls.store.database().execute("update nxt_sync.pull_state set due_at = now()");
                pulls.run(UnitKind.LOAD, "things");
                assertThat(pages).isGreaterThan(2);
                assertThat(pulls.store.database().number(IS_DUE)).isZero();
            }
        }
    }

    @Test
    void whatMovesWithoutATraceInEachLoadIsReconciledOnceAnHour() throws Exception {
        try (var pulls = new PullsFixture(Map.of("timeless", 20), TIMELESS)) {
            for (int round = 0; round < 3; round++) {
                moveAt(pulls, "load_timeless");
                pulls.store.database()
                        .execute("update nxt_sync.pull_state set due_at = now(), reconciled_at = reconciled_at "
                                + "- interval '29 minutes'; update nxt_sync.job set due_at = now() + interval '1 day'");
                pulls.run(UnitKind.LOAD, "things");
                assertThat(pulls.store.database().number(IS_DUE)).as("load " + round).isEqualTo(round == 1 ? 0 : 1);
                if (round == 0) {
                    pulls.run(UnitKind.RECONCILIATION, "things");
                } else {
                    pulls.store.database().execute("update nxt_sync.pull_state set reconciled_at = reconciled_at "
                            + "- interval '29 minutes'");
                }
            }
        }
    }

    @Test
    void aKeyThatIsUniqueAgainIsToldAlsoWhereDeletionsAreHeld() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 100), Map.of("NXT_PULLS_ORDERS_TABLE", "order"))) {
            pulls.store.database().execute("update nxt_sync.pull_state set state = 'stopped', code = 'key_not_unique', "
                    + "reason = 'r', met_by = 'poll'");
            for (int i = 1; i <= 90; i++) {
                pulls.sandbox.delete(COMPANY, "order", Map.of("orderNo", i));
            }
            pulls.run(UnitKind.RECONCILIATION, "orders");
            assertThat(pulls.store.database().value("select held from nxt_sync.pull_state"))
                    .contains("Nothing was deleted");
            assertThat(pulls.store.database().value("select coalesce(code, 'none') from nxt_sync.pull_state"))
                    .isNotEqualTo("key_not_unique");
        }
    }

    @Test
    void keysWhoseUniquenessNobodyTellsAreLeftAloneForAWhile() throws Exception {
        try (var pulls = new PullsFixture(Map.of("voucher", 60),
                Map.of("NXT_PULLS_VOUCHERS_TABLE", "voucher", "NXT_PULLS_VOUCHERS_KEY", "batchNo"))) {
            pulls.store.database().execute(
                    "update nxt_sync.pull_state set loaded_at = now(), state = 'ok', code = null, retry_at = null");
            pulls.instead = question -> question.document().contains("key_voucher")
                    ? Optional.of(new Failure.Rejected("no", "", List.of()))
                    : Optional.empty();
            pulls.wake("vouchers", List.of("{\"batchNo\":1}"));
            var outcome = (Outcome.Done) pulls.run(UnitKind.FETCH, "");
            long asked = pulls.sandbox.counter("requests_fetch");
            assertThat(asked).isEqualTo(1);
            assertThat(outcome.nextDue()).as("not at once").isAfter(pulls.store.states().clock().now());
            pulls.run(UnitKind.FETCH, "");
            assertThat(pulls.sandbox.counter("requests_fetch")).isEqualTo(asked);
        }
    }

    /** As many rows come as go, behind the walk and before it. */
    private void moveAt(PullsFixture pulls, String question) {
        duringSecond(pulls, question, () -> {
            comes(pulls);
            var last = pulls.sandbox.rows(COMPANY, "timeless").stream().map(row -> (Integer) row.get("timelessNo"))
                    .max(Integer::compare).orElseThrow();
            pulls.sandbox.delete(COMPANY, "timeless", Map.of("timelessNo", last));
        });
    }

    /** Rows come behind the walk. */
    private void growAt(PullsFixture pulls, String question) {
        duringSecond(pulls, question, () -> comes(pulls));
    }

    private void comes(PullsFixture pulls) {
        pulls.sandbox.put(COMPANY, "timeless", Map.of("timelessNo", -next++, "name", "came"));
    }

    private void duringSecond(PullsFixture pulls, String question, Runnable change) {
        pages = 0;
        pulls.instead = asked -> {
            if (asked.document().contains(question) && ++pages == 2) {
                change.run();
            }
            return Optional.empty();
        };
    }
}
