package dev.nxtsync.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.ShutdownEvent;

import dev.nxtsync.config.ScheduleSettings;
import dev.nxtsync.config.SettingsFixture;
import dev.nxtsync.database.Database;
import dev.nxtsync.process.Threads;
import dev.nxtsync.pull.state.PullUnitStore;
import dev.nxtsync.support.TestDatabase;
import dev.nxtsync.tenant.Tenant;
import dev.nxtsync.trace.Spans;

/** Of a runner whose ticks come only where they are told to. */
class JobRunnerTest {
    private static final Instant NEVER = Instant.parse("9999-01-01T00:00:00Z");

    private final TestDatabase database = TestDatabase.create();
    private final Database store = ScheduleFixture.migrated(database);
    private final Claims claims = ScheduleFixture.claims(store);
    private final Fetching fetching = new Fetching();
    private final Loading loading = new Loading();
    private final JobRunner runner;

    JobRunnerTest() throws SQLException {
        new PullUnitStore(store).declare("things", "main", List.of(Tenant.company(1)));
        runner = runner(claims, ScheduleSettings.of(SettingsFixture.of(Map.of())));
    }

    private JobRunner runner(Claims its, ScheduleSettings settings) {
        var metrics = new SimpleMeterRegistry();
        return new JobRunner(List.of(fetching, loading), its, new Heartbeat(null, null, null) {
            @Override
            boolean alive() {
                return true;
            }

            @Override
            boolean mayTakeOver() {
                return false;
            }

            @Override
            void leave() {}
        }, settings, new Threads(Clock.systemUTC(), metrics),
                new RunTelemetry(Spans.none(), Clock.systemUTC(), metrics));
    }

    @AfterEach
    void stop() throws InterruptedException {
        fetching.mayEnd.countDown();
        runner.stop(new ShutdownEvent());
    }

    @Test
    void whatIsWokenWhileItRunsIsLookedAtWhenItsPauseEndsAndNotAtTheNextTick() {
        wake();
        runner.look();
        await().until(() -> fetching.begun.get() == 1);
        // as another process does, which cannot claim what is held here
        wake();
        runner.look();
        fetching.mayEnd.countDown();
        await().atMost(Duration.ofSeconds(20)).until(() -> fetching.begun.get() == 2);
    }

    @Test
    void whatAnotherProcessWakesInThePauseIsLookedAtWhenThatEnds() {
        fetching.mayEnd.countDown();
        wake();
        runner.look();
        await().until(() -> database
                .number("select count(*) from nxt_sync.job where retry_at is not null and holder is null") == 1);
        wake();
        await().atMost(Duration.ofSeconds(20)).until(() -> fetching.begun.get() == 2);
        await().until(() -> database.number("select wanted - served from nxt_sync.job where kind = 'fetch'") == 0);
    }

