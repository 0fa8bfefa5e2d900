package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Recovery;
import dev.nxtsync.jobs.CompanyAccess;
import dev.nxtsync.jobs.OutageLog;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.PullPlans;
import dev.nxtsync.pull.proof.Totals;
import dev.nxtsync.pull.state.ControlTotal;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.schedule.Backoff;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.RunHistory.RunRecord;
import dev.nxtsync.schedule.UnitKind;

/** What follows from a failure: how long to wait, and what people see of it. */
@Singleton
record FailurePolicy(PullStates states, PullPlans plans, CompanyAccess access, OutageLog outages) {
    private static final Logger LOG = Logger.getLogger(FailurePolicy.class);
    /** How long until something that a person must mend is looked at again. */
    static final Duration LOOK_AGAIN = Duration.ofMinutes(10);
    private static final Duration TARGET_AGAIN = Duration.ofSeconds(30);
    /** Failures by which the schema has been looked at. */
    private static final int AT_FIRST = 2;
    private static final Duration A_MOMENT = Duration.ofSeconds(1);

    private static final Problem CUT_OFF = new Problem(ErrorCode.TARGET_UNUSABLE,
            "The comparison of its target with what Business NXT lists was cut off several times, so deletions do "
                    + "not arrive. The log of PostgreSQL, or of a proxy or pooler, says what ends the connection; raise "
                    + "that time limit. The comparison is tried again by itself.");

    /**
     * What has been decided.
     *
     * @param retry how long to wait
     * @param whole whether nothing else of the unit has a chance either
     */
    record Retry(Duration retry, boolean whole, RunRecord run) {}

    /** What a unit does for one pull. */
    private record PullWork(UnitKind kind, PulledTenant pull) {}

    /** Whether all rows come that there are. */
    private record RowsOf(PullWork work) {}

    /** Whether its rows add up to the same there and here. */
    private record SumsOf(PullWork work) {}

    /** Whether its rows are added up. */
    private record TotalsOf(PullWork work) {}

    /** Whether webhooks name rows by the pull's key. */
    private record NamesOf(PullWork work) {}

    /**
     * Keeps the reason with the pull, and decides.
     *
     * @param tells whether the log is told
     */
    Retry of(Claim claim, PullState state, Failure failure, PullReport report, boolean tells) throws SQLException {
        return of(claim, state, failure, wait(failure, state.failures()), report, tells);
    }

    /**
     * How long to wait after a failure.
     *
     * @param before how many there were before it
     */
    Duration wait(Failure failure, int before) {
        return switch (failure.next()) {
            // what does not fit to the schema may fit again in a moment; if not, the planner says what is wrong, and wakes it
            case WAIT, RETRY, LOOK_FIRST, FIX -> failure.pause(Backoff.after(before + 1));
            // it is asked again in the time that access says, by whichever unit is the first to come then
            case STOP -> A_MOMENT;
        };
    }

    /** @param retry how long to wait, where it was decided before */
    Retry of(Claim claim, PullState state, Failure failure, Duration retry, PullReport report, boolean tells)
            throws SQLException {
        Recovery next = failure.next();
        boolean person = next == Recovery.STOP || (next == Recovery.FIX && state.failures() >= AT_FIRST);
        if (failure instanceof Failure.ForbiddenCompany) {
            access.refused(claim, failure.message());
        }
        if (next == Recovery.FIX) {
            // the schema may have changed
            plans.lookAgain(claim.connection());
        }
        Problem reason = failure.traced();
        states.fail(claim, state, person ? PullState.PullHealth.STOPPED : PullState.PullHealth.FAILING, reason, retry);
        boolean isNews = !(failure instanceof Failure.ForbiddenCompany)
                && outages.isNews(claim.connection(), work(claim, state.pull()), failure);
        RunRecord run = isNews && tells
                ? report.failed(reason.code(), reason.message(), retry)
                : report.run(reason.code(), reason.message());
        return new Retry(retry, next != Recovery.FIX && !failure.mayBeTooLarge(), run);
    }

    /**
     * The same where PostgreSQL refuses the target: nothing else of the unit is concerned. It is looked at again so soon that
     * the pull goes on within a minute, whoever has mended what.
     */
    Retry of(Claim claim, PullState state, TargetFault fault, PullReport report) throws SQLException {
        plans.lookAtTargets(claim.connection());
        Duration retry = shorter(Backoff.after(state.failures() + 1), TARGET_AGAIN);
        Problem reason = fault.reason();
        boolean mayPass = fault.mayPass() || fault.isOfOtherKey();
        states.fail(claim, state, mayPass ? PullState.PullHealth.FAILING : PullState.PullHealth.STOPPED, reason, retry);
        // another process has a new key, or a user has taken the old one away: the look at the target says which
        boolean isUnclear = fault.isOfOtherKey() && state.failures() < AT_FIRST;
        return new Retry(retry, false,
                !isUnclear && outages.isNews(work(claim, state.pull()), reason.message())
                        ? report.failed(reason.code(), reason.message(), retry)
                        : report.run(reason.code(), reason.message()));
    }

