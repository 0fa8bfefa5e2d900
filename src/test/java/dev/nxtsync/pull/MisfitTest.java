package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.pull.plan.PullPlans;
import dev.nxtsync.schedule.UnitKind;

/** A column whose values do not fit to its type has the schema read again. */
class MisfitTest {
    private static final int COMPANY = PullsFixture.COMPANY;

    @Test
    void thePageInWhichAColumnMisfitsIsLookedIntoOnceForEachReasonUntilSomethingChanges() throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 20), Map.of("NXT_PULLS_ORDERS_TABLE", "order"))) {
            pulls.poll();
            put(pulls, 1, "information1", "a\0b");
            pulls.poll();
            assertThat(isLookedInto(pulls)).as("a text whatever its characters are").isFalse();
            // as many are mended as spoilt
            put(pulls, 1, "information1", "ab");
            pulls.sandbox.faults(Map.of("retype-column", 1.0));
            put(pulls, 2, "externalId", "A-2");
            pulls.poll();
            assertThat(pulls.store.database().value("select key from nxt_sync.row_fault")).isEqualTo("{\"orderNo\":2}");
            assertThat(isLookedInto(pulls)).isTrue();
            for (int order = 3; order < 6; order++) {
                put(pulls, order, "externalId", "A-" + order);
                pulls.poll();
                assertThat(isLookedInto(pulls)).as("the same again").isFalse();
            }
            put(pulls, 6, "externalId", "99999999999999999999");
            pulls.poll();
            assertThat(isLookedInto(pulls)).as("another reason").isTrue();

            var planned = pulls.plans.of("orders").orElseThrow();
            pulls.plans.put("orders", planned);
            put(pulls, 7, "externalId", "A-7");
            pulls.poll();
            assertThat(isLookedInto(pulls)).as("that had nothing to say").isFalse();
            pulls.plans.put("orders", new PullPlans.Stopped(new Problem(ErrorCode.COLUMN_VANISHED, "it is gone")));
            pulls.plans.put("orders", planned);
            put(pulls, 8, "externalId", "A-8");
            pulls.poll();
            assertThat(isLookedInto(pulls)).as("the plan was another meanwhile").isTrue();
            pulls.plans.forgetMisfits("orders");
            pulls.wake("orders", List.of("{\"orderNo\":8}"));
            pulls.run(UnitKind.FETCH, "");
            assertThat(isLookedInto(pulls)).as("whichever run meets it").isTrue();
            pulls.plans.forgetMisfits("orders");
            pulls.run(UnitKind.RECONCILIATION, "orders");
            assertThat(isLookedInto(pulls)).isTrue();
        }
    }

    private static void put(PullsFixture pulls, int order, String column, String value) {
        pulls.sandbox.put(COMPANY, "order", Map.of("orderNo", order, column, value));
    }

    private static boolean isLookedInto(PullsFixture pulls) {
        return pulls.plans.takeLookAgain("main");
    }
}
