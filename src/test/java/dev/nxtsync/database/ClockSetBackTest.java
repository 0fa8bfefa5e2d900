package dev.nxtsync.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.inbox.EventKey;
import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.inbox.Inbox.Addressee;
import dev.nxtsync.inbox.RowChange;
import dev.nxtsync.pull.plan.TableMigrator;
import dev.nxtsync.pull.state.KeyListing;
import dev.nxtsync.pull.state.KeySettlement;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.pull.state.PullUnitStore;
import dev.nxtsync.pull.state.RangeChange;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.pull.state.TableScans;
import dev.nxtsync.pull.target.ColumnType;
import dev.nxtsync.pull.target.PageBuffer;
import dev.nxtsync.pull.target.PageWriter;
import dev.nxtsync.pull.target.TargetColumn;
import dev.nxtsync.pull.target.TargetFixture;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.pull.target.WriteCounts;
import dev.nxtsync.push.outbox.OutboxRetention;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.LostCalls;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.schedule.StaleClaim;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.signin.SignInTable;
import dev.nxtsync.status.OpenFindings;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.tenant.Tenant;

class ClockSetBackTest {
    private final TestDatabase database = TestDatabase.create();
    private final Database store = ScheduleFixture.migrated(database);
    private final Replica one = new Replica(store);
    private final Replica two = new Replica(store);
    private final Claims claims = new Claims(store, one);
    private final Claims others = new Claims(store, two);

    @Test
    void whatIsToBeDoneStaysAsFarOffAndWhatWasDoneAsLongAgoWhenTheClockIsSetBack() throws Exception {
        one.beat();
        new PullUnitStore(store).declare("orders", "main", List.of(Tenant.company(7)));
        database.execute("update nxt_sync.job set due_at = now() where kind = 'load'");
        Claim load = claim(claims, UnitKind.LOAD).orElseThrow();
        database.execute("select nxt_sync.push('orders', 'k', '{}', 7)");
        database.execute(
                """
                        update nxt_sync.pull_state set due_at = now() + interval '5 min', retry_at = now() + interval '1 min',
                            complete_as_of = now() - interval '2 min';
                        update nxt_sync.job set due_at = now() + interval '1 h' where kind = 'poll';
                        update nxt_sync.outbox set state = 'in_doubt', sent_at = now() - interval '20 s', next_at = now() + interval '30 s'""");
        // as if all that had been so four years from now, and the clock had then been put right
        setBack("1461 days");
        two.beat();
        near("select due_at from nxt_sync.pull_state", "5 min");
        near("select retry_at from nxt_sync.pull_state", "1 min");
        near("select complete_as_of from nxt_sync.pull_state", "-2 min");
        near("select due_at from nxt_sync.job where kind = 'poll'", "1 h");
        near("select sent_at from nxt_sync.outbox", "-20 s");
        near("select next_at from nxt_sync.outbox", "30 s");
        near("select beat_at from nxt_sync.replica where id = '" + one.id() + "'", "0 s");
        assertThat(database.number("select count(*) from nxt_sync.job where due_at > '9000-01-01'")).as("never")
                .isEqualTo(3);
        assertThatThrownBy(
                () -> new TableScans(store).keep(load, TableScan.wanted("orders", 7, TableScan.ScanKind.LOAD)))
                .as("a run that knows the old time").isInstanceOf(StaleClaim.class);
        database.execute("create table public.before as select * from nxt_sync.job");
        one.beat();
        assertThat(database
                .number("select count(*) from (select * from nxt_sync.job except select * from public.before) x"))
                .as("once").isZero();
    }

