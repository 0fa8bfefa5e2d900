package dev.nxtsync.pull.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.Database;
import dev.nxtsync.push.outbox.PushLanes;
import dev.nxtsync.schedule.Replica;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.tenant.Scope;
import dev.nxtsync.tenant.Tenant;

class DueTimesTest {
    private static final Optional<String> NEVER = Optional.of("0 0 0 1 1 ? 2099");

    private final TestDatabase database = TestDatabase.create();
    private final Database store = ScheduleFixture.migrated(database);
    private final Instant now;

    DueTimesTest() throws SQLException {
        new PullUnitStore(store).declare("things", "main", List.of(Tenant.company(1)));
        // read a minute ago, and compared an hour ago
        database.execute(
                """
                        update nxt_sync.pull_state set loaded_at = now() - interval '9 d', complete_as_of = now() - interval '1 m',
                            reconciled_at = now() - interval '1 h';
                        update nxt_sync.job set due_at = '9999-01-01 00:00:00+00'""");
        now = store.clock().now();
    }

    @ParameterizedTest
    @CsvSource({"5m, 24h, 1s, 24h", "5m, 24h, 24h, 24h", "24h, 24h, 5m, 24h", "5m, 24h, 5m, 2h", "5m, 24h, 5m, 9000h",
            "5m, 9000h, 5m, 10s", "1h, 12h, 2h, 6h"})
    void aChangedSettingPlansAnewAtOnceSoonerOrLater(String every, String reconcile, String otherEvery,
            String otherReconcile) throws SQLException {
        follow(process(), pull(every, reconcile));
        assertPlanned(every, reconcile);
        follow(process(), pull(otherEvery, otherReconcile));
        assertPlanned(otherEvery, otherReconcile);
        long wanted = wanted();
        follow(process(), pull(otherEvery, otherReconcile));
        assertPlanned(otherEvery, otherReconcile);
        assertThat(wanted()).as("nothing has changed, so that nothing is woken").isEqualTo(wanted);
    }

    @Test
    void whatIsSwitchedOffByACronThatNeverComesIsSwitchedOnAgainAtOnce() throws SQLException {
        follow(process(), pull("1m", "24h"));
        follow(process(), pull(Optional.empty(), NEVER, "24h"));
        assertThat(due()).isAfter(now.plus(Duration.ofDays(9000)));
        long wanted = wanted();
        follow(process(), pull("1m", "24h"));
        assertPlanned("1m", "24h");
        assertThat(wanted()).isGreaterThan(wanted);
    }

    /** As after a fail-over that lost the pages of a load, but not that its unit was freed after them. */
    @Test
    void aFirstLoadOfWhichNothingIsThereIsWokenOnceUnlessItsPullIsPaused() throws SQLException {
        follow(process(), pull("5m", "24h"));
        String loads = "select sum(wanted - served) from nxt_sync.job where kind = 'load'";
        database.execute("update nxt_sync.job set served = wanted");
        follow(process(), pull("5m", "24h"));
        assertThat(database.number(loads)).as("it is loaded").isZero();
        database.execute("update nxt_sync.pull_state set loaded_at = null, held = 'paused'");
        follow(process(), pull("5m", "24h"));
        assertThat(database.number(loads)).as("it is paused").isZero();
        database.execute("update nxt_sync.pull_state set held = null");
        follow(process(), pull("5m", "24h"));
        follow(process(), pull("5m", "24h"));
        assertThat(database.number(loads)).isEqualTo(1);
    }

    @Test
    void aChangedZoneOfACronPlansAnew() throws SQLException {
        var daily = pull(Optional.empty(), Optional.of("0 0 3 * * ?"), "24h");
        var process = process();
        process.follow(new DueTimes.Rule(daily, daily.cadence(ZoneId.of("Europe/Oslo")), Scope.COMPANY));
        Instant oslo = due();
        process().follow(new DueTimes.Rule(daily, daily.cadence(ZoneId.of("Asia/Tokyo")), Scope.COMPANY));
        assertThat(due()).isNotEqualTo(oslo);
    }

    /** A filter that was wrong fails for ten minutes otherwise. */
    @Test
    void anyOtherChangedSettingEndsABackOff() throws SQLException {
        follow(process(), pull("5m", "24h"));
        database.execute(
                "update nxt_sync.pull_state set state = 'stopped', code = 'invalid_request', reason = 'no', retry_at = now() + interval '10 m';"
                        + "update nxt_sync.job set retry_at = now() + interval '10 m'");
        follow(process(), pull("5m", "24h"));
        assertThat(database.number("select count(retry_at) from nxt_sync.pull_state")).isEqualTo(1);
        var before = pull("5m", "24h");
        follow(process(),
                new Settings.Pull("things", "thing", List.of(), List.of(), "main", List.of(), List.of(), List.of(),
                        Optional.of("{}"), before.every(), Optional.empty(), before.overlap(), before.reconcile(),
                        Duration.ofHours(6), Settings.Deletes.MARK, 0.2, 1000, 5000, Optional.empty()));
        assertThat(database.number("select count(retry_at) from nxt_sync.pull_state")).isZero();
        assertThat(database.number("select count(retry_at) from nxt_sync.job")).isZero();
    }

