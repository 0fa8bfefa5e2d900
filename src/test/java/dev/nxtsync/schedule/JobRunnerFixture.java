package dev.nxtsync.schedule;

import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

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

/** A runner whose ticks come only where they are told to, with a job that fetches and one that loads. */
abstract class JobRunnerFixture {
    static final Instant NEVER = Instant.parse("9999-01-01T00:00:00Z");

    final TestDatabase database = TestDatabase.create();
    final Database store = ScheduleFixture.migrated(database);
    final Fetching fetching = new Fetching();
    final Loading loading = new Loading();
    Claims claims;
    JobRunner runner;

    @BeforeEach
    void begin() throws SQLException {
        claims = ScheduleFixture.claims(store);
        runner = runner(claims, ScheduleSettings.of(SettingsFixture.of(Map.of())));
        new PullUnitStore(store).declare("things", "main", List.of(Tenant.company(1)));
    }

    JobRunner runner(Claims its, ScheduleSettings settings) {
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

    static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void wake() {
        database.execute("update nxt_sync.job set wanted = wanted + 1 where kind = 'fetch'");
    }

    /** A job of one connection, whose runs are counted. */
    abstract static class CountedJob implements Job {
        final AtomicInteger begun = new AtomicInteger();
        private final UnitKind kind;
        private final boolean isLong;

        CountedJob(UnitKind kind, boolean isLong) {
            this.kind = kind;
            this.isLong = isLong;
        }

        @Override
        public UnitKind kind() {
            return kind;
        }

        @Override
        public boolean isLong() { return isLong; }

        @Override
        public Set<String> connections() {
            return Set.of("main");
        }
    }

    static final class Loading extends CountedJob {
        LoadingRun run = progress -> new Outcome.Done(NEVER);

        interface LoadingRun {
            Outcome of(Progress progress) throws SQLException;
        }

        Loading() {
            super(UnitKind.LOAD, true);
        }

        @Override
        public boolean takesAlong() {
            return true;
        }

        @Override
        public Outcome run(Claim claim, Progress progress) throws SQLException {
            begun.incrementAndGet();
            return run.of(progress);
        }
    }

    static final class Fetching extends CountedJob {
        final CountDownLatch mayEnd = new CountDownLatch(1);
        volatile Consumer<Handle> opening = transaction -> {
        };
        volatile Outcome outcome = new Outcome.Done(NEVER, Duration.ofSeconds(2));

        Fetching() {
            super(UnitKind.FETCH, false);
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

    /** Three of one company, which are due. */
    void declareLoads() throws SQLException {
        for (String pull : List.of("others", "more")) {
            new PullUnitStore(store).declare(pull, "main", List.of(Tenant.company(1)));
        }
    }
}
