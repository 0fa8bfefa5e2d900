package dev.nxtsync.push;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Recovery;
import dev.nxtsync.jobs.CompanyAccess;
import dev.nxtsync.jobs.OutageLog;
import dev.nxtsync.process.Threads;
import dev.nxtsync.push.outbox.PushStates;
import dev.nxtsync.push.outbox.PushStates.PushState;
import dev.nxtsync.push.outbox.PushedCompany;
import dev.nxtsync.push.plan.PushPlan;
import dev.nxtsync.push.plan.PushPlans;
import dev.nxtsync.schedule.Backoff;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Outcome;

/** What follows when a lane cannot send: how long it waits, what is shown and logged, and what is read anew. Safe for any number of threads. */
@Singleton
class PushFailures {
    /** How long a lane waits whose push is not planned. */
    static final Duration NOT_PLANNED = Duration.ofSeconds(30);
    private static final Logger LOG = Logger.getLogger(PushFailures.class);

    private final PushPlans plans;
    private final PushStates states;
    private final CompanyAccess access;
    private final OutageLog outages;
    private final Threads threads;
    /** By row, how much had been planned when the server refused it as no valid request. */
    private final Map<Long, Long> refusedOnce = new ConcurrentHashMap<>();

    PushFailures(PushPlans plans, PushStates states, CompanyAccess access, OutageLog outages, Threads threads) {
        this.plans = plans;
        this.states = states;
        this.access = access;
        this.outages = outages;
        this.threads = threads;
    }

    /** How long the lane's company is still skipped; empty if it may be asked. */
    Optional<Duration> barred(Claim claim) {
        return access.barred(claim);
    }

    /** Logs something that should not happen, which others are not kept from their work by. */
    void unexpected(RuntimeException thrown, String what) {
        threads.failed("job", thrown, what);
    }

    /** Shows why a run ended that should not have; whoever runs the lane logs it and tries again. */
    void note(Claim claim, Problem reason) throws SQLException {
        states.failed(PushedCompany.of(claim), reason, claim.failures() + 1, Backoff.after(claim.failures() + 1));
    }

    /** Shows that a row waits since it was not answered, and has the schema read anew, which the row may not fit any more. */
    void putOff(Claim claim, Problem why, int tries) throws SQLException {
        plans.lookAgain(claim.connection());
        states.failed(PushedCompany.of(claim), why, tries, Backoff.after(tries));
    }

    /**
     * Has the lane tried again later, since something is in its way that is no fault of the rows.
     *
     * @param failures in a row
     */
    Outcome setBack(Claim claim, Failure failure, int failures) throws SQLException {
        Recovery next = failure.next();
        Duration retry = switch (next) {
            case WAIT, RETRY, LOOK_FIRST -> failure.pause(Backoff.after(failures));
            // access is asked for again in its own time
            case STOP -> Duration.ofSeconds(1);
            case FIX -> NOT_PLANNED;
        };
        Problem reason = failure.traced();
        if (failure instanceof Failure.ForbiddenCompany) {
            access.refused(claim, failure.message());
        } else if (next == Recovery.FIX) {
            plans.lookAgain(claim.connection());
        }
        states.failed(PushedCompany.of(claim), reason, failures, retry);
        if (!(failure instanceof Failure.ForbiddenCompany)
                && outages.isNews(claim.connection(), claim.work(), failure)) {
            LOG.warnf("Push %s, %s: nothing is sent for %s; no row is lost. %s", claim.entry(), claim.tenant(),
                    Words.time(retry), reason.message());
        }
        return new Outcome.Again(retry);
    }

    /**
     * Ends what was in the way of a lane, since its requests were answered.
     *
     * @param areAllAnswered whether no row of the push in its company waits because it was not
     */
    void answered(Claim claim, PushState state, boolean areAllAnswered) throws SQLException {
        access.granted(claim);
        outages.over(claim.work()).ifPresent(lasted -> LOG.infof("Push %s, %s goes on, after %s", claim.entry(),
                claim.tenant(), Words.time(lasted)));
        if (state.failures() > 0 && areAllAnswered) {
            states.well(PushedCompany.of(claim));
        }
    }

    /** Whether a row is refused by a schema that was read after it was refused before; if not, the schema is read again. */
    boolean isRefusedAnew(long row, PushPlan plan) {
        long planned = plans.planned();
        var before = refusedOnce.put(row, planned);
        if (before != null && before < planned) {
            refusedOnce.remove(row);
            return true;
        }
        plans.lookAgain(plan.push().connection());
        return false;
    }
}
