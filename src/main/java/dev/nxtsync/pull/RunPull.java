package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.PullPlanner;
import dev.nxtsync.pull.plan.PullPlans;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Claims;
import dev.nxtsync.schedule.Job;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.RunHistory;
import dev.nxtsync.schedule.UnitKind;
import dev.nxtsync.schedule.WorkEvent;
import dev.nxtsync.schedule.WorkEvent.Course;
import dev.nxtsync.schedule.WorkUnit;
import dev.nxtsync.tenant.Tenant;

/** Runs one pull at once, because a person asked for it, beside daemons that share the database. */
@Singleton
public class RunPull {
    private static final int PATIENCE = 5;
    private static final Duration WAIT = Duration.ofSeconds(20);
    private static final Duration STEP = Duration.ofMillis(100);

    private final PullPlanner planner;
    private final PullPlans plans;
    private final PullJobs jobs;
    private final PullPositions positions;
    private final Claims claims;
    private final RunHistory runs;

    RunPull(PullPlanner planner, PullPlans plans, PullJobs jobs, PullPositions positions, Claims claims,
            RunHistory runs) {
        this.planner = planner;
        this.plans = plans;
        this.jobs = jobs;
        this.positions = positions;
        this.claims = claims;
        this.runs = runs;
    }

    /**
     * What is asked for.
     *
     * @param full whether every row is read again
     * @param since only rows that changed at or after this moment, in the server's local time
     * @param company only this one
     * @param confirmDeletes whether a reconciliation is to run that may delete any number of rows
     */
    public record Request(boolean full, Optional<String> since, Optional<Integer> company, boolean confirmDeletes) {}

    /**
     * Runs to its end.
     *
     * @param out is told of each company, and of each problem
     * @param progress is told how far it has come
     * @return whether all went well
     * @throws dev.nxtsync.graphql.FailedAnswer if the schema cannot be read
     */
    public boolean run(Settings.Pull pull, Request request, Consumer<WorkEvent> out, Job.Progress progress)
            throws SQLException {
        Optional<Problem> flaw = planner.plan(pull);
        var planned = plans.of(pull.name());
        if (flaw.isPresent() || !(planned.orElse(null) instanceof PullPlans.Ready ready)) {
            out.accept(new WorkEvent(Course.IN_THE_WAY,
                    "pull " + pull.name() + ": " + flaw.map(Problem::coded).orElse("it could not be planned")));
            return false;
        }
        if (request.since().isPresent() && !ready.plan().tellsChanges()) {
            out.accept(new WorkEvent(Course.IN_THE_WAY,
                    "pull " + pull.name() + ": the table does not tell its changes, so --since cannot be used"));
            return false;
        }
        List<Tenant> owners = request.company().map(ready.plan()::tenant).map(List::of).orElse(ready.owners());
        if (!ready.owners().containsAll(owners)) {
            out.accept(new WorkEvent(Course.IN_THE_WAY, "pull " + pull.name() + ": it does not read " + numbers(owners)
                    + ", only " + numbers(ready.owners())));
            return false;
        }
        boolean well = true;
        for (Tenant owner : owners) {
            well &= one(ready.plan(), owner, request, out, progress);
        }
        return well;
    }

    private static String numbers(List<Tenant> owners) {
        return Words.list(owners.stream().map(Tenant::number).toList());
    }

