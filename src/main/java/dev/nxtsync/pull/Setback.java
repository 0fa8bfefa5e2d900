package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Duration;

import jakarta.inject.Singleton;

import dev.nxtsync.access.Access;
import dev.nxtsync.access.Outages;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Next;
import dev.nxtsync.schedule.Backoff;
import dev.nxtsync.store.Claim;
import dev.nxtsync.store.PullState;
import dev.nxtsync.store.PullStates;
import dev.nxtsync.store.Runs.Run;
import dev.nxtsync.trouble.Reason;

/** What follows from a failure: how long to wait, and what people see of it. */
@Singleton
class Setback {
    /** How long until something that a person must mend is looked at again. */
    static final Duration LOOK_AGAIN = Duration.ofMinutes(10);
    private static final Duration A_MOMENT = Duration.ofSeconds(1);

    private final PullStates states;
    private final PullPlans plans;
    private final Access access;
    private final Outages outages;

    Setback(PullStates states, PullPlans plans, Access access, Outages outages) {
        this.states = states;
        this.plans = plans;
        this.access = access;
        this.outages = outages;
    }

    /**
     * What has been decided.
     *
     * @param retry how long to wait
     * @param whole whether nothing else of the unit has a chance either
     */
    record Decision(Duration retry, boolean whole, Run run) {}

    /**
     * Keeps the reason with the pull, and decides.
     *
     * @param tells whether the log is told
     */
    Decision of(Claim claim, PullState state, Failure failure, Tally tally, boolean tells) throws SQLException {
        Next next = failure.next();
        Duration retry = switch (next) {
            case WAIT -> longer(failure.atLeast(), Backoff.after(state.failures() + 1));
            case RETRY, LOOK_FIRST -> Backoff.after(state.failures() + 1);
            // it is asked again in the time that access says, by whichever unit is the first to come then
            case STOP -> A_MOMENT;
            case FIX -> LOOK_AGAIN;
        };
        boolean person = next == Next.STOP || next == Next.FIX;
        if (failure instanceof Failure.ForbiddenCompany) {
            access.refused(claim, failure.message());
        }
        if (next == Next.FIX) {
            // the schema may have changed
            plans.lookAgain(claim.connection());
        }
        Reason reason = failure.traced();
        states.fail(claim, state, person ? PullState.State.STOPPED : PullState.State.FAILING, reason, retry);
        Run run = tells && !(failure instanceof Failure.ForbiddenCompany)
                && outages.isNews(claim.connection(), failure)
                        ? tally.failed(reason.code(), reason.message(), retry)
                        : tally.run(reason.code(), reason.message());
        return new Decision(retry, next != Next.FIX && !failure.mayBeTooLarge(), run);
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }
}
