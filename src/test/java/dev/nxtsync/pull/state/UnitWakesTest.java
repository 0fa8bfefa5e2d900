package dev.nxtsync.pull.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.nxtsync.database.Handles;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.tenant.Tenant;

/** Units of two pulls, each in two companies, of which none is due. */
class UnitWakesTest {
    private static PullStore store;
    private Claim load;

    @BeforeAll
    static void migrate() throws SQLException {
        store = PullStore.migrated();
        for (String pull : List.of("orders", "lines")) {
            store.units().declare(pull, "main", List.of(Tenant.company(1)));
            store.units().declare(pull, "main", List.of(Tenant.company(2)));
        }
    }

    @BeforeEach
    void nothingIsDue() throws SQLException {
        store.database().execute(
                "update nxt_sync.job set due_at = '9999-01-01 00:00:00+00', wanted = 0, served = 0, retry_at = null");
        load = ((Claims.Claimed) store.claims()
                .claim(WorkUnit.ofPull(UnitKind.LOAD, "main", Tenant.company(1), "orders"))).claim();
        store.database().execute("update nxt_sync.job set wanted = 0, served = 0");
    }

    @AfterEach
    void free() throws SQLException {
        store.claims().free(load, Optional.empty(), Optional.empty(), true);
    }

    @Test
    void theEndOfAFirstLoadWakesPollAndFetchOfItsCompanyAndSetsTheTimesOfItsOwnReconciliationAndProof()
            throws SQLException {
        Instant reconcile = store.states().now().plus(Duration.ofHours(3));
        Instant prove = reconcile.plusSeconds(1);
        in(transaction -> UnitWakes.loaded(transaction, load, reconcile, prove));
        assertThat(woken()).containsExactlyInAnyOrder("poll 1 ", "fetch 1 ");
        assertThat(store.database()
                .value("select due_at = '" + reconcile
                        + "' from nxt_sync.job where kind = 'reconciliation' and company = 1 and pull = 'orders'"))
                .isEqualTo("t");
        assertThat(scheduled()).containsExactlyInAnyOrder("reconciliation 1 orders", "proof 1 orders");
        in(transaction -> UnitWakes.loaded(transaction, load, reconcile.plus(Duration.ofDays(9)),
                prove.plus(Duration.ofDays(9))));
        assertThat(store.database().value("select min(due_at) = '" + reconcile + "' from nxt_sync.job"))
                .as("never later").isEqualTo("t");
    }

    @Test
    void whatGoesOnWakesPollAndFetchOfItsCompanyOnly() throws SQLException {
        in(transaction -> UnitWakes.goOn(transaction, load));
        assertThat(woken()).containsExactlyInAnyOrder("poll 1 ", "fetch 1 ");
        assertThat(scheduled()).isEmpty();
    }

    @Test
    void aReconciliationThatIsWantedIsDueAtOnceAndIsNotPutOff() throws SQLException {
        in(transaction -> UnitWakes.reconcile(transaction, load, "lines"));
        assertThat(scheduled()).containsExactly("reconciliation 1 lines");
        assertThat(woken()).isEmpty();
        store.database().execute("update nxt_sync.job set due_at = '2001-01-01' where kind = 'reconciliation'");
        in(transaction -> UnitWakes.reconcile(transaction, load, "lines"));
        assertThat(store.database().number("select count(*) from nxt_sync.job where due_at = '2001-01-01'"))
                .as("one that is due already").isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource(names = {"POLL", "FETCH", "LOAD", "RECONCILIATION"})
    void eachPullHasAUnitOfEachKindOrSharesItWithTheOthersOfItsCompany(UnitKind kind) {
        boolean isShared = kind == UnitKind.POLL || kind == UnitKind.FETCH;
        assertThat(store.database().number("select count(*) from nxt_sync.job where kind = '" + kind.text() + "'"))
                .isEqualTo(isShared ? 2 : 4);
        assertThat(store.database()
                .number("select count(*) from nxt_sync.job where kind = '" + kind.text() + "' and pull = ''"))
                .isEqualTo(isShared ? 2 : 0);
    }

    private interface Change {
        void in(Handle transaction) throws SQLException;
    }

    private static void in(Change change) throws SQLException {
        try (var transaction = Handles.on(store.database().connect())) {
            change.in(transaction);
        }
    }

    private static List<String> woken() {
        return units("wanted > served");
    }

    private static List<String> scheduled() {
        return units("due_at < '9999-01-01'");
    }

    private static List<String> units(String condition) {
        return store.database()
                .rows("select kind || ' ' || company || ' ' || pull as unit from nxt_sync.job where " + condition)
                .stream().map(row -> row.get("unit")).toList();
    }
}
