package dev.nxtsync.pull.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.pull.state.LoadPage;
import dev.nxtsync.pull.state.PullUnitStore;
import dev.nxtsync.pull.state.RangeChange;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.tenant.Tenant;

/** Pages of a load that share a commit, while a poll writes to the same table. */
class PagesBesideOthersTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final String WAITING = """
            select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
              and query like '%nxt_page%' and pid <> pg_backend_pid()""";

    private final TargetFixture fixture = new TargetFixture();
    private final Claim load;

    PagesBesideOthersTest() throws SQLException {
        fixture.replica.beat();
        new PullUnitStore(fixture.store).declare("things", "main", List.of(Tenant.company(1)));
        load = ((Claims.Claimed) new Claims(fixture.store, fixture.replica)
                .claim(WorkUnit.ofPull(UnitKind.LOAD, "main", Tenant.company(1), "things"))).claim();
    }

    /** Or each would have what the other waits for. */
    @Test
    void whileTheyWaitForARowTheyHoldNothingThatItsWriterWantsAlsoWhereTheLastPageIsAmongThem() throws Exception {
        fixture.database.execute("update nxt_sync.pull_state set loaded_at = null; "
                + "insert into nxt.thing (nxt_company, id, nxt_read_at) values (1, 2, '2026-11-01')");
        try (var poll = fixture.database.connect(); var statement = poll.createStatement()) {
            poll.setAutoCommit(false);
            statement.execute("update nxt.thing set text = 'polled' where id = 2");
            var writing = CompletableFuture.supplyAsync(() -> write(page("1 a 7", false), page("2 b 7", true)));
            await().until(() -> fixture.database.value(WAITING) != null);
            statement.execute("select from nxt_sync.pull_state for update nowait");
            statement.execute("select from nxt_sync.job for share nowait");
            poll.commit();
            assertThat(writing.join()).isTrue();
        }
        assertThat(fixture.database.value("select string_agg(text, ' ' order by id) from nxt.thing")).isEqualTo("a b");
        assertThat(fixture.database.number("select rows from nxt_sync.pull_state where loaded_at is not null"))
                .isEqualTo(2);
    }

    private boolean write(PageStep... pages) {
        try {
            new PageWriter(fixture.store, new SimpleMeterRegistry()).write(load, TargetFixture.TABLE, List.of(pages),
                    PageWriter.Way.MERGE, (page, done) -> assertThat(done.changed()).isEqualTo(1));
            return true;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private PageStep page(String row, boolean ended) {
        return new PageStep(TargetFixture.page(row),
                new LoadPage(load, TableScan.wanted("things", 1, TableScan.ScanKind.LOAD), RangeChange.NONE, NOON,
                        ended, new LoadPage.LoadFollowers(NOON, NOON, NOON), Optional.empty()));
    }
}
