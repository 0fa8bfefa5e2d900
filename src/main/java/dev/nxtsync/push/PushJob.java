package dev.nxtsync.push;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.Recovery;
import dev.nxtsync.graphql.Slots;
import dev.nxtsync.jobs.CompanyAccess;
import dev.nxtsync.jobs.OutageLog;
import dev.nxtsync.process.Threads;
import dev.nxtsync.push.outbox.Outbox;
import dev.nxtsync.push.outbox.PushStates;
import dev.nxtsync.push.outbox.PushStates.PushState;
import dev.nxtsync.push.plan.PushPlan;
import dev.nxtsync.push.plan.PushPlans;
import dev.nxtsync.schedule.Backoff;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.RunHistory;
import dev.nxtsync.schedule.StaleClaim;

/**
 * Sends the rows of one lane: a sixteenth of the groups of a push in one company. A group is in one lane, so that whoever
 * holds that is the only one who sends the group's rows; lanes are worked on side by side.
 */
@Singleton
public class PushJob implements Job {
    static final String KIND = "push";
    /** How long a row that the server refuses as no valid request waits, so that the schema is read again meanwhile. */
    static final Duration SCHEMA_IS_READ_AGAIN = Duration.ofSeconds(12);
    private static final Duration NOT_PLANNED = Duration.ofSeconds(30);
    private static final Logger LOG = Logger.getLogger(PushJob.class);

    private final PushPlans plans;
    private final NxtClient nxt;
    private final Slots slots;
    private final Outbox outbox;
    private final PushStates states;
    private final RunHistory runs;
    private final CompanyAccess access;
    private final OutageLog outages;
    private final InDoubtTimes limits;
    private final PayloadMemory memory;
    private final Threads threads;
    private final Map<String, BatchSize> sizes = new ConcurrentHashMap<>();
    private final Map<Long, Long> refusedOnce = new ConcurrentHashMap<>();
    /** By push and company. */
    private final Map<String, Evidence> evidence = new ConcurrentHashMap<>();

    PushJob(PushPlans plans, NxtClient nxt, Slots slots, Outbox outbox, PushStates states, RunHistory runs,
            CompanyAccess access,
            OutageLog outages, PayloadMemory memory, Threads threads, Settings settings) {
        this.threads = threads;
        this.outages = outages;
        this.memory = memory;
        this.plans = plans;
        this.nxt = nxt;
        this.slots = slots;
        this.outbox = outbox;
        this.states = states;
        this.runs = runs;
        this.access = access;
        this.limits = InDoubtTimes.of(settings);
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public boolean isLong() { return false; }

    @Override
    public Set<String> connections() {
        return plans.plannedConnections();
    }

    @Override
    public Outcome run(Claim claim, Progress progress) throws SQLException {
        var clock = outbox.clock();
        var plan = plans.ready(claim.entry());
        if (plan.isEmpty() || plan.get().push().company().filter(only -> only != claim.company()).isPresent()) {
            return new Outcome.Done(clock.now().plus(NOT_PLANNED));
        }
        var barred = access.barred(claim);
        if (barred.isPresent()) {
            return new Outcome.Again(barred.get());
        }
        if (!slots.isKept()) {
            // requests that were lost before this process began are not known yet
            return new Outcome.Again(Duration.ofSeconds(1));
        }
        PushState state = states.of(claim.entry(), claim.company());
        try {
            return new LaneRun(this, claim, plan.get(), state, clock, progress).run();
        } catch (ShuttingDown | StaleClaim e) {
            throw e;
        } catch (SQLException e) {
            if (!DatabaseFault.isAway(e)) {
                note(claim, DatabaseFault.of(e));
            }
            throw e;
        } catch (RuntimeException e) {
            note(claim, Problem.unexpected("The unit", e));
            throw e;
        }
    }

    /** What should not happen is shown as what is in the way of the push; it is told, and tried again, by whoever runs the unit. */
    private void note(Claim claim, Problem reason) throws SQLException {
        states.failed(claim.entry(), claim.company(), reason, claim.failures() + 1,
                Backoff.after(claim.failures() + 1));
    }

    /** Something that should not happen, of which others are not kept. */
    void tell(RuntimeException thrown, String what) {
        threads.failed("job", thrown, what);
    }

    /** What is known of the answers of the claim's push in its company. */
    Evidence evidence(Claim claim) {
        return evidence.computeIfAbsent(name(claim), each -> new Evidence());
    }

    /** A row waits, since it was not answered: that is shown, and the schema is read anew, to which it may not fit any more. */
    void putOff(Claim claim, Problem why, int tries) throws SQLException {
        plans.lookAgain(claim.connection());
        states.failed(claim.entry(), claim.company(), why, tries, Backoff.after(tries));
    }

    /**
     * Something is in the way that is no fault of the rows: it is told, and tried again.
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
        states.failed(claim.entry(), claim.company(), reason, failures, retry);
        if (!(failure instanceof Failure.ForbiddenCompany)
                && outages.isNews(claim.connection(), work(claim), failure)) {
            LOG.warnf("Push %s, %s: nothing is sent for %d s, no row is lost. %s", claim.entry(), claim.tenant(),
                    Math.max(1, retry.toSeconds()), reason.message());
        }
        return new Outcome.Again(retry);
    }

    /** Nothing is in the way: requests were answered. */
    void getsOn(Claim claim, PushState state) throws SQLException {
        access.granted(claim);
        outages.over(work(claim)).ifPresent(lasted -> LOG.infof("Push %s, %s goes on, after %d s", claim.entry(),
                claim.tenant(), lasted.toSeconds()));
        if (state.failures() > 0 && !evidence(claim).isSuspected()) {
            states.well(claim.entry(), claim.company());
        }
    }

    /** Of which another lane knows nothing: where one gets on, another may not. */
    private static String work(Claim claim) {
        return "push " + name(claim) + " " + claim.lane();
    }

    private static String name(Claim claim) {
        return claim.entry() + " " + claim.company();
    }

    /** Whether a row is refused by a schema that was read after it was refused before; else the schema is read again. */
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

    BatchSize size(Claim claim) {
        return sizes.computeIfAbsent(name(claim),
                each -> new BatchSize(limits.timeLimit()));
    }

    InDoubtTimes limits() {
        return limits;
    }

    PayloadMemory memory() {
        return memory;
    }

    NxtClient nxt() {
        return nxt;
    }

    Outbox outbox() {
        return outbox;
    }

    PushStates states() {
        return states;
    }

    RunHistory runs() {
        return runs;
    }
}
