package dev.nxtsync.pull;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.nxtsync.sandbox.Mirror;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.support.Listening;

/** The server may refuse to count what its schema says that it counts. */
class RowCountingTest {
    private static final String UNLOADED = "delete from nxt.\"order\"; update nxt_sync.pull_state set loaded_at = null";

    @ParameterizedTest
    @ValueSource(strings = {"refused-count", "refused-counting"})
    void aTableThatIsNotCountedIsReadAllTheSameAndThatIsToldOnce(String fault) throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 30), Map.of("NXT_PULLS_ORDERS_TABLE", "order",
                "NXT_PULLS_ORDERS_PAGE_SIZE", "7", "NXT_PULLS_ORDERS_PAGE_SIZE_MAX", "7"));
                var told = Listening.to(RowCounting.class)) {
            pulls.sandbox.faults(Map.of(fault, 1.0));
            pulls.store.database().execute(UNLOADED);
            for (int i = 0; i < 2; i++) {
                pulls.run(UnitKind.LOAD, "orders");
                pulls.run(UnitKind.RECONCILIATION, "orders");
                pulls.sandbox.put(PullsFixture.COMPANY, "order", Map.of("orderNo", 3, "information1", "changed " + i));
                pulls.poll();
                assertThat(Mirror.differences(pulls.sandbox, pulls.store.database(), PullsFixture.COMPANY, "order"))
                        .isEmpty();
                assertThat(pulls.store.database().rows("select state, code, missing from nxt_sync.pull_state")).first()
                        .asString().contains("state=ok").doesNotContain("counts");
                // what changed since a stamp is counted in another way
                pulls.store.database().execute("insert into nxt_sync.pass (pull, company, kind, rows, since) "
                        + "values ('orders', " + PullsFixture.COMPANY + ", 'load', 0, '2000-01-01T00:00:00')");
            }
            assertThat(told.heard()).hasSize(1).first().asString().contains("refuses to count");
            pulls.sandbox.faults(Map.of());
            pulls.run(UnitKind.RECONCILIATION, "orders");
            assertThat(told.heard()).hasSize(2).last().asString().contains("again");
        }
    }

    /** Whatever is refused is no reason to read a table without its count. */
    @ParameterizedTest
    @ValueSource(strings = {"throttle", "busy"})
    void whatIsNotOfTheCountIsNotAskedAgainWithoutIt(String fault) throws Exception {
        try (var pulls = new PullsFixture(Map.of("order", 3), Map.of("NXT_PULLS_ORDERS_TABLE", "order"));
                var told = Listening.to(RowCounting.class)) {
            pulls.sandbox.faults(Map.of(fault, 1.0));
            long before = pulls.sandbox.counter("requests");
            pulls.run(UnitKind.RECONCILIATION, "orders");
            assertThat(pulls.sandbox.counter("requests")).isEqualTo(before + 1);
            assertThat(told.heard()).isEmpty();
        }
    }
}
