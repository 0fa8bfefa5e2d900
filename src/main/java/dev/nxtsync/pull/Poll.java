package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job;
import dev.nxtsync.schedule.Job.Progress;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.UnitKind;

/**
 * Reads the changes of one company (or customer): all tables that are due in one document, so that a poll in which nothing is
 * new costs one request. A table that has more goes on in documents of its own.
 */
@Singleton
class Poll implements Job {
    private final PullSource source;
    private final PullSink sink;
    private final PullRuns runs;
    private final PullStates states;
    private final Settings settings;
    private final WalkMemory memory = new WalkMemory();

    Poll(PullSource source, PullSink sink, PullRuns runs, PullStates states, Settings settings) {
        this.source = source;
        this.sink = sink;
        this.runs = runs;
        this.states = states;
        this.settings = settings;
    }

    @Override
    public UnitKind kind() {
        return UnitKind.POLL;
    }

    @Override
    public boolean isLong() { return false; }

    @Override
    public Set<String> connections() {
        return sink.plans().plannedConnections();
    }

    @Override
    public Outcome run(Claim claim, Progress progress) throws SQLException {
        Map<String, PullPlan> own = sink.plans().of(claim.connection(), claim.tenant());
        var barred = source.access().barred(claim);
        if (barred.isPresent()) {
            return new Outcome.Done(states.now().plus(barred.get()));
        }
        var clock = states.clock();
        Instant now = clock.now();
        var due = states.of(claim.company(), own.keySet()).stream().filter(state -> isDue(state, own, now)).toList();
        return read(claim, own, due, clock, progress);
    }

    /** Reads one pull at once, due or not. */
    Outcome run(Claim claim, PullPlan plan, PullState state, Progress progress) throws SQLException {
        return read(claim, Map.of(plan.name(), plan), List.of(state), states.clock(), progress);
    }

    private Outcome read(Claim claim, Map<String, PullPlan> own, List<PullState> due, DatabaseClock clock,
            Progress progress) throws SQLException {
        var turn = new CompanyTurn(claim, clock, progress);
        Optional<Outcome> inTheWay;
        try (var run = new PollRun(turn, source, sink, runs, states, memory)) {
            inTheWay = run.all(due.stream()
                    .map(state -> new ChangeWindow(plan(own, state), state, settings.serverTimeZone())).toList());
        } finally {
            runs.history().add(turn.done());
        }
        if (inTheWay.isPresent()) {
            return inTheWay.get();
        }
        Instant now = states.now();
        return new Outcome.Done(states.of(claim.company(), own.keySet()).stream().filter(state -> isPolled(state, own))
                .map(state -> state.retryAt().filter(retry -> retry.isAfter(state.dueAt())).orElse(state.dueAt()))
                .min(Instant::compareTo).map(at -> at.isAfter(now) ? at : now)
                .orElse(now.plus(FailurePolicy.LOOK_AGAIN)));
    }

    private static boolean isPolled(PullState state, Map<String, PullPlan> own) {
        return state.isFollowed() && plan(own, state).tellsChanges();
    }

    private static boolean isDue(PullState state, Map<String, PullPlan> own, Instant now) {
        return isPolled(state, own) && !state.dueAt().isAfter(now)
                && state.retryAt().map(retry -> !retry.isAfter(now)).orElse(true);
    }

    private static PullPlan plan(Map<String, PullPlan> plans, PullState state) {
        return Objects.requireNonNull(plans.get(state.pull()));
    }
}