    /** The same where the key of a pull is not unique, or where that could not be found out. */
    Retry of(Claim claim, PullState state, Uniqueness.KeyVerdict verdict, PullReport report) throws SQLException {
        if (verdict instanceof Uniqueness.Unknown unknown) {
            return of(claim, state, unknown.failure(), report, true);
        }
        Problem reason = ((Uniqueness.Repeated) verdict).reason();
        Duration retry = Backoff.after(state.failures() + 1);
        states.fail(claim, state, PullState.PullHealth.STOPPED, reason, retry);
        // what reads changes cannot see by itself that it is over
        states.reconcile(claim, state.pull());
        return new Retry(retry, false,
                outages.isNews(work(claim, state.pull()), reason.message())
                        ? report.failed(reason.code(), reason.message(), retry)
                        : report.run(reason.code(), reason.message()));
    }

    /** Says of a pull that rows are lacking. */
    void lacks(Claim claim, String told) {
        if (outages.isNews(new RowsOf(work(claim, claim.entry())), told)) {
            LOG.errorf("Pull %s, %s: %s", claim.entry(), claim.tenant(), told);
        }
    }

    /** They are lacking no more. */
    void lacksNothing(Claim claim) {
        outages.over(new RowsOf(work(claim, claim.entry())))
                .ifPresent(lasted -> LOG.infof("Pull %s, %s: as many rows arrived as Business NXT counts, after %s",
                        claim.entry(), claim.tenant(), Words.time(lasted)));
    }

    /**
     * Says of a pull that its comparison with what the API lists has been cut off again and again. Nothing else of it is held
     * up by that.
     */
    void cutOff(Claim claim, PullState state) throws SQLException {
        if (outages.isNews(work(claim, state.pull()), CUT_OFF.message())) {
            LOG.warnf("Pull %s, %s: %s", state.pull(), claim.tenant(), CUT_OFF.message());
        }
        states.fail(claim, state, PullState.PullHealth.FAILING, CUT_OFF, A_MOMENT);
    }

    /** Says of a pull that its control totals are different. */
    void different(Claim claim, ControlTotal example) {
        if (outages.isNews(new SumsOf(work(claim, claim.entry())), ErrorCode.DIFFERENT.code())) {
            LOG.errorf("Pull %s, %s: the rows of group %s are different: %s. %s", claim.entry(), claim.tenant(),
                    example.grp(), Totals.of(example.there()).differenceFrom(Totals.of(example.here())),
                    ErrorCode.DIFFERENT.nextStep().replace("NAME", claim.entry()));
        }
    }

    /** They are equal. */
    void equal(Claim claim) {
        outages.over(work(claim, claim.entry()))
                .ifPresent(lasted -> LOG.infof("Pull %s, %s: the control totals are equal, after %s", claim.entry(),
                        claim.tenant(), Words.time(lasted)));
    }

    /** Says of a pull that there are none. */
    void noTotals(Claim claim, String reason) {
        LOG.logf(
                outages.isNews(new TotalsOf(work(claim, claim.entry())), reason)
                        ? Logger.Level.INFO
                        : Logger.Level.DEBUG,
                "Pull %s, %s has no control totals. %s To compare key, change stamp and numbers of each row, run: "
                        + "java -jar quarkus-run.jar verify %s",
                claim.entry(), claim.tenant(), reason, claim.entry());
    }

    /** A pull has got on: says so, if something was in the way. */
    void succeeded(Claim claim, String pull) {
        outages.over(work(claim, pull)).ifPresent(lasted -> LOG.infof("Pull %s, %s: %s goes on, after %s", pull,
                claim.tenant(), claim.kind(), Words.time(lasted)));
    }

    /** Keys of a pull cannot be looked at, which is left to polls for a while. */
    RunRecord leftAlone(Claim claim, String pull, PullReport report, Failure failure, Duration retry) {
        return outages.isNews(claim.connection(), work(claim, pull), failure)
                ? report.failed(failure.code(), failure.message(), retry)
                : report.run(failure.code(), failure.message());
    }

    /** Webhooks name rows of a pull by something else than its key. */
    void misnamed(Claim claim, PullPlan plan, List<WokenKeys.WokenKey> named) {
        LOG.logf(outages.isNews(new NamesOf(work(claim, plan.name())), "") ? Logger.Level.WARN : Logger.Level.DEBUG,
                "Pull %s, %s: %s named rows by other columns than %s, such as %s. The next poll reads these rows. If "
                        + "that is the table's key, set %s.",
                plan.name(), claim.tenant(), Words.count(named.size(), "webhook"), String.join(", ", plan.key()),
                named.get(0).text(), Settings.Pull.variable(plan.name(), "KEY"));
    }

    /** They name them by its key. */
    void named(Claim claim, String pull) {
        outages.over(new NamesOf(work(claim, pull)))
                .ifPresent(lasted -> LOG.infof("Pull %s, %s: webhooks name rows by its key again, after %s", pull,
                        claim.tenant(), Words.time(lasted)));
    }

    /** Says of a pull that a person has to decide something. */
    void held(Claim claim, String told) {
        if (outages.isNews(work(claim, claim.entry()), told)) {
            LOG.errorf("Pull %s, %s is held. %s", claim.entry(), claim.tenant(), told);
        }
    }

    /** Of which another kind knows nothing: where a poll goes on, a reconciliation may not. */
    private static PullWork work(Claim claim, String pull) {
        return new PullWork(claim.kind(), new PulledTenant(pull, claim.tenant()));
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
