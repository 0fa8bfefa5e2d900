package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.inject.Singleton;

import dev.nxtsync.database.Timestamps;
import dev.nxtsync.pull.ClaimedLoad.NothingToLoad;
import dev.nxtsync.pull.ClaimedLoad.WantedLoad;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.pull.state.TableScans;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job;
import dev.nxtsync.schedule.Job.Progress;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.UnitKind;

/**
 * Reads a whole table of one company in the order of its key: at first, when somebody asks for it, after a column was added,
 * and each time for a table that does not tell its changes. The highest change stamp is asked for beside the first page, so
 * that the increments that follow cover what changes meanwhile. Each page is written while the next is read. The first pages of
 * all tables that begin in one company are one document.
 */
@Singleton
class Load implements Job {
    private final PullUnits units;
    private final PullSource source;
    private final PullSink sink;
    private final PullRuns runs;
    private final TableScans scans;
    private final WalkMemory memory = new WalkMemory();
    /** Units that begin by themselves until they have got on, since their first page did not come with those of others. */
    private final Set<Long> lone = ConcurrentHashMap.newKeySet();

    Load(PullUnits units, PullSource source, PullSink sink, PullRuns runs, TableScans scans) {
        this.units = units;
        this.source = source;
        this.sink = sink;
        this.runs = runs;
        this.scans = scans;
    }

    @Override
    public UnitKind kind() {
        return UnitKind.LOAD;
    }

    @Override
    public boolean isLong() { return true; }

    @Override
    public boolean takesAlong() {
        return true;
    }

    @Override
    public Set<String> connections() {
        return sink.plans().plannedConnections();
    }

    @Override
    public Outcome run(Claim claim, Progress progress) throws SQLException {
        var own = open(claim, progress);
        if (!(own instanceof WantedLoad load)) {
            return ((NothingToLoad) own).outcome();
        }
        if (isToBegin(load)) {
            return begin(load, progress);
        }
        progress.goAlone();
        return alone(load);
    }

    private boolean isToBegin(WantedLoad load) {
        return load.scan().isToBegin() && !lone.contains(load.turn().claim().unit());
    }

    private Outcome alone(WantedLoad load) throws SQLException {
        Outcome outcome = load.alone();
        if (outcome instanceof Outcome.Done) {
            lone.remove(load.turn().claim().unit());
        }
        return outcome;
    }

    private ClaimedLoad open(Claim claim, Progress progress) throws SQLException {
        var opening = units.open(claim);
        if (!(opening instanceof PullUnits.Open open)) {
            return new NothingToLoad(((PullUnits.Closed) opening).outcome());
        }
        PullPlan plan = open.plan();
        PullState state = open.state();
        Optional<TableScan> pass = scans.of(claim.entry(), claim.company(), TableScan.ScanKind.LOAD)
                .or(() -> isWanted(plan, state, open.clock().now())
                        ? Optional.of(TableScan.wanted(claim.entry(), claim.company(), TableScan.ScanKind.LOAD))
                        : Optional.empty());
        if (pass.isEmpty()) {
            return new NothingToLoad(new Outcome.Done(plan.tellsChanges() ? Timestamps.NEVER : state.dueAt()));
        }
        var turn = runs.begin(claim, open, progress);
        return new WantedLoad(turn, pass.get(), new LoadRun(turn, source, sink, runs, scans, memory));
    }

    /** Takes along what else begins in this company. */
    private Outcome begin(WantedLoad own, Progress progress) throws SQLException {
        var loads = new ArrayList<>(List.of(own));
        for (Claim taken : progress.takeAlong(Document.MOST_FIRST_PAGES - 1)) {
            along(taken, progress).ifPresent(loads::add);
        }
        Outcome outcome = loads.size() == 1 ? new Outcome.NotBegun() : new FirstPages(source, runs, loads, lone).read();
        return outcome instanceof Outcome.NotBegun ? alone(own) : outcome;
    }

    /** One that is under way, or that goes alone, has a run of its own. */
    private Optional<WantedLoad> along(Claim taken, Progress progress) throws SQLException {
        try {
            var other = open(taken, progress);
            if (other instanceof WantedLoad load && isToBegin(load)) {
                return Optional.of(load);
            }
            progress.end(taken,
                    rest -> other instanceof NothingToLoad nothing ? nothing.outcome() : new Outcome.NotBegun());
        } catch (SQLException | RuntimeException e) {
            progress.end(taken, rest -> {
                throw e;
            });
        }
        return Optional.empty();
    }

    private static boolean isWanted(PullPlan plan, PullState state, Instant now) {
        return state.loadedAt().isEmpty() || (!plan.tellsChanges() && !state.dueAt().isAfter(now));
    }
}
