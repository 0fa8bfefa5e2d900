package dev.nxtsync.pull.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.nxtsync.database.Handles;
import dev.nxtsync.pull.state.TableScan.ScanKind;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.StaleClaim;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.tenant.Tenant;

class TableScansTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static PullStore store;
    private Claim load;

    @BeforeAll
    static void migrate() throws SQLException {
        store = PullStore.migrated();
        store.units().declare("orders", "main", List.of(Tenant.company(1)));
        store.units().declare("orders", "main", List.of(Tenant.company(2)));
        store.units().declare("lines", "main", List.of(Tenant.company(1)));
    }

    @BeforeEach
    void claim() throws SQLException {
        store.database().execute(
                "delete from nxt_sync.pass; update nxt_sync.job set holder = null; update nxt_sync.pull_state set state = 'ok', code = null, "
                        + "reason = null, met_by = null");
        load = ((Claims.Claimed) store.claims()
                .claim(WorkUnit.ofPull(UnitKind.LOAD, "main", Tenant.company(1), "orders"))).claim();
    }

    @AfterEach
    void free() throws SQLException {
        store.claims().free(load, Optional.empty(), Optional.empty(), true);
    }

    /** Whatever of it is known. */
    @Test
    void aWalkIsFoundAsItWasKeptLastAndNoOtherIsChanged() throws SQLException {
        var random = new Random(5);
        var other = scan(random, "orders", ScanKind.RECONCILIATION);
        store.keep(other);
        for (int i = 0; i < 30; i++) {
            var scan = scan(random, "orders", ScanKind.LOAD);
            store.scans().keep(load, scan);
            assertThat(store.scans().of("orders", 1, ScanKind.LOAD)).contains(scan);
        }
        assertThat(store.scans().of("orders", 1, ScanKind.RECONCILIATION)).contains(other);
        assertThat(store.scans().of("orders", 2, ScanKind.LOAD)).isEmpty();
        assertThat(store.scans().of("lines", 1, ScanKind.LOAD)).isEmpty();
    }

    @Test
    void whoeverHasLostItsClaimNeitherKeepsNorEndsAWalk() throws SQLException {
        var before = scan(new Random(1), "orders", ScanKind.LOAD);
        store.scans().keep(load, before);
        store.database().execute("update nxt_sync.job set fence = fence + 1 where id = " + load.unit());
        assertThatThrownBy(() -> store.scans().keep(load, before.anew())).isInstanceOf(StaleClaim.class);
        assertThatThrownBy(() -> store.scans().end(load, before)).isInstanceOf(StaleClaim.class);
        assertThat(store.scans().of("orders", 1, ScanKind.LOAD)).contains(before);
    }

    @Test
    void theEndOfAWalkIsTheEndOfADoubtAboutTheKeyAndOfNothingElse() throws SQLException {
        var scan = scan(new Random(1), "orders", ScanKind.LOAD);
        store.scans().keep(load, scan);
        store.database().execute("update nxt_sync.pull_state set state = 'stopped', code = case company when 1 then "
                + "'key_not_unique' else 'target_unusable' end, reason = 'r', met_by = 'poll' where pull = 'orders'");
        store.scans().end(load, scan);
        assertThat(store.scans().of("orders", 1, ScanKind.LOAD)).isEmpty();
        assertThat(store.states().of("orders", 1).orElseThrow().state()).isEqualTo(PullState.PullHealth.OK);
        assertThat(store.states().of("orders", 2).orElseThrow().state()).isEqualTo(PullState.PullHealth.STOPPED);
    }

    @Test
    void whereAllRowsAreWantedAgainALoadUnderWayBeginsAnewInEachCompanyAndItsPageIsRefused() throws SQLException {
        store.scans().keep(load, new TableScan("orders", 1, ScanKind.LOAD, Optional.of(NOON), Optional.of("{}"), 7,
                Optional.of(9L), Optional.of("2026"), Optional.of("2025"), true, false, false));
        store.database().execute("update nxt_sync.job set wanted = 0, served = 0");
        try (var transaction = Handles.on(store.database().connect())) {
            TableScans.wantAll(transaction, "orders");
        }
        for (int company : new int[]{1, 2}) {
            assertThat(store.scans().of("orders", company, ScanKind.LOAD)).hasValueSatisfying(scan -> {
                assertThat(scan.startedAt()).isEmpty();
                assertThat(scan.cursor()).isEmpty();
                assertThat(scan.rows()).isZero();
                assertThat(scan.since()).isEmpty();
            });
        }
        assertThat(store.scans().of("lines", 1, ScanKind.LOAD)).isEmpty();
        assertThat(store.database().value("select string_agg(pull || company, ',' order by company) from nxt_sync.job "
                + "where wanted > served")).isEqualTo("orders1,orders2");
        assertThatThrownBy(() -> store.scans().keep(load, scan(new Random(3), "orders", ScanKind.LOAD)))
                .isInstanceOf(StaleClaim.class);
    }

    @Test
    void aWalkThatBeginsAnewForgetsAllButWhatIsWanted() {
        var random = new Random(4);
        for (int i = 0; i < 50; i++) {
            var scan = scan(random, "orders", ScanKind.RECONCILIATION);
            var wanted = TableScan.wanted("orders", 1, ScanKind.RECONCILIATION);
            wanted = scan.since().map(wanted::since).orElse(wanted);
            wanted = scan.confirmed() ? wanted.confirm() : wanted;
            assertThat(scan.anew()).isEqualTo(wanted);
            assertThat(scan.begun(NOON).startedAt()).contains(NOON);
            assertThat(scan.begun(NOON).anew()).isEqualTo(wanted);
        }
    }

    private static TableScan scan(Random random, String pull, ScanKind kind) {
        return new TableScan(pull, 1, kind, perhaps(random, NOON.plusSeconds(random.nextInt(1000))),
                perhaps(random, "{\"orderNo\":" + random.nextInt() + "}"), random.nextInt(100_000),
                perhaps(random, random.nextLong(1L << 40)), perhaps(random, "2026-01-01 00:00:00." + random.nextInt(9)),
                perhaps(random, "2025-01-01 00:00:00"), random.nextBoolean(), random.nextBoolean(),
                random.nextBoolean());
    }

    private static <T> Optional<T> perhaps(Random random, T value) {
        return random.nextBoolean() ? Optional.of(value) : Optional.empty();
    }
}