    /** As after a fail-over to a server that the freeing had not reached. */
    @Test
    void aUnitThatItHoldsWithoutKnowingIsWorkedOnAgain() throws SQLException {
        fetching.mayEnd.countDown();
        wake();
        assertThat(claims.claim(List.of(new Claims.ConnectionUnits(UnitKind.FETCH, "main")), List.of(), false))
                .isPresent();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            runner.tick();
            return fetching.begun.get() == 1;
        });
    }

    @Test
    void theLastOfARunIsKeptInTheTransactionThatFreesItsUnit() {
        ends();
        fetching.mayEnd.countDown();
        wake();
        runner.look();
        await().until(() -> database.number("""
                select count(*) from public.kept join nxt_sync.job on job.xmin::text = kept.at
                where kind = 'fetch' and holder is null and served = wanted""") == 1);
    }

    @Test
    void nothingOfTheLastOfARunIsKeptWhereItsUnitWasTakenAway() {
        ends();
        wake();
        runner.look();
        await().until(() -> fetching.begun.get() == 1);
        database.execute(
                "update nxt_sync.job set holder = null, fence = nextval('nxt_sync.fence') where kind = 'fetch'");
        fetching.mayEnd.countDown();
        await().until(() -> database.number("select last_value from nxt_sync.stale_write where is_called") == 1);
        await().until(() -> database.count("public.kept") > 0);
        assertThat(database.count("public.kept")).as("of the second run only").isEqualTo(1);
        assertThat(fetching.begun.get()).isEqualTo(2);
    }

    private void ends() {
        database.execute("create table public.kept (at text)");
        fetching.outcome = new Outcome.Ending(transaction -> {
            transaction.execute("insert into public.kept values (pg_current_xact_id()::text)");
            return new Outcome.Done(NEVER, Duration.ofHours(1));
        });
    }

    /** Also where the next attempt has another connection. */
    @ParameterizedTest
    @ValueSource(strings = {"select from public.missing", "select pg_terminate_backend(pg_backend_pid())"})
    void whatCannotBeReadWithTheClaimIsForTheRunToMeetAndStopsNoClaims(String statement) {
        fetching.opening = transaction -> transaction.execute(statement);
        fetching.mayEnd.countDown();
        wake();
        runner.look();
        await().until(() -> fetching.begun.get() == 1);
    }

    /** As where a newer version has written a state that this one does not know. */
    @Test
    void whatIsReadWithTheClaimAndNotUnderstoodStopsNoClaims() throws SQLException {
        fetching.opening = transaction -> {
            throw new IllegalStateException("no such state");
        };
        wake();
        declareLoads();
        runner.look();
        await().until(() -> fetching.begun.get() == 1 && loading.begun.get() == 3);
    }

    @Test
    void whatIsThrownForAUnitThatWasTakenAlongIsOfThatUnitOnly() throws SQLException {
        declareLoads();
        loading.run = progress -> {
            var taken = progress.takeAlong(9);
            if (taken.size() == 2) {
                progress.end(taken.get(0), rest -> {
                    throw new IllegalStateException("broken");
                });
                progress.end(taken.get(1), rest -> new Outcome.Done(NEVER));
            }
            return new Outcome.Done(NEVER);
        };
        runner.look();
        await().until(() -> database.number("select count(*) from nxt_sync.job where kind = 'load' and holder is null "
                + "and (due_at > '9000-01-01' or (failures = 1 and retry_at is not null))") == 3);
        assertThat(database.number("select sum(failures) from nxt_sync.job where kind = 'load'")).isEqualTo(1);
    }

    @Test
    void whatARunHasTakenAlongIsFreedWhenItEndsItAndElseWithTheRunAsDueAsItWas() throws SQLException {
        declareLoads();
        loading.run = progress -> {
            var taken = progress.takeAlong(9);
            if (taken.isEmpty()) {
                return new Outcome.Done(NEVER);
            }
            assertThat(taken).hasSize(2);
            progress.end(taken.get(0), rest -> new Outcome.Done(NEVER));
            assertThat(database.number("select count(*) from nxt_sync.job where kind = 'load' and holder is not null"))
                    .isEqualTo(2);
            return new Outcome.Again(Duration.ofHours(1));
        };
        runner.look();
        await().until(() -> loading.begun.get() == 2
                && database.number("select count(*) from nxt_sync.job where holder is not null") == 0);
        assertThat(database.number("select count(*) from nxt_sync.job where kind = 'load' and retry_at is not null"))
                .as("the first").isEqualTo(1);
        assertThat(database.number("select count(*) from nxt_sync.job where kind = 'load' and due_at > '9000-01-01'"))
                .as("that which was ended, and the third, which had a run of its own").isEqualTo(2);
    }

    @Test
    void untilARunHasTakenOthersAlongOrGoesAloneNoneOfItsCompanyBegins() throws SQLException {
        declareLoads();
        var mayDecide = new CountDownLatch(1);
        loading.run = progress -> {
            waitFor(mayDecide);
            progress.goAlone();
            waitFor(fetching.mayEnd);
            return new Outcome.Done(NEVER);
        };
        runner.look();
        await().until(() -> loading.begun.get() == 1);
        runner.look();
        assertThat(database.number("select count(*) from nxt_sync.job where kind = 'load' and holder is not null"))
                .isEqualTo(1);
        mayDecide.countDown();
        await().until(() -> loading.begun.get() == 3);
    }

    @Test
    void aProcessThatStopsTakesNothingAlong() throws Exception {
        declareLoads();
        var isStopping = new CountDownLatch(1);
        var taken = new CompletableFuture<List<Claim>>();
        loading.run = progress -> {
            waitFor(isStopping);
            taken.complete(progress.takeAlong(9));
            return new Outcome.Done(NEVER);
        };
        runner.look();
        await().until(() -> loading.begun.get() == 1);
        var stop = new Thread(() -> {
            try {
                runner.stop(new ShutdownEvent());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        stop.start();
        await().until(() -> stop.getState() == Thread.State.TIMED_WAITING);
        isStopping.countDown();
        assertThat(taken.get(10, TimeUnit.SECONDS)).isEmpty();
        stop.join();
    }

    @Test
    void unitsWhoseTakingAlongWasCommittedButNotAnsweredAreWorkedOnAgain() throws Exception {
        declareLoads();
        var lost = new AtomicBoolean();
        var replica = new Replica(store);
        replica.beat();
        var other = runner(new Claims(store, replica) {
            @Override
            List<Claim> claimAlong(Claim claim, boolean takeOver, int most) throws SQLException {
                var taken = super.claimAlong(claim, takeOver, most);
                if (!lost.getAndSet(true)) {
                    throw new SQLException("The connection is lost.", "08006");
                }
                return taken;
            }
        }, ScheduleSettings.of(SettingsFixture.of(Map.of())));
        loading.run = progress -> {
            for (Claim each : progress.takeAlong(9)) {
                progress.end(each, rest -> new Outcome.Done(NEVER));
            }
            return new Outcome.Done(NEVER);
        };
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            other.tick();
            return database.number("select count(*) from nxt_sync.job where kind = 'load' and holder is null "
                    + "and due_at > '9000-01-01'") == 3;
        });
        assertThat(lost).isTrue();
        other.stop(new ShutdownEvent());
    }

    @Test
    void aRunThatIsGivenUpLosesWhatItHasTakenAlongToo() throws Exception {
        declareLoads();
        var impatient = runner(claims, new ScheduleSettings(Duration.ofMinutes(-2), 2));
        var hasTaken = new CountDownLatch(1);
        var isGivenUp = new CountDownLatch(1);
        var ends = new CompletableFuture<Boolean>();
        loading.run = progress -> {
            var taken = progress.takeAlong(9);
            hasTaken.countDown();
            while (isGivenUp.getCount() > 0) {
                waitFor(isGivenUp);
                // once for each unit
                Thread.interrupted();
            }
            progress.end(taken.get(0), rest -> new Outcome.Done(NEVER));
            ends.complete(true);
            return new Outcome.Done(NEVER);
        };
        impatient.look();
        waitFor(hasTaken);
        impatient.tick();
        assertThat(database.number("select count(*) from nxt_sync.job where kind = 'load' and holder is null "
                + "and failures = 1 and retry_at is not null")).isEqualTo(3);
        isGivenUp.countDown();
        ends.get(10, TimeUnit.SECONDS);
        impatient.stop(new ShutdownEvent());
        assertThat(database.number("select count(*) from nxt_sync.job where kind = 'load' and due_at > '9000-01-01'"))
                .isZero();
    }

    /** Three of one company, which are due. */
    private void declareLoads() throws SQLException {
        for (String pull : List.of("others", "more")) {
            new PullUnitStore(store).declare(pull, "main", List.of(Tenant.company(1)));
        }
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void wake() {
        database.execute("update nxt_sync.job set wanted = wanted + 1 where kind = 'fetch'");
    }

    private static final class Loading implements Job {
        final AtomicInteger begun = new AtomicInteger();
        LoadingRun run = progress -> new Outcome.Done(NEVER);

        interface LoadingRun {
            Outcome of(Progress progress) throws SQLException;
        }

        @Override
        public UnitKind kind() {
            return UnitKind.LOAD;
        }

        @Override
        public boolean isLong() { return true; }

        @Override
        public boolean takesAlong() {
            return true;
        }

        @Override
        public Set<String> connections() {
            return Set.of("main");
        }

        @Override
        public Outcome run(Claim claim, Progress progress) throws SQLException {
            begun.incrementAndGet();
            return run.of(progress);
        }
    }

    private static final class Fetching implements Job {
        final AtomicInteger begun = new AtomicInteger();
        final CountDownLatch mayEnd = new CountDownLatch(1);
        volatile Consumer<Handle> opening = transaction -> {
        };
        volatile Outcome outcome = new Outcome.Done(NEVER, Duration.ofSeconds(2));

        @Override
        public UnitKind kind() {
            return UnitKind.FETCH;
        }

        @Override
        public boolean isLong() { return false; }

        @Override
        public Set<String> connections() {
            return Set.of("main");
        }

        @Override
        public Run opened(Handle transaction, Claim claim) {
            opening.accept(transaction);
            return progress -> run(claim, progress);
        }

        @Override
        public Outcome run(Claim claim, Progress progress) {
            begun.incrementAndGet();
            waitFor(mayEnd);
            return outcome;
        }
    }
}
