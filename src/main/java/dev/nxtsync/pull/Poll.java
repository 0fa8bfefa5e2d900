package dev.nxtsync.pull;

import static java.util.stream.Collectors.toMap;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import jakarta.inject.Singleton;

import org.jdbi.v3.core.Handle;

import dev.nxtsync.config.Settings;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.pull.state.PullStates.IncrementPage;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job;
import dev.nxtsync.schedule.Job.Progress;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.RunHistory;
import dev.nxtsync.schedule.RunHistory.RunRecord;
import dev.nxtsync.schedule.UnitKind;

/**
 * Reads the changes of one company (or customer): all tables that are due in one document, so that a poll in which nothing is
 * new costs one request. If they are too many for that, it asks for keys and change stamps, and reads those in which something
 * is new. A table that has more goes on in documents of its own.
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
    public Run opened(Handle transaction, Claim claim) {
        var own = own(claim);
        var known = PullStates.KnownStates.read(transaction, claim.company(), own.keySet());
        return progress -> run(claim, own, known, progress);
    }

    @Override
    public Outcome run(Claim claim, Progress progress) throws SQLException {
        var own = own(claim);
        return run(claim, own, states.known(claim.company(), own.keySet()), progress);
    }

    private Map<String, PullPlan> own(Claim claim) {
        return sink.plans().of(claim.connection(), claim.tenant());
    }

    private Outcome run(Claim claim, Map<String, PullPlan> own, PullStates.KnownStates known, Progress progress)
            throws SQLException {
        Instant now = known.clock().now();
        var barred = source.access().barred(claim);
        if (barred.isPresent()) {
            return new Outcome.Done(now.plus(barred.get()));
        }
        return read(claim, own, known, known.states().stream().filter(state -> isDue(state, own, now)).toList(),
                progress);
    }

    /** Reads one pull at once, due or not. */
    Outcome run(Claim claim, PullPlan plan, Progress progress) throws SQLException {
        var known = states.known(claim.company(), List.of(plan.name()));
        return read(claim, Map.of(plan.name(), plan), known, known.states(), progress);
    }

    private Outcome read(Claim claim, Map<String, PullPlan> own, PullStates.KnownStates known, List<PullState> due,
            Progress progress) throws SQLException {
        var turn = new CompanyTurn(claim, known.clock(), progress);
        try (var run = new PollRun(turn, source, sink, runs, states, memory)) {
            var inTheWay = run.all(due.stream()
                    .map(state -> new ChangeWindow(plan(own, state), state, settings.serverTimeZone())).toList(),
                    known.faults());
            var quiet = run.quiet();
            boolean isQuiet = inTheWay.isEmpty() && quiet.size() == due.size();
            // what was written is told whatever becomes of the claim; what is kept with its end, with that
            var unkept = quiet.stream().map(IncrementPage::pull).toList();
            List<RunRecord> untold = turn.done().stream().filter(each -> unkept.contains(each.job())).toList();
            turn.done().removeAll(untold);
            RunHistory.trace(untold);
            return inTheWay.orElseGet(() -> new Outcome.Ending(transaction -> {
                PullStates.quiet(transaction, claim.company(), quiet);
                RunHistory.add(transaction, untold);
                // whoever has made something due since the claim has woken the unit
                var now = isQuiet ? known.states() : PullStates.of(transaction, claim.company(), own.keySet());
                return new Outcome.Done(nextDue(own, now, isQuiet ? quiet : List.of(), turn.clock().now()));
            }));
        } finally {
            runs.history().add(turn.done());
        }
    }

    /** @param since what has been kept since the states were read */
    private static Instant nextDue(Map<String, PullPlan> own, List<PullState> states, List<IncrementPage> since,
            Instant now) {
        var put = since.stream().collect(toMap(IncrementPage::pull, each -> each.due().orElseThrow()));
        return states.stream().filter(state -> isPolled(state, own))
                .map(state -> put.getOrDefault(state.pull(),
                        state.retryAt().filter(retry -> retry.isAfter(state.dueAt())).orElse(state.dueAt())))
                .min(Instant::compareTo).map(at -> at.isAfter(now) ? at : now)
                .orElse(now.plus(FailurePolicy.LOOK_AGAIN));
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
