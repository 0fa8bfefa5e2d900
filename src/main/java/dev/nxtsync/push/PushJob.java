package dev.nxtsync.push;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.graphql.Slots;
import dev.nxtsync.push.outbox.PushedCompany;
import dev.nxtsync.push.plan.PushPlan;
import dev.nxtsync.push.plan.PushPlans;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.StaleClaim;
import dev.nxtsync.schedule.UnitKind;

/**
 * Sends the rows of one lane: a sixteenth of the groups of a push in one company. A group is in one lane, so that whoever
 * holds that is the only one who sends the group's rows; lanes are worked on side by side.
 */
@Singleton
class PushJob implements Job {
    private final PushPlans plans;
    private final Slots slots;
    private final LaneServices services;
    private final PayloadMemory memory;
    private final InDoubtTimes times;
    private final Map<PushedCompany, PushHistory> learned = new ConcurrentHashMap<>();

    PushJob(PushPlans plans, Slots slots, LaneServices services, PayloadMemory memory, Settings settings) {
        this.plans = plans;
        this.slots = slots;
        this.services = services;
        this.memory = memory;
        this.times = InDoubtTimes.of(settings);
    }

    @Override
    public UnitKind kind() {
        return UnitKind.PUSH;
    }

    @Override
    public boolean isLong() { return false; }

    @Override
    public Set<String> connections() {
        return plans.plannedConnections();
    }

    @Override
    public Outcome run(Claim claim, Progress progress) throws SQLException {
        var clock = services.outbox().clock();
        var plan = plans.ready(claim.entry());
        if (plan.isEmpty() || plan.get().push().company().filter(only -> only != claim.company()).isPresent()) {
            return new Outcome.Done(clock.now().plus(PushFailures.NOT_PLANNED));
        }
        var barred = services.failures().barred(claim);
        if (barred.isPresent()) {
            return new Outcome.Again(barred.get());
        }
        if (!slots.isKept()) {
            // requests that were lost before this process began are not known yet
            return new Outcome.Again(Duration.ofSeconds(1));
        }
        try {
            return run(claim, plan.get(), clock, progress);
        } catch (ShuttingDown | StaleClaim e) {
            throw e;
        } catch (RuntimeException e) {
            services.failures().note(claim, Problem.unexpected("The unit", e));
            throw e;
        }
    }

    private Outcome run(Claim claim, PushPlan plan, DatabaseClock clock, Progress progress) throws SQLException {
        var name = PushedCompany.of(claim);
        var state = services.states().find(name);
        try {
            var report = new PushReport(claim, clock.now());
            var lane = new LaneContext(services, claim, plan,
                    new Resolution(plan, state.creator().or(plan::creator), claim.company(), times), clock, report,
                    new Settling(services.outbox(), claim, report, progress), learned.computeIfAbsent(name,
                            each -> new PushHistory(new BatchSize(times.timeLimit()), new AnsweredRequests())));
            return new LaneRun(lane, state, memory).run();
        } catch (SQLException e) {
            if (!DatabaseFault.isAway(e)) {
                services.failures().note(claim, DatabaseFault.of(e));
            }
            throw e;
        }
    }
}
