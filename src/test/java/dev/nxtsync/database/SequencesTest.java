package dev.nxtsync.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.pull.state.PullControl;
import dev.nxtsync.pull.state.PullUnitStore;
import dev.nxtsync.pull.state.TableScans;
import dev.nxtsync.push.outbox.OutboxApi;
import dev.nxtsync.push.outbox.OutboxOrigin;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.RunHistory;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.signin.UserGrants;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.tenant.Tenant;

/** A database to which logical replication has brought the rows, and no sequence. */
class SequencesTest {
    private final TestDatabase database = TestDatabase.create();
    private final Database store = ScheduleFixture.migrated(database);
    private final Replica replica = new Replica(store);
    private final Claims claims = new Claims(store, replica);
    private final OutboxApi entries = new OutboxApi(store);

    @BeforeEach
    void failOver() throws SQLException {
        replica.beat();
        for (int i = 0; i < 20; i++) {
            new PullUnitStore(store).declare("pull" + i, "main", List.of(Tenant.company(7)));
            assertThat(take("before" + i, "{}")).isInstanceOf(OutboxApi.Queued.class);
        }
        for (int i = 0; i < 20; i++) {
            claims.giveBack(claim());
        }
        database.execute("delete from nxt_sync.outbox where id between 3 and 15; "
                + "alter sequence nxt_sync.outbox_id restart; alter sequence nxt_sync.fence restart; "
                + "alter sequence nxt_sync.job_id_seq restart; alter sequence nxt_sync.inbox_id_seq restart");
    }

    @Test
    void aNewKeyIsTakenAlthoughTheSequenceIsBehindAndBehindAllThatIsThere() throws Exception {
        var taken = (OutboxApi.Queued) take("new", "{}");
        assertThat(taken.isNew()).isTrue();
        assertThat(taken.id()).as("in no gap, or it would be sent before the others of its group").isEqualTo(21);
        assertThat(database.number("select nxt_sync.push('orders', 'by SQL', '{}', 7)")).isEqualTo(22);
        assertThat(take("new", "{\"a\": 1}")).isInstanceOf(OutboxApi.Conflict.class);
        assertThat(take("before0", "{}")).isEqualTo(new OutboxApi.Queued(1, false));
    }

    @Test
    void anIndexOfTheUsersOwnIsNoConflictOfKeys() {
        database.execute("create unique index mine on nxt_sync.outbox ((payload ->> 'a'))");
        assertThatThrownBy(() -> {
            take("one", "{\"a\": 1}");
            take("two", "{\"a\": 1}");
        }).isInstanceOf(SQLException.class).hasMessageContaining("mine");
    }

    @Test
    void aFenceNeverFallsAndRowsThatAreNumberedCollideWithNone() throws Exception {
        long before = database.number("select max(fence) from nxt_sync.job");
        assertThat(before).isGreaterThanOrEqualTo(20);
        assertThat(claim().fence()).isGreaterThan(before);
        new PullUnitStore(store).declare("another", "main", List.of(Tenant.company(7)));
        assertThat(database.number("select count(*) from nxt_sync.job where pull = 'another'")).isEqualTo(3);
    }

    @Test
    void whatIsWrittenInABatchCollidesWithNoneEither() throws Exception {
        var history = new RunHistory(store);
        var run = new RunHistory.RunRecord("orders", 7, UnitKind.LOAD, Instant.EPOCH, Instant.EPOCH, "ok", 0, 0, 0, 0,
                0, 0, "", "");
        history.add(List.of(run));
        database.execute("alter sequence nxt_sync.run_id_seq restart");
        history.add(List.of(run, run));
        assertThat(database.count("nxt_sync.run")).isEqualTo(3);
    }

    @Test
    void whoeverTakesAUnitAwayRaisesItsFence() throws Exception {
        Claim load = claim();
        var fences = "select min(fence) from nxt_sync.job where kind = 'load' and pull = '" + load.entry() + "'";
        var away = Map.<String, Change>of("given up", () -> claims.giveUp(load, Duration.ofMinutes(1)), "reset",
                () -> new PullUnitStore(store).reset(load.entry()), "wanted", () -> store.inTransaction(transaction -> {
                    TableScans.wantAll(transaction, load.entry());
                    return true;
                }), "paused", () -> new PullControl(store).pause(load.entry()), "the clock set back", () -> {
                    database.execute("update nxt_sync.clock set seen_at = now() + interval '1 h'");
                    replica.beat();
                });
        for (var each : away.entrySet()) {
            database.execute("update nxt_sync.job set fence = 1000, holder = '" + load.holder()
                    + "', claimed_at = now() where id = " + load.unit() + "; alter sequence nxt_sync.fence restart");
            if (each.getKey().equals("given up")) {
                database.execute("update nxt_sync.job set fence = " + load.fence() + " where id = " + load.unit());
            }
            long before = database.number(fences);
            each.getValue().make();
            assertThat(database.number(fences)).as(each.getKey()).isGreaterThan(before);
        }
        database.execute(
                "insert into nxt_sync.user_grant (connection, generation, state) values ('main', 1000, 'signed_in'); "
                        + "alter sequence nxt_sync.fence restart");
        new UserGrants(store, claims).forget("main", new Problem(ErrorCode.UNEXPECTED, "x"));
        assertThat(database.number("select generation from nxt_sync.user_grant")).isGreaterThan(1000);
    }

