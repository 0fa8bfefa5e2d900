package dev.nxtsync.pull.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.nxtsync.database.Database;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.pull.target.PageBuffer;
import dev.nxtsync.pull.target.TargetFixture;
import dev.nxtsync.pull.target.TargetTable;
import dev.nxtsync.schedule.ScheduleFixture;
import dev.nxtsync.schedule.StaleClaim;

/** Its target gives its rows only once the test lets it. */
class LongComparisonTest {
    private static final String WAITING = "select count(*) from pg_locks where locktype = 'advisory' and not granted "
            + "and database = (select oid from pg_database where datname = current_database())";
    private static final TargetTable LISTED = TargetFixture.TABLE.only(column -> column.name().equals("id"));

    private final TargetFixture fixture;
    private final KeyListing listing;
    private final Connection user;
    private final CountDownLatch alive = new CountDownLatch(2);
    private final FutureTask<KeyListing.Comparison> comparison = new FutureTask<>(this::compare);
    private final Thread run = new Thread(comparison);

    LongComparisonTest() throws SQLException {
        fixture = new TargetFixture();
        listing = new KeyListing(new Database(ScheduleFixture.source(fixture.database), Duration.ofMillis(500)));
        user = fixture.database.connect();
    }

    @BeforeEach
    void begin() throws SQLException {
        fixture.write(1, "a");
        fixture.write(2, "b");
        fixture.database
                .execute("create function public.held() returns boolean language plpgsql set lock_timeout = 0 as "
                        + "$$ begin perform pg_advisory_xact_lock_shared(42); return true; end $$; "
                        + "alter table nxt.thing rename to moved; create view nxt.thing as select * from nxt.moved where public.held()");
        var page = new PageBuffer(LISTED, 1 << 20, Set.of());
        page.add(TargetFixture.row("1"), new int[]{0}, () -> "{}");
        listing.add(fixture.claim, LISTED, page, fixture.increment());
        user.setAutoCommit(false);
        try (var statement = user.createStatement()) {
            statement.execute("select pg_advisory_xact_lock(42)");
        }
        run.start();
        await().atMost(Duration.ofSeconds(30)).until(() -> fixture.database.number(WAITING) == 1);
    }

    @AfterEach
    void end() throws SQLException {
        user.close();
    }

    @Test
    void aComparisonMayTakeLongerThanAnyAnswerAndShowsThatItIsAlive() throws Exception {
        assertThat(alive.await(30, TimeUnit.SECONDS)).isTrue();
        user.rollback();
        assertThat(comparison.get()).isEqualTo(new KeyListing.Comparison(1, 2, 1, 0));
    }

    @Test
    void aComparisonIsCutOffOnceItsUnitHasAnotherHolder() {
        fixture.database.execute("update nxt_sync.job set fence = fence + 1");
        assertThat(catchThrowable(comparison::get)).hasCauseInstanceOf(StaleClaim.class);
        assertNothingIsLeft();
    }

    @Test
    void aComparisonIsCutOffOnceItsRunIsInterrupted() {
        run.interrupt();
        assertThat(catchThrowable(comparison::get)).cause().isInstanceOfSatisfying(SQLException.class,
                e -> assertThat(DatabaseFault.isAway(e)).isTrue());
        assertNothingIsLeft();
    }

    /** Neither a session that still waits, nor what it had made. */
    private void assertNothingIsLeft() {
        await().atMost(Duration.ofSeconds(30)).until(() -> fixture.database.number(WAITING) == 0);
        assertThat(fixture.database.value("select to_regclass('nxt_sync.difference_1')")).isNull();
        assertThat(fixture.database.count("nxt_sync.listing_1")).isEqualTo(1);
    }

    private KeyListing.Comparison compare() throws SQLException {
        return listing.compare(fixture.claim, TargetFixture.TABLE, KeyListing.ListedRows.whole(LISTED), Instant.now(),
                alive::countDown);
    }
}
