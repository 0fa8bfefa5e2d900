package dev.nxtsync.pull.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.pull.plan.TableMigrator;
import dev.nxtsync.pull.state.LoadPage;
import dev.nxtsync.pull.state.PullUnitStore;
import dev.nxtsync.pull.state.RangeChange;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.tenant.Tenant;

class RowCountTest {
    private static final String COUNTING = """
            select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
              and query like '%count(*)%nxt_deleted_at is null%' and pid <> pg_backend_pid()""";

    private final TestDatabase database = TestDatabase.create();

    @Test
    void aLoadEndsWithTheNumberOfRowsThatTheTargetHasWhateverWasThereBefore() throws Exception {
        var store = ScheduleFixture.migrated(database);
        var replica = new Replica(store);
        var claims = new Claims(store, replica);
        var table = new TargetTable("nxt", "thing", "nxt_company", "things",
                List.of(new TargetColumn("id", ColumnType.INTEGER, "")), List.of("id"), Optional.empty(), false);
        new TableMigrator(store, new Replica(store)).make("orders", table, List.of("id"));
        // as it was left by an nxt_sync that was since made anew, with a row that is gone and one of another company
        database.execute("""
                insert into nxt.thing select 7, id, '2026-11-01' from generate_series(1, 500) id;
                insert into nxt.thing values (7, 501, '2026-11-01', '2026-11-01'), (8, 1, '2026-11-01', null)""");
        replica.beat();
        new PullUnitStore(store).declare("orders", "main", List.of(Tenant.company(7)));
        Claim load = claims.claim(List.of(new Claims.ConnectionUnits(UnitKind.LOAD, "main")), List.of(), true)
                .orElseThrow();
        var writer = new PageWriter(store, new SimpleMeterRegistry());
        writer.write(load, table, page(table, 1, 250), PageWriter.Way.MERGE, checkpoint(load, false));
        writer.write(load, table, page(table, 251, 512), PageWriter.Way.MERGE, checkpoint(load, true));
        assertThat(database.number("select rows from nxt_sync.freshness")).isEqualTo(512);
        // what others have done to the target is seen by the next load
        database.execute("delete from nxt.thing where id > 400");
        claims.free(load, Optional.empty(), Optional.empty(), true);
        Claim again = ((Claims.Claimed) claims
                .claim(WorkUnit.ofPull(UnitKind.LOAD, "main", Tenant.company(7), "orders"))).claim();
        writer.write(again, table, page(table, 1, 10), PageWriter.Way.MERGE, checkpoint(again, true));
        assertThat(database.number("select rows from nxt_sync.freshness")).isEqualTo(400);
    }

    @Test
    void whileTheRowsAreCountedNothingIsLockedThatOthersWantAndALoadEndsAlsoWhereThatIsCutShort() throws Exception {
        var fixture = new TargetFixture();
        var target = fixture.database;
        var replica = new Replica(fixture.store);
        var claims = new Claims(fixture.store, replica);
        replica.beat();
        new PullUnitStore(fixture.store).declare("things", "main", List.of(Tenant.company(1)));
        target.execute(
                "update nxt_sync.pull_state set loaded_at = null, rows = 7; insert into nxt.thing (nxt_company, id, nxt_read_at, text) values (1, 1, now(), 'x')");
        Claim load = ((Claims.Claimed) claims
                .claim(WorkUnit.ofPull(UnitKind.LOAD, "main", Tenant.company(1), "things"))).claim();
        Instant now = Instant.parse("2026-11-24T12:00:00Z");
        var end = new LoadPage(load, TableScan.wanted("things", 1, TableScan.ScanKind.LOAD), RangeChange.NONE, now,
                true, new LoadPage.LoadFollowers(now, now, now), Optional.empty());
        try (var user = target.connect(); var statement = user.createStatement()) {
            user.setAutoCommit(false);
            statement.execute("lock table nxt.thing");
            var ending = CompletableFuture.supplyAsync(() -> {
                try {
                    return fixture.store.inTransaction(
                            transaction -> end.keep(transaction, TargetFixture.TABLE, new WriteCounts(3, 0, 0)));
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().until(() -> target.value(COUNTING) != null);
            target.execute("select from nxt_sync.job for update nowait");
            target.execute("select from nxt_sync.pull_state for update nowait");
            await().until(() -> {
                target.rows("select pg_cancel_backend(pid) from (" + COUNTING + ") counting");
                return ending.isDone();
            });
            assertThat(ending.join().inserted()).isEqualTo(3);
        }
        assertThat(target.value("select loaded_at is not null from nxt_sync.pull_state")).isEqualTo("t");
        assertThat(target.number("select rows from nxt_sync.pull_state")).as("what was added up").isEqualTo(10);
    }

    @Test
    void whatOthersWriteWhileTheRowsAreCountedIsCountedOnce() throws Exception {
        var fixture = new TargetFixture();
        fixture.database.execute(
                "insert into nxt.thing (nxt_company, id, nxt_read_at, text) select 1, id, now(), 'x' from generate_series(1, 20) id");
        long more = fixture.store.inTransaction(transaction -> {
            long correction = count(transaction).orElseThrow();
            assertThat(fixture.write(21, "meanwhile").inserted()).isEqualTo(1);
            assertThat(fixture.store.inTransaction(RowCountTest::count)).as("by another at once").isEmpty();
            return correction;
        });
        assertThat(more).isEqualTo(20);
        assertThat(fixture.database.number("select rows + 20 from nxt_sync.pull_state")).isEqualTo(21);
    }

    private static OptionalLong count(Handle transaction) throws SQLException {
        return RowCount.correction(transaction, TargetFixture.TABLE, "things", 1);
    }

    private static LoadPage checkpoint(Claim load, boolean ended) {
        Instant now = Instant.parse("2026-11-24T12:00:00Z");
        return new LoadPage(load, TableScan.wanted("orders", 7, TableScan.ScanKind.LOAD), RangeChange.NONE, now, ended,
                new LoadPage.LoadFollowers(now, now, now), Optional.empty());
    }

    private static PageBuffer page(TargetTable table, int from, int to) {
        var page = new PageBuffer(table, 1 << 20, Set.of());
        for (int id = from; id <= to; id++) {
            page.add(TargetFixture.row(Integer.toString(id)), new int[]{0}, () -> "{}");
        }
        return page;
    }
}