    /** A change that may be refused. */
    @FunctionalInterface
    private interface Change {
        void make() throws SQLException;
    }

    @Test
    void aSequenceThatIsBehindIsNoOutageAndDoesNotWaitForDdl() throws Exception {
        assertThat(DatabaseFault.isAway(new Sequences.Behind("x"))).isFalse();
        try (var ddl = Handles.on(database.connect())) {
            ddl.begin();
            Database.alone(ddl, "target \"nxt\".\"order\"");
            assertThat(claim().fence()).isGreaterThanOrEqualTo(20);
        }
    }

    @Test
    void aPushDoesNotTryAsManyNumbersAsTheSequenceIsBehind() {
        database.execute("update nxt_sync.outbox set id = 4000000000000 where key = 'before19'");
        assertThat(database.number("select nxt_sync.push('orders', 'by SQL', '{}', 7)")).isEqualTo(4_000_000_000_001L);
        assertThat(database.number("select nxt_sync.push('orders', 'next', '{}', 7)")).isEqualTo(4_000_000_000_002L);
    }

    /** As after a fail-over, when everybody pushes again, one of them in a transaction that lasts. */
    @Test
    void whoeverBringsASequenceUpHoldsUpNobodyAlthoughTheirTransactionGoesOn() throws Exception {
        try (var upkeep = database.connect();
                var lock = upkeep.createStatement();
                var one = database.connect();
                var other = database.connect()) {
            upkeep.setAutoCommit(false);
            lock.execute("select pg_advisory_xact_lock(hashtext('nxt_sync sequences'))");
            var pushes = List.of(pushed(one, "of one"), pushed(other, "of another"));
            await().atMost(Duration.ofSeconds(30)).until(() -> database
                    .number("select count(*) from pg_locks where locktype = 'advisory' and not granted") == 2);
            upkeep.rollback();
            var numbers = List.of(pushes.get(0).get(30, TimeUnit.SECONDS), pushes.get(1).get(30, TimeUnit.SECONDS));
            assertThat(numbers).as("while both are open").containsExactlyInAnyOrder(21L, 22L);
            one.rollback();
            other.commit();
        }
        assertThat(database.number("select nxt_sync.push('orders', 'next', '{}', 7)")).isEqualTo(23);
    }

    /** As docs/pushing.md says, so that nobody takes it for a fault. */
    @Test
    void pushesOfSerializableTransactionsThatOverlapAreToldToRunAgain() throws Exception {
        try (var one = database.connect(); var other = database.connect()) {
            one.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            other.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            database.execute("select setval('nxt_sync.outbox_id', 20)");
            pushed(one, "of one").get(30, TimeUnit.SECONDS);
            pushed(other, "of another").get(30, TimeUnit.SECONDS);
            one.commit();
            assertThatThrownBy(other::commit).isInstanceOfSatisfying(SQLException.class,
                    e -> assertThat(e.getSQLState()).isEqualTo("40001"));
            pushed(other, "of another").get(30, TimeUnit.SECONDS);
            other.commit();
        }
    }

    /** In a transaction that stays open. */
    private static CompletableFuture<Long> pushed(Connection transaction, String key) throws SQLException {
        transaction.setAutoCommit(false);
        return CompletableFuture.supplyAsync(() -> {
            try (var statement = transaction.createStatement();
                    var row = statement.executeQuery("select nxt_sync.push('orders', '" + key + "', '{}', 7)")) {
                row.next();
                return row.getLong(1);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void atTheStartAndByAdoptAllAreAdvancedAndOneThatIsAheadStays() throws Exception {
        database.execute("select setval('nxt_sync.run_id_seq', 500)");
        new OutboxOrigin(store).adopt();
        assertThat(database.number("select nextval('nxt_sync.outbox_id')")).isEqualTo(21);
        assertThat(database.number("select nextval('nxt_sync.job_id_seq')"))
                .isEqualTo(database.number("select max(id) + 1 from nxt_sync.job"));
        assertThat(database.number("select nextval('nxt_sync.fence')"))
                .isEqualTo(database.number("select max(fence) + 1 from nxt_sync.job"));
        assertThat(database.number("select nextval('nxt_sync.run_id_seq')")).isEqualTo(501);
        database.execute("truncate nxt_sync.inbox; select setval('nxt_sync.inbox_id_seq', 1, false)");
        store.inTransaction(Database::advanceSequences);
        assertThat(database.number("select nextval('nxt_sync.inbox_id_seq')")).isEqualTo(1);
    }

    private OutboxApi.Taking take(String key, String payload) throws SQLException {
        return entries.take("orders", key, payload, Optional.of(7), Optional.of("g"));
    }

    private Claim claim() throws SQLException {
        return claims.claim(List.of(new Claims.ConnectionUnits(UnitKind.LOAD, "main")), List.of(), true).orElseThrow();
    }
}
