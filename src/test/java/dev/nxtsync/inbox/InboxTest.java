package dev.nxtsync.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;

import dev.nxtsync.database.Database;
import dev.nxtsync.inbox.Inbox.Addressee;
import dev.nxtsync.inbox.Inbox.Fate;
import dev.nxtsync.pull.plan.TableMigrator;
import dev.nxtsync.pull.state.KeySettlement;
import dev.nxtsync.pull.state.PullUnitStore;
import dev.nxtsync.pull.target.ColumnType;
import dev.nxtsync.pull.target.PageBuffer;
import dev.nxtsync.pull.target.PageWriter;
import dev.nxtsync.pull.target.TargetColumn;
import dev.nxtsync.pull.target.TargetFixture;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.pull.target.WriteCounts;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.schedule.StaleClaim;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.tenant.Tenant;

class InboxTest {
    private static final String A = "aa".repeat(32);
    private static final String B = "bb".repeat(32);
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");

    private final TestDatabase database = TestDatabase.create();
    private final Database store = ScheduleFixture.migrated(database);
    private final Replica replica = new Replica(store);
    private final Claims claims = new Claims(store, replica);
    private final Inbox inbox = new Inbox(store);
    private Claim fetch;

    @BeforeEach
    void declare() throws SQLException {
        replica.beat();
        new PullUnitStore(store).declare("orders", "main", List.of(Tenant.company(7)));
        new PullUnitStore(store).declare("again", "main", List.of(Tenant.company(7)));
        fetch = claim();
    }

    @Test
    void anEventWithATimeStampCountsOnceForThirtyDays() throws Exception {
        assertThat(add(event(A, true, "orders"))).isEqualTo(Fate.KEPT);
        assertThat(add(event(A, true, "orders"))).isEqualTo(Fate.DUPLICATE);
        settle("orders");
        assertThat(add(event(A, true, "orders"))).as("also once it is settled").isEqualTo(Fate.DUPLICATE);
        database.execute("update nxt_sync.inbox_seen set seen_at = seen_at - interval '29 days'");
        inbox.forgetOld();
        assertThat(add(event(A, true, "orders"))).isEqualTo(Fate.DUPLICATE);
        database.execute("update nxt_sync.inbox_seen set seen_at = seen_at - interval '2 days'");
        inbox.forgetOld();
        assertThat(add(event(A, true, "orders"))).isEqualTo(Fate.KEPT);
    }

    @Test
    void anEventWithoutATimeStampIsADuplicateOnlyUntilItsTwinIsLookedAt() throws Exception {
        assertThat(add(event(A, false, "orders"))).isEqualTo(Fate.KEPT);
        assertThat(add(event(A, false, "orders"))).isEqualTo(Fate.DUPLICATE);
        assertThat(add(event(B, false, "orders"))).isEqualTo(Fate.KEPT);
        inbox.begin(fetch, ids(inbox.next(fetch, List.of("orders"), 10)));
        assertThat(add(event(A, false, "orders"))).as("it may tell of what the read does not see").isEqualTo(Fate.KEPT);
        assertThat(add(event(A, false, "orders"))).isEqualTo(Fate.DUPLICATE);
        settle("orders");
        assertThat(add(event(A, false, "orders"))).isEqualTo(Fate.KEPT);
    }

    @Test
    void anEventIsKeptOnceForEachPullOfItsTableAndForNobodyElse() throws Exception {
        assertThat(add(event(A, true, "orders", "again", "elsewhere"))).isEqualTo(Fate.KEPT);
        assertThat(inbox.next(fetch, List.of("orders", "again"), 10)).extracting(Inbox.Woken::pull)
                .containsExactlyInAnyOrder("orders", "again");
        assertThat(inbox.next(fetch, List.of("again"), 10)).hasSize(1);
        assertThat(add(event(B, true))).isEqualTo(Fate.UNKNOWN);
        assertThat(add(new Inbox.Event(B, true, "order", Tenant.company(8), new EventKey(List.of(), "{}"),
                RowChange.UPDATE, List.of(new Addressee("orders", "main"))))).isEqualTo(Fate.UNKNOWN);
        new PullUnitStore(store).seen("orders", List.of(8));
        assertThat(add(event(B, true, "orders"))).as("its company is away").isEqualTo(Fate.UNKNOWN);
        assertThat(
                database.rows("select company, last_event, key_columns from nxt_sync.webhook_event order by company"))
                .containsExactly(Map.of("company", "7", "last_event", "update", "key_columns", "{orderNo}"),
                        Map.of("company", "8", "last_event", "update", "key_columns", "{}"));
    }

