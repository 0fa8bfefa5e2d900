package dev.nxtsync.pull.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.pull.state.PullState.PullHealth;
import dev.nxtsync.pull.target.TargetFixture;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.tenant.Tenant;

class PullConditionTest {
    private static final Problem REFUSED = new Problem(ErrorCode.TARGET_UNUSABLE, "no");
    private static final Problem BUSY = new Problem(ErrorCode.BUSY, "later");

    private final TargetFixture fixture;

    PullConditionTest() throws SQLException {
        fixture = new TargetFixture();
    }

    private interface Change {
        void make() throws SQLException;
    }

    @Test
    void whateverHappensInWhateverOrderAStateAReasonAndACodeAreOfOneMoment() throws SQLException {
        List<Change> changes = List.of(() -> met(UnitKind.POLL, PullHealth.STOPPED, REFUSED),
                () -> met(UnitKind.LOAD, PullHealth.FAILING, BUSY),
                () -> met(UnitKind.FETCH, PullHealth.STOPPED, REFUSED),
                () -> met(UnitKind.RECONCILIATION, PullHealth.STOPPED, REFUSED), () -> well(UnitKind.POLL),
                () -> well(UnitKind.LOAD), () -> well(UnitKind.FETCH), () -> well(UnitKind.RECONCILIATION),
                () -> fixture.states.stopped("things", REFUSED), () -> fixture.states.planned("things", true),
                () -> fixture.states.planned("things", false),
                () -> new PullUnitStore(fixture.store).seen("things", List.of(1)),
                () -> new PullUnitStore(fixture.store).seen("things", List.of(2)),
                () -> new PullUnitStore(fixture.store).reset("things"),
                () -> new PullControl(fixture.store).run("things", "main"),
                () -> fixture.states.quiet(fixture.claim, List.of(fixture.increment())),
                () -> new PullUnitStore(fixture.store).declare("things", "main", List.of(Tenant.company(1))));
        var random = new Random(21);
        for (int i = 0; i < 500; i++) {
            int step = i;
            changes.get(random.nextInt(changes.size())).make();
            assertThat(fixture.database
                    .value("""
                            select case state
                                when 'ok' then code is null and reason is null and met_by is null and failures = 0 and retry_at is null
                                when 'away' then code = 'company_not_granted' and reason like '%does not see%' and retry_at is null
                                else code || ' ' || reason in ('target_unusable no', 'busy later') and met_by is not null end
                            from nxt_sync.pull_state"""))
                    .as(() -> "step " + step + ": " + fixture.database.rows("select * from nxt_sync.pull_state"))
                    .isEqualTo("t");
        }
    }

    @Test
    void aCompanyThatIsSeenAgainIsNotAwayAnyMore() throws SQLException {
        met(UnitKind.POLL, PullHealth.FAILING, BUSY);
        assertThat(new PullUnitStore(fixture.store).seen("things", List.of(2))).containsExactly(1);
        assertThat(fixture.state().state()).isEqualTo(PullHealth.AWAY);
        assertThat(fixture.state().reason().errorCode()).isEqualTo(ErrorCode.COMPANY_NOT_GRANTED);
        assertThat(new PullUnitStore(fixture.store).seen("things", List.of(2))).as("told once").isEmpty();
        assertThat(new PullUnitStore(fixture.store).seen("things", List.of(1))).isEmpty();
        assertThat(fixture.state().state()).isEqualTo(PullHealth.OK);
        assertThat(fixture.state().reason().message()).isEmpty();
    }

    /** A poll that has nothing to write, or a fetch of another row, knows nothing of what a trigger refuses. */
    @Test
    void whatWasMetInATargetIsOverOnceThatWorkItselfGoesWell() throws SQLException {
        for (UnitKind kind : List.of(UnitKind.POLL, UnitKind.LOAD, UnitKind.RECONCILIATION)) {
            met(kind, PullHealth.STOPPED, REFUSED);
            for (UnitKind other : List.of(UnitKind.POLL, UnitKind.LOAD, UnitKind.RECONCILIATION, UnitKind.FETCH)) {
                if (other != kind) {
                    well(other);
                }
            }
            assertThat(fixture.state().state()).as("met by " + kind).isEqualTo(PullHealth.STOPPED);
            well(kind);
            assertThat(fixture.state().state()).as("met by " + kind).isEqualTo(PullHealth.OK);
        }
        met(UnitKind.RECONCILIATION, PullHealth.FAILING, BUSY);
        well(UnitKind.POLL);
        assertThat(fixture.state().state()).as("the API answers again").isEqualTo(PullHealth.OK);
    }

    @Test
    void whatAFetchHasMetIsOverOnceNothingIsLeftToFetch() throws SQLException {
        fixture.database.execute(
                """
                        insert into nxt_sync.job (kind, connection, scope, company) values ('fetch', 'main', 'company', 1);
                        insert into nxt_sync.inbox (unit, pull, key) select id, 'things', '{}' from nxt_sync.job where kind = 'fetch'""");
        met(UnitKind.FETCH, PullHealth.STOPPED, REFUSED);
        well(UnitKind.POLL);
        assertThat(fixture.state().state()).isEqualTo(PullHealth.STOPPED);
        fixture.database.execute("delete from nxt_sync.inbox");
        well(UnitKind.POLL);
        assertThat(fixture.state().state()).isEqualTo(PullHealth.OK);
    }

    @Test
    void aTargetThatIsMendedIsTriedAtOnceWhoeverMetIt() throws SQLException {
        met(UnitKind.RECONCILIATION, PullHealth.STOPPED, REFUSED);
        assertThat(fixture.states.planned("things", false)).isFalse();
        assertThat(fixture.states.planned("things", true)).isTrue();
        assertThat(fixture.state().state()).isEqualTo(PullHealth.OK);
        met(UnitKind.POLL, PullHealth.FAILING, BUSY);
        assertThat(fixture.states.planned("things", true)).isFalse();
    }

    /** Its loads do not meet what the poll met, and so would never clear it. */
    @Test
    void whatARunMeetsThatBeganBeforeItsTableWasMadeAnewIsNotSaidOfTheNewOne() throws SQLException {
        PullState before = fixture.state();
        fixture.database.execute("drop table nxt.thing");
        fixture.make(TargetFixture.TABLE);
        met(UnitKind.POLL, before, PullHealth.STOPPED, REFUSED);
        assertThat(fixture.state().state()).as("while it is loaded").isEqualTo(PullHealth.OK);
        fixture.database.execute("update nxt_sync.pull_state set loaded_at = clock_timestamp()");
        met(UnitKind.POLL, before, PullHealth.STOPPED, REFUSED);
        assertThat(fixture.state().state()).as("once it is loaded").isEqualTo(PullHealth.OK);
        met(UnitKind.POLL, PullHealth.STOPPED, REFUSED);
        assertThat(fixture.state().state()).as("of the table that is there").isEqualTo(PullHealth.STOPPED);
    }

    private void met(UnitKind kind, PullHealth state, Problem reason) throws SQLException {
        met(kind, fixture.state(), state, reason);
    }

    private void met(UnitKind kind, PullState pull, PullHealth state, Problem reason) throws SQLException {
        fixture.store.inTransaction(transaction -> {
            PullCondition.met(transaction, kind, pull, state, reason, Duration.ofSeconds(30));
            return true;
        });
    }

    private void well(UnitKind kind) throws SQLException {
        fixture.store.inTransaction(transaction -> {
            PullCondition.well(transaction, kind, 1, List.of("things"));
            return true;
        });
    }
}
