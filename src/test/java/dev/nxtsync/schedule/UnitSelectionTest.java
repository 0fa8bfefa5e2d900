package dev.nxtsync.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.nxtsync.database.Database;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.tenant.Scope;
import dev.nxtsync.tenant.Tenant;

class UnitSelectionTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final WorkUnit POLL = WorkUnit.ofPull(UnitKind.POLL, "main", Tenant.company(1), "");
    private static final WorkUnit LOAD = WorkUnit.ofPull(UnitKind.LOAD, "main", Tenant.company(1), "orders");
    private static final WorkUnit OTHER_LOAD = WorkUnit.ofPull(UnitKind.LOAD, "main", Tenant.company(1), "lines");
    private static final WorkUnit OF_CUSTOMER = WorkUnit.ofPull(UnitKind.POLL, "main", new Tenant(Scope.CUSTOMER, 1),
            "");
    private static final WorkUnit OF_TWO = WorkUnit.ofPull(UnitKind.LOAD, "main", Tenant.company(2), "orders");
    private static final WorkUnit ELSEWHERE = WorkUnit.ofPull(UnitKind.LOAD, "other", Tenant.company(1), "orders");
    private static final WorkUnit LANE = WorkUnit.ofLane("main", Tenant.company(1), "orders", 3);
    private static final List<WorkUnit> ALL = List.of(POLL, LOAD, OTHER_LOAD, OF_CUSTOMER, OF_TWO, ELSEWHERE, LANE);

    private final TestDatabase database = TestDatabase.create();
    private final Database store = ScheduleFixture.migrated(database);
    private final Claims claims;

    UnitSelectionTest() throws SQLException {
        claims = ScheduleFixture.claims(store);
    }

    @FunctionalInterface
    private interface Change {
        void make(Handle transaction) throws SQLException;
    }

    private void change(Change change) throws SQLException {
        store.inTransaction(transaction -> {
            change.make(transaction);
            return true;
        });
    }

    @BeforeEach
    void declare() throws SQLException {
        change(transaction -> WorkUnit.declare(transaction, List.of(), ALL));
    }

    static Object[][] aSelectionHasTheUnitsOfWhichAllHoldsAndNoOthers() {
        return new Object[][]{{UnitSelection.all(), ALL},
                {UnitSelection.ofKinds(List.of(UnitKind.LOAD)), List.of(LOAD, OTHER_LOAD, OF_TWO, ELSEWHERE)},
                {UnitSelection.ofKinds(List.of(UnitKind.LOAD, UnitKind.PUSH)),
                        List.of(LOAD, OTHER_LOAD, OF_TWO, ELSEWHERE, LANE)},
                {UnitSelection.ofKinds(List.of()), List.of()},
                {UnitSelection.of("orders", UnitKind.LOAD), List.of(LOAD, OF_TWO, ELSEWHERE)},
                {UnitSelection.of("orders", UnitKind.LOAD, UnitKind.POLL),
                        List.of(POLL, LOAD, OF_CUSTOMER, OF_TWO, ELSEWHERE)},
                {UnitSelection.of("orders", UnitKind.LOAD).on("main"), List.of(LOAD, OF_TWO)},
                {UnitSelection.of("orders", UnitKind.LOAD).on("main").inCompanies(List.of(2, 3)), List.of(OF_TWO)},
                {UnitSelection.all().inCompanies(List.of()), List.of()},
                {UnitSelection.ofKinds(List.of(UnitKind.POLL)).inScope(Scope.CUSTOMER), List.of(OF_CUSTOMER)},
                {UnitSelection.all().on("nowhere"), List.of()}};
    }

    @ParameterizedTest
    @MethodSource
    void aSelectionHasTheUnitsOfWhichAllHoldsAndNoOthers(UnitSelection selection, List<WorkUnit> units)
            throws SQLException {
        assertThat(store.inTransaction(selection::due)).as("before").isEmpty();
        change(selection::makeDue);
        assertThat(store.inTransaction(UnitSelection.all()::due)).containsExactlyInAnyOrderElementsOf(units);
        assertThat(store.inTransaction(selection::due)).containsExactlyInAnyOrderElementsOf(units);
    }

    @Test
    void unitsByTheirNumberAndThoseOfAClaimsCompanyAreSelected() throws Exception {
        var load = claim(LOAD);
        change(UnitSelection.numbered(List.of(load.unit()))::makeDue);
        assertThat(store.inTransaction(UnitSelection.all()::due)).containsExactly(LOAD);
        change(UnitSelection.ofKinds(List.of(UnitKind.LOAD, UnitKind.POLL)).inCompanyOf(load)::makeDue);
        assertThat(store.inTransaction(UnitSelection.all()::due)).containsExactlyInAnyOrder(LOAD, OTHER_LOAD, POLL);
    }

    @Test
    void whatIsDeclaredTwiceStaysAsItIs() throws SQLException {
        change(transaction -> WorkUnit.declare(transaction, ALL, List.of()));
        assertThat(database.number("select count(*) from nxt_sync.job")).isEqualTo(ALL.size());
        assertThat(store.inTransaction(UnitSelection.all()::due)).isEmpty();
        var another = WorkUnit.ofPull(UnitKind.LOAD, "main", Tenant.company(3), "orders");
        change(transaction -> WorkUnit.declare(transaction, List.of(another), List.of()));
        assertThat(store.inTransaction(UnitSelection.all()::due)).containsExactly(another);
    }

    @Test
    void aUnitIsMadeDueWhetherItIsKnownOrNotButForOneThatIsDueOrUnderWay() throws Exception {
        claim(LANE);
        var lanes = IntStream.range(0, 5).mapToObj(i -> WorkUnit.ofLane("main", Tenant.company(1), "orders", i))
                .toList();
        change(transaction -> WorkUnit.makeDue(transaction, lanes));
        var but = lanes.stream().filter(lane -> lane.lane() != LANE.lane()).toList();
        assertThat(store.inTransaction(UnitSelection.all()::due)).isEqualTo(but);
        long due = database.number("select count(distinct due_at) from nxt_sync.job where kind = 'push'");
        database.execute("update nxt_sync.job set due_at = '2026-01-01' where kind = 'push' and lane = 1");
        change(transaction -> WorkUnit.makeDue(transaction, lanes));
        assertThat(database.number("select count(*) from nxt_sync.job where due_at = '2026-01-01'"))
                .as("due before is due longest, so it comes first").isOne();
        assertThat(due).isGreaterThan(1);
    }

    @Test
    void aWokenUnitThatHasFailedWaitsUnlessItIsToBeTriedAtOnce() throws Exception {
        fail(LOAD);
        var loads = UnitSelection.of("orders", UnitKind.LOAD).on("main").inCompanies(List.of(1));
        change(loads::wake);
        assertThat(next()).isEmpty();
        change(loads::wakeAtOnce);
        assertThat(next()).containsExactly("load orders");
        fail(LOAD);
        fail(POLL);
        change(loads.inBackOff()::wakeAtOnce);
        assertThat(next()).as("what was woken, and no other that has failed").containsExactly("load orders");
    }

    @Test
    void theEndOfABackOffWakesNothingThatHasNothingToDo() throws Exception {
        fail(LOAD);
        change(UnitSelection.all()::endBackOff);
        assertThat(database.number("select count(*) from nxt_sync.job where retry_at is not null")).isZero();
        assertThat(next()).isEmpty();
    }

    @Test
    void aUnitIsDueAtTheSoonerOfTwoTimes() throws SQLException {
        var loads = UnitSelection.ofKinds(List.of(UnitKind.LOAD));
        change(transaction -> loads.makeDue(transaction, NOON));
        change(transaction -> loads.makeDue(transaction, NOON.plusSeconds(1)));
        assertThat(atNoon()).isEqualTo(4);
        change(loads::makeDue);
        assertThat(atNoon()).as("noon has been").isEqualTo(4);
    }

    @Test
    void aSelectionThatWouldLoseAConditionIsRefused() {
        var one = UnitSelection.all().on("main").inCompanies(List.of(1));
        assertThatIllegalStateException().isThrownBy(() -> one.inCompanies(List.of(2)));
        assertThatIllegalStateException().isThrownBy(() -> one.on("other"));
    }

    @Test
    void onlyWhatIsDueAtTheOneTimeIsDueAtTheOther() throws SQLException {
        var loads = UnitSelection.ofKinds(List.of(UnitKind.LOAD));
        assertThat((int) store.inTransaction(each -> loads.reschedule(each, NOON, NOON.plusSeconds(1)))).isZero();
        change(transaction -> loads.makeDue(transaction, NOON.plusSeconds(1)));
        assertThat((int) store.inTransaction(each -> loads.reschedule(each, NOON.plusSeconds(1), NOON))).isEqualTo(4);
        assertThat((int) store.inTransaction(each -> loads.reschedule(each, NOON, NOON))).isZero();
        assertThat(atNoon()).isEqualTo(4);
    }

    @Test
    void whoeverIsAtWorkOnARevokedUnitIsRefusedAndItCanBeClaimed() throws Exception {
        var claim = claim(LOAD);
        change(UnitSelection.of("lines", UnitKind.LOAD)::revoke);
        change(transaction -> Claims.check(transaction, claim));
        change(UnitSelection.of("orders", UnitKind.LOAD)::revoke);
        assertThatThrownBy(() -> change(transaction -> Claims.check(transaction, claim)))
                .isInstanceOf(StaleClaim.class);
        assertThat(claim(LOAD).fence()).isGreaterThan(claim.fence());
    }

    @Test
    void whoeverIsJustClaimingARevokedUnitIsWaitedForAndRefused() throws Exception {
        try (var other = database.connect(); var claiming = other.createStatement()) {
            other.setAutoCommit(false);
            claiming.execute("""
                    update nxt_sync.job set holder = gen_random_uuid(), claimed_at = now(), fence = fence + 1
                    where kind = 'load' and pull = 'orders'""");
            var revoked = CompletableFuture.runAsync(() -> {
                try {
                    change(UnitSelection.of("orders", UnitKind.LOAD)::revoke);
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().until(() -> database.number("""
                    select count(*) from pg_stat_activity where datname = current_database()
                      and wait_event_type = 'Lock' and query like 'update nxt_sync.job %'""") == 1);
            other.commit();
            revoked.join();
        }
        assertThat(database.number("select count(*) from nxt_sync.job where holder is not null")).isZero();
    }

    @Test
    void whatBeginsAnewHasNotFailedAndRefusesWhoeverIsAtWork() throws Exception {
        fail(LOAD);
        var claim = claim(LOAD);
        change(UnitSelection.all()::beginAnew);
        assertThatThrownBy(() -> change(transaction -> Claims.check(transaction, claim)))
                .isInstanceOf(StaleClaim.class);
        assertThat(database.number(
                "select count(*) from nxt_sync.job where failures > 0 or retry_at is not null or claimed_at is not null"))
                .isZero();
    }

    private long atNoon() {
        return database.number("select count(*) from nxt_sync.job where due_at = '2026-11-24 12:00:00+00'");
    }

    private Claim claim(WorkUnit unit) throws SQLException {
        var claimed = claims.claim(unit);
        return ((Claims.Claimed) claimed).claim();
    }

    private void fail(WorkUnit unit) throws SQLException {
        claims.free(claim(unit), Optional.empty(), Optional.of(Duration.ofHours(1)), false);
    }

    /** What is claimed next, until nothing is; each went well. */
    private List<String> next() throws SQLException {
        var next = new ArrayList<String>();
        var kinds = List.of(new Claims.ConnectionUnits(UnitKind.LOAD, "main"),
                new Claims.ConnectionUnits(UnitKind.POLL, "main"));
        for (var claim = claims.claim(kinds, List.of(), false); claim
                .isPresent(); claim = claims.claim(kinds, List.of(), false)) {
            next.add(claim.get().kind() + " " + claim.get().entry());
            claims.free(claim.get(), Optional.empty(), Optional.empty(), true);
        }
        return next;
    }
}