    private boolean one(PullPlan plan, Tenant owner, Request request, Consumer<WorkEvent> out, Job.Progress progress)
            throws SQLException {
        PullState state = positions.states().of(plan.name(), owner.number()).orElseThrow();
        var what = new PulledTenant(plan.name(), owner);
        if (state.paused()) {
            out.accept(new WorkEvent(Course.IN_THE_WAY,
                    new Problem(ErrorCode.PULL_PAUSED, what + ": it is paused. " + ErrorCode.PULL_PAUSED.nextStep())
                            .coded()));
            return false;
        }
        Job job = request.confirmDeletes()
                ? jobs.reconciliation()
                : request.full() || request.since().isPresent() || state.loadedAt().isEmpty() || !plan.tellsChanges()
                        ? jobs.load()
                        : jobs.poll();
        if (job == jobs.reconciliation() && state.loadedAt().isEmpty()) {
            out.accept(new WorkEvent(Course.IN_THE_WAY,
                    what + ": its first load has not ended, so there is nothing to compare"));
            return false;
        }
        var attempt = claim(WorkUnit.ofPull(job.kind(), plan.pull().connection(), owner, plan.name()));
        if (attempt instanceof Claims.UnitTaken taken) {
            out.accept(new WorkEvent(Course.IN_THE_WAY, new Problem(ErrorCode.UNIT_TAKEN, what + ": its " + job.kind()
                    + " is under way on " + taken.holder() + ". " + ErrorCode.UNIT_TAKEN.nextStep()).coded()));
            return false;
        }
        if (!(attempt instanceof Claims.Claimed claimed)) {
            out.accept(new WorkEvent(Course.IN_THE_WAY, what + ": it is not planned yet; try again"));
            return false;
        }
        try {
            begin(claimed.claim(), plan, state, request, job);
            return work(claimed.claim(), plan, job, what, out, progress);
        } finally {
            // what is left of it is finished by a daemon, which then says that nothing is in the way any more
            Optional<Instant> due = isLeft(claimed.claim()) ? Optional.of(positions.states().now()) : Optional.empty();
            claims.free(claimed.claim(), due, Optional.empty(), true);
        }
    }

    /**
     * Claims a unit when whoever is at it has ended. A daemon polls often and is mostly done in a moment; a load can take
     * hours, so that one is not waited for.
     */
    private Claims.ClaimResult claim(WorkUnit unit) throws SQLException {
        long end = System.nanoTime() + WAIT.toNanos();
        var attempt = claims.claim(unit);
        while (attempt instanceof Claims.UnitTaken && unit.kind() != UnitKind.LOAD && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(STEP.toNanos());
            attempt = claims.claim(unit);
        }
        return attempt;
    }

    /** Whether a walk through the whole table has not come to its end. */
    private boolean isLeft(Claim claim) throws SQLException {
        return claim.kind() != UnitKind.POLL && positions.scans()
                .of(claim.entry(), claim.company(),
                        claim.kind() == UnitKind.LOAD ? TableScan.ScanKind.LOAD : TableScan.ScanKind.RECONCILIATION)
                .isPresent();
    }

    private void begin(Claim claim, PullPlan plan, PullState state, Request request, Job job) throws SQLException {
        if (job == jobs.load() && (state.loadedAt().isPresent() || request.full())) {
            var wanted = TableScan.wanted(plan.name(), claim.company(), TableScan.ScanKind.LOAD);
            positions.scans().keep(claim, request.since().map(wanted::since).orElse(wanted));
        } else if (job == jobs.reconciliation()) {
            positions.scans().keep(claim,
                    TableScan.wanted(plan.name(), claim.company(), TableScan.ScanKind.RECONCILIATION).confirm());
        }
    }

    private boolean work(Claim claim, PullPlan plan, Job job, PulledTenant what, Consumer<WorkEvent> out,
            Job.Progress progress) throws SQLException {
        var from = positions.states().now();
        int failures = 0;
        boolean goesOn = true;
        while (goesOn) {
            Outcome outcome = job == jobs.poll() ? jobs.poll().run(claim, plan, progress) : job.run(claim, progress);
            if (outcome instanceof Outcome.Ending ending) {
                outcome = claims.keep(claim, ending.last());
            }
            PullState state = positions.states().of(plan.name(), claim.company()).orElseThrow();
            if (outcome instanceof Outcome.Again again) {
                failures++;
                out.accept(new WorkEvent(failures < PATIENCE ? Course.WAITS : Course.IN_THE_WAY,
                        what + ": " + state.reason().coded()));
                if (failures == PATIENCE || state.state() == PullState.PullHealth.STOPPED || !again.waitOut()) {
                    return false;
                }
            } else if (state.state() == PullState.PullHealth.FAILING || state.state() == PullState.PullHealth.STOPPED) {
                out.accept(new WorkEvent(Course.IN_THE_WAY, what + ": " + state.reason().coded()));
                return false;
            } else {
                goesOn = isLeft(claim);
            }
        }
        var done = runs.since(plan.name(), claim.company(), from);
        out.accept(new WorkEvent(Course.WELL,
                what + ": " + job.kind() + ", " + Words.count(done.read(), "row") + " read, " + done.written()
                        + " written, " + done.deleted() + " deleted, " + Words.count(done.requests(), "request")));
        return true;
    }
}
