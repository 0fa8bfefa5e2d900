package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Duration;

import jakarta.inject.Singleton;

import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.jobs.CompanyAccess;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.PullPlans;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Outcome;

/** Opens units of work that are about one pull of one company. */
@Singleton
record PullUnits(PullPlans plans, PullStates states, CompanyAccess access) {
    /** After so long a run leaves its thread to others, and goes on in the next. */
    static final Duration LONGEST_RUN = Duration.ofSeconds(10);
    private static final Duration A_MOMENT = Duration.ofSeconds(1);

    sealed interface Opening {}

    /** What a run needs to know. */
    record Open(PullPlan plan, PullState state, DatabaseClock clock) implements Opening {}

    /** There is nothing that can be done now. */
    record Closed(Outcome outcome) implements Opening {}

    Opening open(Claim claim) throws SQLException {
        var clock = states.clock();
        var plan = plans.of(claim.connection(), claim.tenant()).get(claim.entry());
        if (plan == null) {
            return lookAgain(clock);
        }
        var found = states.of(plan.name(), claim.company(), plan.target().key());
        if (found.state().isEmpty() || found.state().get().paused()) {
            return lookAgain(clock);
        }
        if (!found.hasKey()) {
            // another process has exchanged it: what this one would read goes by the one before
            plans.lookAtTargets(claim.connection());
            return new Closed(new Outcome.Done(clock.now().plus(A_MOMENT)));
        }
        var barred = access.barred(claim);
        return barred.isPresent()
                ? new Closed(new Outcome.Done(clock.now().plus(barred.get())))
                : new Open(plan, found.state().get(), clock);
    }

    private static Closed lookAgain(DatabaseClock clock) {
        return new Closed(new Outcome.Done(clock.now().plus(FailurePolicy.LOOK_AGAIN)));
    }
}
