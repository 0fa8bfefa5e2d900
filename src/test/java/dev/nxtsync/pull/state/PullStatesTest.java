package dev.nxtsync.pull.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.nxtsync.database.Handles;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.pull.state.PullState.Mark;
import dev.nxtsync.pull.state.PullState.PullHealth;
import dev.nxtsync.pull.state.PullState.Walk;
import dev.nxtsync.pull.state.PullStates.IncrementPage;
import dev.nxtsync.pull.target.TargetFixture;
import dev.nxtsync.pull.target.WriteCounts;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.tenant.Tenant;

class PullStatesTest {
    private static final List<String> BOTH = List.of("lines", "orders");
    private static final String LOADED = "update nxt_sync.pull_state set loaded_at = '2026-11-24T12:00:00Z'";
    private static final IncrementPage EVERYTHING = new IncrementPage("orders", 1, day(9),
            Optional.of(new Walk("last", "high", day(1))), Optional.of(new Mark("stamp", day(2))), Optional.of("low"),
            Optional.of("sum"), Optional.of(day(3)), Optional.of(day(4)));
    private PullStore store;
    private Claim poll;

    @BeforeEach
    void migrate() throws SQLException {
        store = PullStore.migrated();
        store.units().declare("orders", "main", List.of(Tenant.company(1)));
        store.units().declare("lines", "main", List.of(Tenant.company(1)));
        poll = ((Claims.Claimed) store.claims()
                .claim(WorkUnit.ofPull(UnitKind.POLL, "main", Tenant.company(1), "orders"))).claim();
    }

    @AfterEach
    void free() throws SQLException {
        store.claims().free(poll, Optional.empty(), Optional.empty(), true);
    }

    @Test
    void aStateIsReadWithWhateverIsKnownOfItEachInItsPlace() throws SQLException {
        store.database().execute(
                """
                        update nxt_sync.pull_state
                        set state = 'stopped', code = 'key_not_unique', reason = 'why', failures = 3, due_at = '2026-01-01Z',
                            retry_at = '2026-01-02Z', loaded_at = '2026-01-03Z', mark = 'stamp', mark_seen_at = '2026-01-04Z',
                            floor = 'low', digest = 'sum', cursor = 'last', upper = 'high', increment_started_at = '2026-01-05Z',
                            reread_cursor = 'reread', held = 'many', complete_as_of = '2026-01-06Z', missing = 'two'
                        where pull = 'orders';
                        update nxt_sync.pull_state set due_at = '2026-01-07Z' where pull = 'lines';
                        insert into nxt_sync.pull_pause (pull, paused_at) values ('orders', '2026-01-08Z')""");
        assertThat(store.states().of(1, List.of("lines", "orders"))).containsExactly(
                new PullState("orders", 1, PullHealth.STOPPED, new Problem(ErrorCode.KEY_NOT_UNIQUE, "why"), 3, day(1),
                        Optional.of(day(2)), Optional.of(day(3)), Optional.of(new Mark("stamp", day(4))),
                        Optional.of("low"), Optional.of("sum"), Optional.of(new Walk("last", "high", day(5))),
                        Optional.of("reread"), Optional.of("many"), true, Optional.of(day(6)), Optional.of("two")),
                new PullState("lines", 1, PullHealth.OK, Problem.kept("", ""), 0, day(7), Optional.empty(),
                        Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(),
                        Optional.empty(), Optional.empty(), false, Optional.empty(), Optional.empty()));
        try (var transaction = Handles.on(store.database().connect())) {
            assertThat(PullStates.troubled(transaction, BOTH)).extracting(PullState::pull).containsExactly("orders");
            assertThat(PullStates.paused(transaction, BOTH))
                    .containsExactly(new PullStates.Pause("orders", day(8), Optional.empty()));
        }
    }

    @Test
    void incrementsAreKeptWithWhateverIsKnownOfThemOneByOneAndManyAtOnce() throws SQLException {
        store.database().execute(LOADED);
        Instant due = state("lines").dueAt();
        store.states().quiet(poll, List.of(EVERYTHING, nothing("lines")));
        assertKept(EVERYTHING, day(4), Optional.of(day(3)));
        assertKept(nothing("lines"), due, Optional.empty());
        try (var transaction = Handles.on(store.database().connect())) {
            assertThat(PullStates.leastComplete(transaction, BOTH)).isEqualTo(Map.of("orders", day(3)));
            assertThat(PullStates.lags(transaction, BOTH)).containsOnlyKeys(new PullStates.PulledCompany("orders", 1));
        }
        keep(nothing("orders"));
        assertKept(nothing("orders"), day(4), Optional.of(day(3)));
        assertThat(store.states().rows("orders", 1)).isEqualTo(2);
    }

    @Test
    void theRowsOfAPullThatBeginsAnewAreCountedAndNothingElseIsKept() throws SQLException {
        var before = state("orders");
        keep(EVERYTHING);
        assertThat(state("orders")).isEqualTo(before);
        assertThat(store.states().rows("orders", 1)).isEqualTo(2);
    }

    @Test
    void theColumnsThatAPullReadsAreNamedInOrder() throws SQLException {
        try (var transaction = Handles.on(store.database().connect())) {
            ReadColumns.keep(transaction, "orders", List.of("c", "b", "zz", "a"));
            ReadColumns.keep(transaction, "orders", List.of("d", "c", "b", "aa", "ab", "ac", "a"));
            var columns = ReadColumns.find(transaction, "orders");
            columns.remove("ab");
            assertThat(columns).containsExactly("a", "aa", "ac", "b", "c", "d");
            assertThat(ReadColumns.find(transaction, "lines")).isEmpty();
        }
    }

    private void assertKept(IncrementPage increment, Instant due, Optional<Instant> complete) throws SQLException {
        PullState state = state(increment.pull());
        assertThat(state.walk()).isEqualTo(increment.walk());
        assertThat(state.mark()).isEqualTo(increment.mark());
        assertThat(state.floor()).isEqualTo(increment.floor());
        assertThat(state.digest()).isEqualTo(increment.digest());
        assertThat(state.dueAt()).isEqualTo(due);
        assertThat(state.completeAsOf()).isEqualTo(complete);
    }

    /** With two rows that are new. */
    private void keep(IncrementPage increment) throws SQLException {
        try (var transaction = Handles.on(store.database().connect())) {
            increment.keep(transaction, TargetFixture.TABLE, new WriteCounts(2, 0, 0));
        }
    }

    private static IncrementPage nothing(String pull) {
        return new IncrementPage(pull, 1, day(9), Optional.empty(), Optional.empty(), Optional.empty(),
                Optional.empty(), Optional.empty(), Optional.empty());
    }

    private PullState state(String pull) throws SQLException {
        return store.states().of(pull, 1).orElseThrow();
    }

    private static Instant day(int day) {
        return Instant.parse("2026-01-0" + day + "T00:00:00Z");
    }
}