    @Test
    void aUnitIsWokenAlsoWhereItsProcessDiedInBetween() throws Exception {
        claims.free(fetch, Optional.of(NOON.plus(Duration.ofDays(9_999))), Optional.empty(), true);
        assertThat(claims.claim(List.of(new Claims.ConnectionUnits(UnitKind.FETCH, "main")), List.of(), true))
                .isEmpty();
        var taken = inbox.add(List.of(event(A, true, "orders")));
        assertThat(claims.claim(List.of(new Claims.ConnectionUnits(UnitKind.FETCH, "main")), List.of(), true))
                .as("before it is woken").isEmpty();
        inbox.wakeForgotten();
        var woken = claims.claim(List.of(new Claims.ConnectionUnits(UnitKind.FETCH, "main")), List.of(), true)
                .orElseThrow();
        assertThat(taken.units()).containsExactly(woken.unit());
        inbox.wake(taken.units());
        claims.free(woken, Optional.empty(), Optional.of(Duration.ofHours(1)), true);
        assertThat(claims.claim(List.of(new Claims.ConnectionUnits(UnitKind.FETCH, "main")), List.of(), true))
                .as("it is given a pause").isEmpty();
        database.execute("update nxt_sync.job set retry_at = now() where kind = 'fetch'");
        assertThat(claims.claim(List.of(new Claims.ConnectionUnits(UnitKind.FETCH, "main")), List.of(), true))
                .as("a wake-up in a run is not lost").isPresent();
    }

    @Test
    void keysThatFailAloneAreLookedAtAfterTheOthers() throws Exception {
        add(event(A, true, "orders"));
        add(event(B, true, "orders"));
        var first = inbox.next(fetch, List.of("orders"), 1).get(0);
        inbox.putLast(fetch, List.of(first.id()));
        assertThat(inbox.next(fetch, List.of("orders"), 10)).hasSize(2).last()
                .satisfies(last -> assertThat(last.receivedAt()).isEqualTo(first.receivedAt()));
    }

    @Test
    void aKeyIsCountedBeforeItIsLookedAtAndSetAsideAfterFiveTimesUntilItIsDueOrAReconciliationHasReadItsRow()
            throws Exception {
        add(event(A, true, "orders"));
        var key = inbox.next(fetch, List.of("orders"), 10);
        for (int attempt = 1; attempt <= Inbox.MOST_ATTEMPTS; attempt++) {
            assertThat(store.inTransaction(Inbox::setAside)).isEmpty();
            assertThat(store.inTransaction(Inbox::depth).keys()).isEqualTo(1);
            inbox.begin(fetch, ids(key));
            assertThat(waits()).isEqualTo(List.of("at once", "at once", "5 s", "30 s", "3600 s").get(attempt - 1));
            inbox.failed(fetch, ids(key), "why \0 \ud800");
            assertThat(database.value("select reason from nxt_sync.inbox")).isEqualTo("why ? ?");
        }
        assertThat(store.inTransaction(Inbox::setAside)).containsExactly(Map.entry("orders", 1L));
        assertThat(store.inTransaction(Inbox::depth).keys()).as("it is told by itself").isZero();
        assertThat(inbox.next(fetch, List.of("orders"), 10)).isEmpty();
        add(event(B, true, "orders", "again"));
        assertThat(inbox.next(fetch, List.of("orders", "again"), 10)).as("another event of the same row")
                .extracting(Inbox.Woken::pull).containsExactly("again");
        database.execute("update nxt_sync.inbox set next_at = now() where next_at is not null");
        assertThat(inbox.next(fetch, List.of("orders"), 10)).extracting(Inbox.Woken::attempts).containsExactly(5, 0);
        var reconciliation = ((Claims.Claimed) claims
                .claim(WorkUnit.ofPull(UnitKind.RECONCILIATION, "main", Tenant.company(7), "orders"))).claim();
        reconciled(reconciliation, Instant.parse("2020-01-01T00:00:00Z"));
        assertThat(store.inTransaction(Inbox::setAside)).as("it began before the event came").hasSize(1);
        reconciled(reconciliation, Instant.parse("2100-01-01T00:00:00Z"));
        assertThat(store.inTransaction(Inbox::setAside)).isEmpty();
        assertThat(inbox.next(fetch, List.of("orders", "again"), 10)).as("what is not set aside stays").hasSize(2);
    }

