package dev.nxtsync.schedule;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

import io.quarkus.arc.All;
import io.quarkus.runtime.ShutdownEvent;

import dev.nxtsync.config.ScheduleSettings;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.error.Words;
import dev.nxtsync.process.ConditionLog;
import dev.nxtsync.process.Threads;
import dev.nxtsync.schedule.ClaimedRun.Ended;
import dev.nxtsync.trace.TraceSpan;

/**
 * Claims units that are due and runs them, the one that has waited longest first: each second, after each run that has ended
 * (but one that found nothing while no other unit was waiting), and when the pause of a unit is over. So several processes share the work, a unit waits no longer than a second, and one that
 * was woken does not wait for that second.
 */
@Singleton
public class JobRunner {
    private static final Logger LOG = Logger.getLogger(JobRunner.class);
    private static final int PARALLEL = 8;
    /** The rest is kept for runs that are short, so that loads never hold up polls. */
    private static final int PARALLEL_LONG = 6;
    /** Of a request and its answer, on a network that is slow. */
    private static final Duration ON_THE_WAY = Duration.ofSeconds(5);
    private static final Duration CUT_OFF = Duration.ofSeconds(5);

    private static final long CLAIMING = 0;

    private final Map<UnitKind, Job> jobs = new EnumMap<>(UnitKind.class);
    /** What PostgreSQL refuses, by unit. */
    private final ConditionLog<Long> refusals = new ConditionLog<>();
    private final Claims claims;
    private final Heartbeat heartbeat;
    private final Duration silence;
    /** With what follows less than the 90 s that the manifests grant to a process that stops, at the API's limit of 59 s. */
    private final Duration patience;
    /** More units of one kind and company would only wait for each other's requests, and keep others from these threads. */
    private final int ofOneCompany;
    private final RunTelemetry telemetry;
    private final Semaphore room = new Semaphore(PARALLEL);
    private final Threads process;
    private final ExecutorService threads;
    /** Looks when the pause of a unit ends, in which it may have been woken, by whichever process. */
    private final ScheduledExecutorService pauses;
    /** By fence; guarded by itself, as is every change of what this process holds. */
    private final Map<Long, ClaimedRun> held = new HashMap<>();
    /** Guarded as that is. */
    private final UnknownClaims unknown;
    private boolean stopping;
    /** Whether something may be due that could not be claimed, so that whoever is done had better look. */
    private volatile boolean crowded;

    JobRunner(@All List<Job> jobs, Claims claims, Heartbeat heartbeat, ScheduleSettings settings, Threads process,
            RunTelemetry telemetry) {
        jobs.forEach(job -> this.jobs.put(job.kind(), job));
        this.claims = claims;
        this.unknown = new UnknownClaims(claims);
        this.heartbeat = heartbeat;
        this.silence = settings.timeLimit().plusMinutes(2);
        this.patience = settings.timeLimit().plus(ON_THE_WAY);
        this.ofOneCompany = settings.inProgress();
        this.process = process;
        this.threads = process.pool("job", PARALLEL);
        this.pauses = process.timer("job-pauses", 1);
        this.telemetry = telemetry;
    }

    void begin(@Observes Threads threads) {
        threads.repeat("job-claims", Duration.ofSeconds(1), this::tick);
    }

    void tick() {
        giveUpStalled();
        freeEnded();
        synchronized (held) {
            unknown.tick(held.keySet());
        }
        startAll();
    }

    /** Starts what is due now, as far as there is room. Safe for any thread, for a few statements' time. */
    public void look() {
        startAll();
        // what was woken may be held still
        crowded = true;
    }

    private void startAll() {
        boolean started = true;
        while (started) {
            started = startOne();
        }
    }

    /** Says whether there was room and something to do. */
    private boolean startOne() {
        if (!heartbeat.alive() || !room.tryAcquire()) {
            crowded = true;
            return false;
        }
        boolean started = false;
        try {
            synchronized (held) {
                if (!stopping) {
                    var claimed = claim();
                    claimed.ifPresent(this::begin);
                    started = claimed.isPresent();
                }
            }
        } finally {
            if (!started) {
                room.release();
            }
        }
        return started;
    }

    /** A run that gets no thread has ended, so that its unit is freed. */
    private void begin(ClaimedRun run) {
        boolean begun = false;
        try {
            threads.execute(() -> run(run));
            begun = true;
        } finally {
            if (!begun) {
                run.ended = failed(run.claim);
            }
        }
    }