    @Test
    void ofTwoReplicasTheOneThatWasStartedLastDecidesAndTheyDoNotUndoEachOthers() throws SQLException {
        var old = process();
        var young = process();
        follow(old, pull("24h", "9000h"));
        follow(young, pull("1m", "2h"));
        for (int i = 0; i < 3; i++) {
            assertThat(old.follow(rule(pull("24h", "9000h")))).isFalse();
            assertThat(young.follow(rule(pull("1m", "2h")))).isFalse();
            assertPlanned("1m", "2h");
        }
        // the old one has ended runs of its own
        database.execute("update nxt_sync.pull_state set due_at = now() + interval '20 h'; "
                + "update nxt_sync.job set due_at = now() + interval '300 d' where kind = 'reconciliation'");
        follow(old, pull("24h", "9000h"));
        follow(young, pull("1m", "2h"));
        assertThat(due()).isBeforeOrEqualTo(store.clock().now().plus(Duration.ofMinutes(1)));
        assertThat(reconcileDue()).isBeforeOrEqualTo(store.clock().now().plus(Duration.ofHours(2)));
        // and is started anew, as when an update is rolled back
        follow(process(), pull("24h", "9000h"));
        assertPlanned("24h", "9000h");
        follow(young, pull("1m", "2h"));
        assertPlanned("24h", "9000h");
    }

    @Test
    void aWalkThatHasBegunIsNotPutOff() throws SQLException {
        follow(process(), pull("5m", "24h"));
        database.execute(
                """
                        update nxt_sync.pull_state set cursor = '{}', due_at = now();
                        insert into nxt_sync.pass (pull, company, kind, started_at) values ('things', 1, 'reconciliation', now());
                        update nxt_sync.job set due_at = now() where kind = 'reconciliation'""");
        follow(process(), pull("24h", "9000h"));
        assertThat(due()).isBeforeOrEqualTo(store.clock().now());
        assertThat(reconcileDue()).isBeforeOrEqualTo(store.clock().now());
    }

    @Test
    void whatIsLoadedForTheFirstTimeStaysDue() throws SQLException {
        database.execute(
                "update nxt_sync.pull_state set loaded_at = null; update nxt_sync.job set due_at = now() where kind = 'load'");
        follow(process(), pull("24h", "9000h"));
        assertThat(database.number("select count(*) from nxt_sync.job where due_at <= now()")).isEqualTo(1);
        assertThat(reconcileDue()).isAfter(now.plus(Duration.ofDays(9000)));
    }

    @Test
    void whatMayHaveBeenSentIsLookedForAtTheLatestWhenTheSettingsSaySo() throws SQLException {
        database.execute(
                "select nxt_sync.push('orders', 'late', '{}', 7); select nxt_sync.push('orders', 'soon', '{}', 7)");
        database.execute("update nxt_sync.outbox set state = 'in_doubt', sent_at = now() - interval '20 m', "
                + "next_at = now() + case key when 'late' then interval '40 m' else interval '1 m' end");
        new PushLanes(store).follow(Duration.ofMinutes(31));
        assertThat(database.rows(
                "select key, round(extract(epoch from next_at - sent_at) / 60)::text as minutes from nxt_sync.outbox order by key"))
                .extracting(row -> row.get("key") + " " + row.get("minutes")).containsExactly("late 31", "soon 21");
    }

    /** Of a process that is started now. */
    private DueTimes process() throws SQLException {
        var replica = new Replica(store);
        replica.beat();
        return new DueTimes(store, replica);
    }

    private static void follow(DueTimes process, Settings.Pull pull) throws SQLException {
        process.follow(rule(pull));
    }

    private static DueTimes.Rule rule(Settings.Pull pull) {
        return new DueTimes.Rule(pull, pull.cadence(ZoneId.of("Europe/Oslo")), Scope.COMPANY);
    }

    private static Settings.Pull pull(String every, String reconcile) {
        return pull(Optional.of(duration(every)), Optional.empty(), reconcile);
    }

    private static Settings.Pull pull(Optional<Duration> every, Optional<String> cron, String reconcile) {
        return new Settings.Pull("things", "thing", List.of(), List.of(), "main", List.of(), List.of(), List.of(),
                Optional.empty(), every, cron, Duration.ofMinutes(10), duration(reconcile), Duration.ofHours(6),
                Settings.Deletes.MARK, 0.2, 1000, 5000, Optional.empty());
    }

    private static Duration duration(String text) {
        return Duration.parse("PT" + text);
    }

    private void assertPlanned(String every, String reconcile) throws SQLException {
        assertThat(due()).isEqualTo(pull(every, reconcile).cadence(ZoneId.of("Europe/Oslo"))
                .next(instant("select complete_as_of from nxt_sync.pull_state")));
        assertThat(reconcileDue())
                .isEqualTo(instant("select reconciled_at from nxt_sync.pull_state").plus(duration(reconcile)));
    }

    private Instant due() throws SQLException {
        return instant("select due_at from nxt_sync.pull_state");
    }

    private Instant reconcileDue() throws SQLException {
        return instant("select due_at from nxt_sync.job where kind = 'reconciliation'");
    }

    private long wanted() {
        return database.number("select sum(wanted) from nxt_sync.job");
    }

    private Instant instant(String query) throws SQLException {
        return store.inTransaction(transaction -> transaction.createQuery(query).mapTo(Instant.class).one());
    }
}