    @Test
    void whatHasNothingToDoWithAKeyIsNotCountedAndAKeyOfAnyLengthCanBeSetAside() throws Exception {
        inbox.add(List.of(
                new Inbox.Event(A, true, "order", Tenant.company(7), new EventKey(List.of(), "\u20ac".repeat(20_000)),
                        RowChange.UPDATE, List.of(new Addressee("orders", "main")))));
        var key = inbox.next(fetch, List.of("orders"), 10);
        for (int i = 0; i < 10; i++) {
            inbox.begin(fetch, ids(key));
            inbox.spared(fetch, ids(key));
        }
        assertThat(inbox.next(fetch, List.of("orders"), 10)).extracting(Inbox.Woken::attempts).containsExactly(0);
        for (int i = 0; i < 9; i++) {
            inbox.begin(fetch, ids(key));
        }
        assertThat(waits()).as("16 hours after the ninth time").isEqualTo("57600 s");
        for (int i = 0; i < 5; i++) {
            inbox.begin(fetch, ids(key));
        }
        assertThat(waits()).as("never less often than once a day").isEqualTo("86400 s");
    }

    @Test
    void aUnitIsNotWokenForAKeyThatIsNotDue() throws Exception {
        add(event(A, true, "orders"));
        claims.free(fetch, Optional.of(NOON.plus(Duration.ofDays(9_999))), Optional.empty(), true);
        database.execute("update nxt_sync.inbox set attempts = 5, next_at = now() + interval '1 h'");
        inbox.wakeForgotten();
        assertThat(claims.claim(List.of(new Claims.ConnectionUnits(UnitKind.FETCH, "main")), List.of(), true))
                .isEmpty();
        database.execute("update nxt_sync.inbox set next_at = now()");
        inbox.wakeForgotten();
        assertThat(claims.claim(List.of(new Claims.ConnectionUnits(UnitKind.FETCH, "main")), List.of(), true))
                .isPresent();
    }

    @Test
    void whatIsKeptBackByAKeyThatIsSetAsideWakesNobodyAndDoesNotWait() throws Exception {
        add(event(A, true, "orders"));
        database.execute("update nxt_sync.inbox set attempts = 5, next_at = now() + interval '1 h'");
        add(event(B, true, "orders"));
        database.execute("update nxt_sync.inbox set received_at = now() - interval '1 h'");
        claims.free(fetch, Optional.of(NOON.plus(Duration.ofDays(9_999))), Optional.empty(), true);
        inbox.wakeForgotten();
        assertThat(claims.claim(List.of(new Claims.ConnectionUnits(UnitKind.FETCH, "main")), List.of(), true))
                .isEmpty();
        assertThat(store.inTransaction(Inbox::depth)).isEqualTo(new Inbox.Backlog(0, 0));
        database.execute("update nxt_sync.inbox set next_at = now() where attempts = 5");
        inbox.wakeForgotten();
        assertThat(claims.claim(List.of(new Claims.ConnectionUnits(UnitKind.FETCH, "main")), List.of(), true))
                .isPresent();
        assertThat(store.inTransaction(Inbox::depth).keys()).isEqualTo(1);
        assertThat(store.inTransaction(Inbox::depth).oldest()).isBetween(3_600.0, 4_000.0);
    }