    /** For whoever has the lock of what is held. */
    private Optional<ClaimedRun> claim() {
        long longOnes = held.values().stream().filter(run -> run.isAtWork() && job(run.claim).isLong()).count();
        var what = new HashSet<Claims.ConnectionUnits>();
        for (Job job : jobs.values()) {
            if (!job.isLong() || longOnes < PARALLEL_LONG) {
                job.connections().forEach(connection -> what.add(new Claims.ConnectionUnits(job.kind(), connection)));
            }
        }
        if (what.isEmpty()) {
            return Optional.empty();
        }
        try {
            crowded = false;
            var run = claim(what);
            if (run.isPresent() || longOnes >= PARALLEL_LONG || !full().isEmpty()) {
                crowded = true;
            }
            run.ifPresent(each -> held.put(each.claim.fence(), each));
            over(CLAIMING);
            return run;
        } catch (SQLException e) {
            unknown.suspect();
            LOG.logf(isNews(CLAIMING, e) ? Logger.Level.WARN : Logger.Level.DEBUG, "No unit could be claimed: %s",
                    e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<ClaimedRun> claim(Set<Claims.ConnectionUnits> what) throws SQLException {
        var from = telemetry.now();
        var isClaimed = new AtomicBoolean();
        try {
            return claims.claim(what, full(), heartbeat.mayTakeOver(), (transaction, claim) -> {
                isClaimed.set(true);
                return claimed(claim, job(claim).opened(transaction, claim), from);
            });
        } catch (SQLException | RuntimeException e) {
            if (!isClaimed.get()) {
                throw e;
            }
            unknown.suspect();
            // the run meets by itself what is in the way, be it that it takes long, and keeps no other from being claimed
            return claims.claim(what, full(), heartbeat.mayTakeOver())
                    .map(claim -> claimed(claim, progress -> job(claim).run(claim, progress), from));
        }
    }

    private Job job(Claim claim) {
        return Objects.requireNonNull(jobs.get(claim.kind()));
    }

    private ClaimedRun claimed(Claim claim, Job.Run work, Instant from) {
        return new ClaimedRun(claim, work, new RunTelemetry.Claiming(from, telemetry.now()), job(claim).takesAlong());
    }

    /** Of what is held; for whoever has the lock. */
    private List<Claim> full() {
        return CompanyUnits.full(held.values(), ofOneCompany);
    }

    private void run(ClaimedRun run) {
        run.thread = Thread.currentThread();
        Ended ended = failed(run.claim);
        try (var span = telemetry.begin(run.claim, run.claiming)) {
            ended = attempt(run, run.work);
            span.outcome(ended instanceof Ended.Well || ended instanceof Ended.Freed
                    ? "ok"
                    : ended instanceof Ended.Failed ? "failed" : TraceSpan.CUT_SHORT);
        } finally {
            // an interrupt was for the run, and it has ended
            Thread.interrupted();
            run.end(ended);
            MDC.clear();
            room.release();
        }
        freeEnded();
        if (crowded || !(ended instanceof Ended.Freed)) {
            startOne();
        }
    }

    private static Ended.Failed failed(Claim claim) {
        return new Ended.Failed(Backoff.after(claim.failures() + 1));
    }

    private Ended attempt(ClaimedRun run, Job.Run work) {
        Claim claim = run.claim;
        var failed = failed(claim);
        try {
            Outcome outcome = work.go(new RunProgress(run, this::takeAlong, this::end, this::look));
            var ended = ended(run, outcome);
            over(claim.unit());
            return ended;
        } catch (ShuttingDown e) {
            return new Ended.CutShort();
        } catch (StaleClaim e) {
            LOG.debugf("%s", e.getMessage());
        } catch (SQLException e) {
            LOG.logf(isNews(claim.unit(), e) ? Logger.Level.WARN : Logger.Level.DEBUG, "%s: %s Tried again in %s.",
                    claim, DatabaseFault.of(e).message(), Words.time(failed.retry()));
        } catch (Throwable e) {
            process.failed("job", e, claim.toString());
        }
        return failed;
    }

    private Ended ended(ClaimedRun run, Outcome outcome) throws SQLException {
        if (!(outcome instanceof Outcome.Ending ending)) {
            return Ended.by(outcome);
        }
        try {
            return new Ended.Freed(claims.free(run.claim, ending.last()));
        } catch (SQLException e) {
            run.perhapsFreed = true;
            throw e;
        }
    }

    /** As {@link Job.Progress#takeAlong} says. */
    private List<Claim> takeAlong(ClaimedRun run, int most) throws SQLException {
        synchronized (held) {
            run.gathers = false;
            if (stopping || !heartbeat.alive()) {
                return List.of();
            }
            try {
                var taken = claims.claimAlong(run.claim, heartbeat.mayTakeOver(), most);
                taken.forEach(claim -> held.put(claim.fence(), run.takeAlong(claim)));
                return taken;
            } catch (SQLException e) {
                unknown.suspect();
                throw e;
            }
        }
    }

    /** As {@link Job.Progress#end} says. */
    private void end(ClaimedRun taken, Job.Run rest) throws SQLException {
        RunTelemetry.label(taken.claim);
        var ended = attempt(taken, rest);
        RunTelemetry.label(taken.first.claim);
        synchronized (held) {
            taken.ended = ended;
            free(taken, ended);
        }
    }

    /** That the database is away is told once, by the heartbeat. */
    private boolean isNews(long unit, SQLException e) {
        return !DatabaseFault.isAway(e) && refusals.isNews(unit, DatabaseFault.of(e).code());
    }

    private void over(long unit) {
        refusals.over(unit).ifPresent(lasted -> LOG.infof("%s goes on, after %s",
                unit == CLAIMING ? "The claiming of units" : "Unit " + unit, Words.time(lasted)));
    }

    /** Frees the units of runs that have ended; what cannot be freed now is freed later, whatever becomes of the database. */
    private void freeEnded() {
        synchronized (held) {
            for (ClaimedRun run : List.copyOf(held.values())) {
                var ended = run.ended;
                try {
                    if (ended != null) {
                        free(run, ended);
                    }
                } catch (SQLException e) {
                    LOG.debugf("%s is freed later: %s", run.claim, e.getMessage());
                    return;
                }
            }
        }
    }

    /** For whoever has the lock. */
    private void free(ClaimedRun run, Ended ended) throws SQLException {
        try {
            if (!ended.free(claims, run.claim) && !run.perhapsFreed) {
                telemetry.refused();
                unknown.suspect();
                LOG.warnf(
                        "%s was taken over while this process was silent, or was paused or told to begin anew. What it had not yet "
                                + "written is refused; the next run goes on from the last checkpoint",
                        run.claim);
            }
        } catch (SQLException e) {
            run.perhapsFreed = true;
            throw e;
        }
        held.remove(run.claim.fence());
        if (ended instanceof Ended.Well well && !well.done().pause().isZero() && !stopping) {
            var unused = pauses.schedule(this::look, well.done().pause().toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void giveUpStalled() {
        List<ClaimedRun> stalled;
        synchronized (held) {
            stalled = new ArrayList<>(held.values());
        }
        stalled.removeIf(run -> run.ended != null || System.nanoTime() - run.first.progressAt < silence.toNanos());
        for (ClaimedRun run : stalled) {
            LOG.errorf("%s neither ended a request nor committed for %s; it is stopped, and another run follows",
                    run.claim, Words.time(silence));
            run.first.progressAt = System.nanoTime();
            try {
                claims.giveUp(run.claim, Backoff.after(run.claim.failures() + 1));
            } catch (SQLException e) {
                LOG.warnf("%s could not be stopped: %s", run.claim, e.getMessage());
            }
            run.interrupt();
        }
    }

    /** Lets the requests that are under way come to their end, as long as the server may work on them. */
    void stop(@Observes ShutdownEvent event) throws InterruptedException {
        synchronized (held) {
            stopping = true;
            pauses.shutdownNow();
            threads.shutdown();
            long atWork = held.values().stream().filter(ClaimedRun::isAtWork).count();
            if (atWork > 0) {
                LOG.infof("Stopping: nothing new is begun, and %s within %s",
                        Words.count(atWork, "run under way ends", "runs under way end"), Words.time(patience));
            }
        }
        if (!threads.awaitTermination(patience.toSeconds(), TimeUnit.SECONDS)) {
            synchronized (held) {
                held.values().stream().filter(ClaimedRun::isAtWork).forEach(run -> {
                    LOG.warnf("%s waits for an answer that has not arrived; it is stopped. The next start looks "
                            + "for rows that it was sending, and reads a page again", run.claim);
                    run.interrupt();
                });
            }
            if (!threads.awaitTermination(CUT_OFF.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("A run did not stop in time; the next process takes its unit over within half a minute");
            }
        }
        freeEnded();
        heartbeat.leave();
    }
}