    @Test
    void theOthersBeatOnWhileOneSetsBackWhatTakesLong() throws Exception {
        new PullUnitStore(store).declare("orders", "main", List.of(Tenant.company(7)));
        database.execute("update nxt_sync.pull_state set due_at = now() + interval '5 min'");
        setBack("10 days");
        try (var user = database.connect(); var statement = user.createStatement()) {
            user.setAutoCommit(false);
            statement.execute("lock table nxt_sync.inbox_seen");
            var mending = CompletableFuture.runAsync(() -> {
                try {
                    one.beat();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().until(() -> database.number("""
                    select count(*) from pg_stat_activity where datname = current_database()
                      and wait_event_type = 'Lock' and query like 'update nxt_sync.inbox_seen %'""") == 1);
            near("select beat_at from nxt_sync.replica where id = '" + one.id() + "'", "0 s");
            two.beat();
            near("select beat_at from nxt_sync.replica where id = '" + two.id() + "'", "0 s");
            near("select due_at - interval '10 days' from nxt_sync.pull_state", "5 min");
            user.rollback();
            mending.join();
        }
        near("select due_at from nxt_sync.pull_state", "5 min");
        near("select seen_at from nxt_sync.clock", "0 s");
    }

    /** Or each beat would read them all. */
    @Test
    void inALargeTableWhatLiesAheadIsFoundByItsIndex() {
        database.execute(
                """
                        insert into nxt_sync.inbox_seen (hash, seen_at)
                        select sha256(i::text::bytea), now() - interval '1 day' + i * interval '1 s' from generate_series(1, 50000) i;
                        analyze nxt_sync.inbox_seen""");
        assertThat(database.rows("explain delete from nxt_sync.inbox_seen where " + ClockSetBack.isAhead("seen_at"))
                .toString()).contains("inbox_seen_at");
    }

    @Test
    void whatALittleCorrectionOfTheClockLeavesAheadStaysAsItIs() throws Exception {
        one.beat();
        new PullUnitStore(store).declare("orders", "main", List.of(Tenant.company(7)));
        setBack("3 s");
        database.execute("create table public.before as select * from nxt_sync.job");
        one.beat();
        assertThat(database
                .number("select count(*) from (select * from nxt_sync.job except select * from public.before) x"))
                .isZero();
    }

    @Test
    void aReplicaWhoseLastBeatLiesInTheFutureIsSilent() throws Exception {
        one.beat();
        two.beat();
        store.useTransaction(transaction -> one.report(transaction, "{}"));
        new PullUnitStore(store).declare("orders", "main", List.of(Tenant.company(7)));
        assertThat(claim(claims, UnitKind.LOAD)).isPresent();
        assertThat(claim(others, UnitKind.LOAD)).isEmpty();
        database.execute("update nxt_sync.replica set beat_at = '2031-01-01' where id = '" + one.id() + "'");
        assertThat(store.inTransaction(Replica::reports)).isEmpty();
        assertThat(claim(others, UnitKind.LOAD)).as("is taken over").isPresent();
    }

    /** Decision 12 of the design, for rows that were read before the clock was set back. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aRowThatWasReadInTheFutureCountsAsReadEarlier(boolean removes) throws Exception {
        one.beat();
        new PullUnitStore(store).declare("orders", "main", List.of(Tenant.company(7)));
        var table = new TargetTable("nxt", "thing", "nxt_company", "things",
                List.of(new TargetColumn("id", ColumnType.INTEGER, ""), new TargetColumn("text", ColumnType.TEXT, "")),
                List.of("id"), Optional.empty(), removes);
        new TableMigrator(store, new Replica(store)).make("orders", table, List.of("id", "text"));
        Claim load = claim(claims, UnitKind.LOAD).orElseThrow();
        write(table, load, page(table, "1", "old", "2", "old", "3", "old"), List.of());
        database.execute("update nxt.thing set nxt_read_at = '2031-01-01'");
        assertThat(write(table, load, page(table, "1", "new"), List.of(List.of("2"))).deleted()).isEqualTo(1);
        assertThat(live(table)).containsExactly("1 new", "3 old");
        if (!removes) {
            database.execute(
                    "update nxt.thing set nxt_read_at = '2031-01-01', nxt_deleted_at = '2031-01-01' where id = 2");
        } else {
            database.execute("update nxt_sync.removed set read_at = '2031-01-01'");
        }
        write(table, load, page(table, "2", "again"), List.of());
        assertThat(live(table)).as("a mark from the future").containsExactly("1 new", "2 again", "3 old");
        // a row that is not listed any more
        var listing = new KeyListing(store);
        Instant started = new PullStates(store).now();
        listing.begin(load);
        listing.add(load, table.only(column -> column.name().equals("id")),
                keys(table.only(column -> column.name().equals("id")), "1", "2"), new TableScans.ListingPage(
                        TableScan.wanted("orders", 7, TableScan.ScanKind.RECONCILIATION), RangeChange.NONE, started));
        assertThat(listing.compare(load, table,
                KeyListing.ListedRows.whole(table.only(column -> column.name().equals("id"))), started, () -> {
                }).gone()).isEqualTo(1);
    }

    @Test
    void aTimeInTheFutureIsNeverRecent() throws Exception {
        var signIns = new SignInTable(store);
        signIns.offer("link", "main");
        assertThat(signIns.isGood("link", "main")).isTrue();
        database.execute("update nxt_sync.sign_in set made_at = '2031-01-01'");
        assertThat(signIns.isGood("link", "main")).isFalse();
        assertThat(signIns.begin("link", "main", "s", "c", "x")).isFalse();

        var lost = new LostCalls(store);
        assertThat(lost.keep(Map.of(Tenant.company(7), 1), Duration.ofMinutes(30))).isNotEmpty();
        database.execute("update nxt_sync.lost_call set lost_at = '2031-01-01'");
        assertThat(lost.keep(Map.of(), Duration.ofMinutes(30))).isEmpty();

        var trouble = List.of(new OpenFindings.OpenFinding("x", new Problem(ErrorCode.UNEXPECTED, "x"), Instant.now()));
        store.useTransaction(transaction -> OpenFindings.keep(transaction, trouble, change -> Optional.empty()));
        database.execute("update nxt_sync.trouble set since = '2031-01-01'");
        store.useTransaction(transaction -> OpenFindings.keep(transaction, trouble, change -> Optional.of("told")));
        assertThat(database.value("select body from nxt_sync.notice")).isEqualTo("told");

        one.beat();
        new PullUnitStore(store).declare("orders", "main", List.of(Tenant.company(7)));
        var inbox = new Inbox(store);
        var event = new Inbox.Event("aa".repeat(32), true, "order", Tenant.company(7), new EventKey(List.of(), "{}"),
                RowChange.UPDATE, List.of(new Addressee("orders", "main")));
        inbox.add(List.of(event));
        database.execute("update nxt_sync.inbox_seen set seen_at = '2031-01-01'; "
                + "update nxt_sync.webhook_event set last_at = '2031-01-01'");
        inbox.add(List.of(new Inbox.Event("bb".repeat(32), true, "order", Tenant.company(7),
                new EventKey(List.of(), "{}"), RowChange.UPDATE, List.of())));
        near("select last_at from nxt_sync.webhook_event", "0 s");
        inbox.forgetOld();
        assertThat(database.number("select count(*) from nxt_sync.inbox_seen")).isZero();
    }

    @Test
    void aKeyThatWasSettledInTheFutureIsNotForgotten() throws Exception {
        database.execute("select nxt_sync.push('sales', 'a', '{}', 7), nxt_sync.push('sales', 'b', '{}', 7)");
        database.execute("update nxt_sync.outbox set state = 'done', next_at = null, settled_at = '2031-01-01'");
        database.execute("update nxt_sync.outbox set settled_at = '2021-01-01' where key = 'b'");
        new OutboxRetention(store).forget("sales", Duration.ofDays(90));
        assertThat(database.value("select key from nxt_sync.outbox")).isEqualTo("a");
    }

    private void setBack(String by) {
        // what lies ahead of a clock that is set back lies as much behind one that is not, with all that it stands for
        for (var column : database
                .rows("""
                        select attrelid::regclass::text as of, attname as name from pg_attribute join pg_class on pg_class.oid = attrelid
                        where relnamespace = 'nxt_sync'::regnamespace and relkind = 'r' and atttypid = 'timestamptz'::regtype
                          and attnum > 0""")) {
            database.execute("update " + column.get("of") + " set " + column.get("name") + " = " + column.get("name")
                    + " + interval '" + by + "' where " + column.get("name") + " < '9000-01-01'");
        }
    }

    /** Whether a time is so far from now, give or take what a test takes. */
    private void near(String select, String distance) {
        assertThat(database.value("select ((" + select + ") - clock_timestamp() - interval '" + distance
                + "') between interval '-30 s' and interval '30 s'")).as(select).isEqualTo("t");
    }

    private static Optional<Claim> claim(Claims by, UnitKind kind) throws SQLException {
        return by.claim(List.of(new Claims.ConnectionUnits(kind, "main")), List.of(), true);
    }

    private WriteCounts write(TargetTable table, Claim load, PageBuffer page, List<List<String>> gone)
            throws SQLException {
        return new PageWriter(store, new SimpleMeterRegistry()).write(load, table, page, PageWriter.Way.MERGE,
                new KeySettlement("orders", 7, new PullStates(store).now(), List.of(), gone));
    }

    private static PageBuffer page(TargetTable table, String... rows) {
        var page = new PageBuffer(table, 1 << 20, Set.of());
        for (int i = 0; i < rows.length; i += 2) {
            page.add(TargetFixture.row(rows[i], rows[i + 1]), new int[]{0, 1}, () -> "{}");
        }
        return page;
    }

    private static PageBuffer keys(TargetTable table, String... keys) {
        var page = new PageBuffer(table, 1 << 20, Set.of());
        for (String key : keys) {
            page.add(TargetFixture.row(key), new int[]{0}, () -> "{}");
        }
        return page;
    }

    private List<String> live(TargetTable table) {
        return database
                .rows("select id || ' ' || text as row from " + table + " where nxt_deleted_at is null order by 1")
                .stream().map(row -> row.get("row")).toList();
    }
}