    /** Decision 12 of the design, also for rows that were never stored. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatWasNotThereIsNotBroughtInByAnEarlierReadAndIsByALaterOne(boolean removes) throws Exception {
        var table = new TargetTable("nxt", "thing", "nxt_company", "things",
                List.of(new TargetColumn("id", ColumnType.INTEGER, ""), new TargetColumn("code", ColumnType.TEXT, ""),
                        new TargetColumn("text", ColumnType.TEXT, "")),
                List.of("id", "code"), Optional.empty(), removes);
        new TableMigrator(store, new Replica(store)).make("orders", table, List.of("id", "code", "text"));
        write(table, NOON, page(table, "1", "old", "2", "old"), List.of());
        assertThat(write(table, NOON.plusSeconds(10), page(table), List.of(List.of("1", "x"), List.of("3", "x")))
                .deleted()).isEqualTo(1);
        write(table, NOON.plusSeconds(5), page(table, "1", "stale", "2", "newer", "3", "stale"), List.of());
        assertThat(live(table)).as("a read from before").containsExactly("2 newer");
        write(table, NOON.plusSeconds(15), page(table, "1", "new", "3", "new"), List.of());
        assertThat(live(table)).as("a read from after").containsExactly("1 new", "2 newer", "3 new");
        assertThat(write(table, NOON.plusSeconds(12), page(table), List.of(List.of("1", "x"))).deleted())
                .as("an old absence").isZero();
        assertThat(live(table)).containsExactly("1 new", "2 newer", "3 new");
        assertThat(database.number("select count(*) from nxt_sync.inbox")).isZero();
    }

    @Test
    void anotherHolderOfTheUnitSettlesNothing() throws Exception {
        add(event(A, true, "orders"));
        database.execute("update nxt_sync.job set fence = fence + 1 where kind = 'fetch'");
        assertThatThrownBy(() -> inbox.drop(fetch, List.of(1L))).isInstanceOf(StaleClaim.class);
        assertThat(database.number("select count(*) from nxt_sync.inbox")).isEqualTo(1);
    }

    private WriteCounts write(TargetTable table, Instant readAt, PageBuffer page, List<List<String>> gone)
            throws SQLException {
        return new PageWriter(store, new SimpleMeterRegistry()).write(fetch, table, page, PageWriter.Way.MERGE,
                new KeySettlement("orders", 7, readAt, List.of(), gone));
    }

    /** Rows by id and text, all with one code. */
    private static PageBuffer page(TargetTable table, String... rows) {
        var page = new PageBuffer(table, 1 << 20, Set.of());
        for (int i = 0; i < rows.length; i += 2) {
            page.add(TargetFixture.row(rows[i], "x", rows[i + 1]), new int[]{0, 1, 2}, () -> "{}");
        }
        return page;
    }

    private List<String> live(TargetTable table) {
        return database
                .rows("select id || ' ' || text as row from " + table + " where nxt_deleted_at is null order by 1")
                .stream().map(row -> row.get("row")).toList();
    }

    private Claim claim() throws SQLException {
        return ((Claims.Claimed) claims.claim(WorkUnit.ofPull(UnitKind.FETCH, "main", Tenant.company(7), ""))).claim();
    }

    private static List<Long> ids(List<Inbox.Woken> woken) {
        return woken.stream().map(Inbox.Woken::id).toList();
    }

    /** How long the key waits from now on, as it was said last. */
    private String waits() {
        return database
                .value("select coalesce(round(extract(epoch from next_at - clock_timestamp())) || ' s', 'at once') "
                        + "from nxt_sync.inbox");
    }

    private void reconciled(Claim reconciliation, Instant startedAt) throws SQLException {
        store.inTransaction(transaction -> {
            Inbox.reconciled(transaction, reconciliation, startedAt);
            return true;
        });
    }

    private Fate add(Inbox.Event event) throws SQLException {
        return inbox.add(List.of(event)).fates().get(event.hash());
    }

    private void settle(String pull) throws SQLException {
        inbox.drop(fetch, inbox.next(fetch, List.of(pull), 100).stream().map(Inbox.Woken::id).toList());
    }

    private static Inbox.Event event(String hash, boolean stamped, String... pulls) {
        return new Inbox.Event(hash, stamped, "order", Tenant.company(7),
                new EventKey(List.of("orderNo"), "{\"orderNo\":1}"), RowChange.UPDATE,
                List.of(pulls).stream().map(pull -> new Addressee(pull, "main")).toList());
    }
}
