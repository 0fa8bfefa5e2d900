package dev.nxtsync.schedule;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;

import dev.nxtsync.config.Settings;
import dev.nxtsync.store.Claim;
import dev.nxtsync.store.Claims;
import dev.nxtsync.store.Database;
import dev.nxtsync.store.Replica;
import dev.nxtsync.store.StaleClaim;

/**
 * Claims units that are due and runs them: one more each second, and one after each that has ended. So several processes
 * share the work, and a unit waits no longer than a second.
 */
@Singleton
public class JobRunner {
    private static final Logger LOG = Logger.getLogger(JobRunner.class);
    private static final int PARALLEL = 4;

    private final Map<String, Job> jobs = new HashMap<>();
    private final Claims claims;
    private final Replica replica;
    private final Heartbeat heartbeat;
    private final Duration silence;
    private final Counter refused;
    private final Semaphore room = new Semaphore(PARALLEL);
    private final ExecutorService threads = Executors.newFixedThreadPool(PARALLEL, work -> new Thread(work, "job"));
    private final Set<Run> runs = new HashSet<>();
    private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();
    private volatile boolean stopping;

    JobRunner(@All List<Job> jobs, Claims claims, Replica replica, Heartbeat heartbeat, Settings settings,
            MeterRegistry metrics) {
        jobs.forEach(job -> this.jobs.put(job.kind(), job));
        this.claims = claims;
        this.replica = replica;
        this.heartbeat = heartbeat;
        this.silence = settings.api().timeLimit().plusMinutes(2);
        this.refused = metrics.counter("nxt_stale_writes_refused");
    }

    private static final class Run {
        final Claim claim;
        final Thread thread = Thread.currentThread();
        volatile long progressAt = System.nanoTime();

        Run(Claim claim) {
            this.claim = claim;
        }
    }

    /** A run whose unit has still to be freed. */
    private record Ended(Claim claim, Optional<Instant> due, Optional<Duration> retry) {}

    @Scheduled(every = "1s", concurrentExecution = ConcurrentExecution.SKIP)
    void tick() {
        heartbeat.beat();
        giveUpStalled();
        freeEnded();
        startOne();
    }

    private void startOne() {
        if (stopping || !heartbeat.alive() || !room.tryAcquire()) {
            return;
        }
        boolean started = false;
        try {
            for (Claim claim : claim()) {
                threads.execute(() -> run(claim));
                started = true;
            }
        } catch (SQLException e) {
            LOG.warnf("No unit could be claimed: %s", e.getMessage());
        } finally {
            if (!started) {
                room.release();
            }
        }
    }

    private List<Claim> claim() throws SQLException {
        var connections = new HashSet<String>();
        jobs.values().forEach(job -> connections.addAll(job.connections()));
        return connections.isEmpty() ? List.of() : claims.claim(jobs.keySet(), connections, 1, heartbeat.mayTakeOver());
    }

    private void run(Claim claim) {
        var run = new Run(claim);
        synchronized (runs) {
            runs.add(run);
        }
        try {
            ended.add(attempt(run));
        } finally {
            synchronized (runs) {
                runs.remove(run);
            }
            Thread.interrupted();
            freeEnded();
            room.release();
            startOne();
        }
    }

    private Ended attempt(Run run) {
        Claim claim = run.claim;
        Duration retry = Backoff.after(claim.failures() + 1);
        try {
            Job job = java.util.Objects.requireNonNull(jobs.get(claim.kind()));
            Outcome outcome = job.run(claim, () -> run.progressAt = System.nanoTime());
            if (outcome instanceof Outcome.Done done) {
                return new Ended(claim, Optional.of(done.nextDue()), Optional.empty());
            }
            return new Ended(claim, Optional.empty(), Optional.of(((Outcome.Again) outcome).after()));
        } catch (StaleClaim e) {
            LOG.debugf("%s", e.getMessage());
        } catch (SQLException e) {
            LOG.warnf("%s: the database %s: %s. Tried again in %d s.", claim,
                    Database.isAway(e) ? "went away" : "refused a statement", e.getMessage(), retry.toSeconds());
        } catch (RuntimeException e) {
            LOG.errorf(e, "%s failed in a way that should not happen; please report it. Tried again in %d s.", claim,
                    retry.toSeconds());
        }
        return new Ended(claim, Optional.empty(), Optional.of(retry));
    }

    /** Frees the units of runs that have ended; what cannot be freed now is freed later, whatever becomes of the database. */
    private void freeEnded() {
        for (Ended each = ended.poll(); each != null; each = ended.poll()) {
            try {
                if (!claims.free(each.claim(), each.due(), each.retry())) {
                    refused.increment();
                    LOG.warnf(
                            "%s was taken over while this process was silent; what this one had not yet written is refused, and the other holder goes on "
                                    + "from the last checkpoint",
                            each.claim());
                }
            } catch (SQLException e) {
                LOG.debugf("%s is freed later: %s", each.claim(), e.getMessage());
                ended.add(each);
                return;
            }
        }
    }

    private void giveUpStalled() {
        List<Run> stalled;
        synchronized (runs) {
            stalled = new ArrayList<>(runs);
        }
        stalled.removeIf(run -> System.nanoTime() - run.progressAt < silence.toNanos());
        for (Run run : stalled) {
            LOG.errorf("%s has neither ended a request nor committed for %d s and is given up; another run follows",
                    run.claim,
                    silence.toSeconds());
            run.progressAt = System.nanoTime();
            try {
                claims.giveUp(run.claim, Backoff.after(run.claim.failures() + 1));
            } catch (SQLException e) {
                LOG.warnf("%s could not be given up: %s", run.claim, e.getMessage());
            }
            run.thread.interrupt();
        }
    }

    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        stopping = true;
        threads.shutdown();
        synchronized (runs) {
            runs.forEach(run -> run.thread.interrupt());
        }
        if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
            LOG.warn("A run did not stop in time; its unit is taken over after 16 s, and its page is read again");
        }
        freeEnded();
        try {
            replica.leave();
        } catch (SQLException | RuntimeException e) {
            LOG.debugf("this process could not take its leave: %s", e.getMessage());
        }
    }
}
