package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.proof.RowGroup;
import dev.nxtsync.pull.state.ControlTotal;
import dev.nxtsync.pull.state.KeyListing;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Outcome;

/** One run of a reconciliation: the listing, the settlement of what differs, and the rows that are read again. */
final class ReconciliationRun {
    private static final Logger LOG = Logger.getLogger(ReconciliationRun.class);
    /** So few deletions are never held. */
    private static final long FEW = 20;
    /** One that was cut off is made good by the next. */
    private static final int OFTEN = 2;

    private final PullTurn turn;
    private final ReconciliationTools tools;
    private final Claim claim;
    private final PullPlan plan;
    private final PullState state;
    private final DatabaseClock clock;
    private final PullReport report;
    private final PullRuns runs;
    private final PullPositions positions;
    private final KeyListing listing;
    private final TableScan begun;
    /** Whose rows are listed; empty for all rows. */
    private final List<RowGroup> groups;
    private final ListingScope scope;
    private final TableListing lists;
    private final RowSettlement settles;

    ReconciliationRun(PullTurn turn, ReconciliationTools tools) throws SQLException {
        this.turn = turn;
        this.tools = tools;
        this.claim = turn.claim();
        this.plan = turn.plan();
        this.state = turn.state();
        this.clock = turn.clock();
        this.report = turn.report();
        this.runs = tools.runs();
        this.positions = tools.positions();
        this.listing = tools.listing();
        Instant until = clock.now().plus(PullUnits.LONGEST_RUN);
        this.begun = scan();
        this.groups = isOfGroups() ? openGroups() : List.of();
        this.scope = isOfGroups() ? ListingScope.of(plan, groups) : ListingScope.whole(plan);
        this.lists = new TableListing(turn, scope, tools, until);
        this.settles = new RowSettlement(turn, tools, until);
    }

    Outcome run() throws SQLException {
        try {
            return goOn();
        } catch (TargetFault e) {
            return runs.failed(turn, e);
        } catch (ShuttingDown e) {
            runs.history().add(List.of(report.done("goes on")));
            throw e;
        }
    }

    /** Groups are listed before a reconciliation begins, but not while one is under way. */
    private TableScan scan() throws SQLException {
        var all = positions.scans().of(claim.entry(), claim.company(), TableScan.ScanKind.RECONCILIATION);
        var groups = positions.scans().of(claim.entry(), claim.company(), TableScan.ScanKind.GROUPS);
        return all.filter(scan -> scan.startedAt().isPresent()).or(() -> groups).or(() -> all)
                .orElseGet(() -> TableScan.wanted(claim.entry(), claim.company(), TableScan.ScanKind.RECONCILIATION));
    }

    private List<RowGroup> openGroups() throws SQLException {
        return positions.proofs().unequal(claim.entry(), claim.company()).values().stream().filter(ControlTotal::open)
                .map(total -> RowGroup.of(total.grp())).toList();
    }

    private boolean isOfGroups() { return begun.kind() == TableScan.ScanKind.GROUPS; }

    private Outcome goOn() throws SQLException {
        TableScan scan = begun;
        if (isOfGroups() && groups.isEmpty()) {
            // they are wanted no more
            return endGroups(0);
        }
        if (scan.startedAt().isEmpty() || isLost(scan)) {
            listing.begin(claim);
            scan = scan.begun(clock.now());
            positions.scans().keep(claim, scan);
        }
        ReconciliationStep step = scan.settling() ? new ReconciliationStep.GoOn() : list(scan);
        if (step instanceof ReconciliationStep.GoOn) {
            step = settles.settle();
        }
        if (step instanceof ReconciliationStep.GoOn && !isOfGroups()) {
            step = settles.reread();
        }
        if (step instanceof ReconciliationStep.TurnEnded ended) {
            return ended.outcome();
        }
        if (isOfGroups()) {
            // as many as the comparison found
            return endGroups(positions.scans().of(claim.entry(), claim.company(), TableScan.ScanKind.GROUPS)
                    .flatMap(TableScan::expected).orElse(0L));
        }
        Instant started = scan.startedAt().orElse(clock.now());
        listing.end(claim, plan.target(), plan.key(), started);
        positions.states().hold(claim, Optional.empty());
        runs.failures().succeeded(claim, plan.name());
        runs.history().add(List.of(report.done("ok")));
        return new Outcome.Done(next(started));
    }

    private Outcome endGroups(long differing) throws SQLException {
        listing.endGroups(claim, plan.target(), differing);
        runs.failures().succeeded(claim, plan.name());
        runs.history().add(List.of(report.done("ok")));
        return new Outcome.Done(nextOfAll());
    }

    /** When all rows are listed again. */
    private Instant nextOfAll() throws SQLException {
        return isWanted(TableScan.ScanKind.RECONCILIATION)
                ? clock.now()
                : next(positions.states().reconciledAt(claim.entry(), claim.company()).orElse(clock.now()));
    }

    private boolean isWanted(TableScan.ScanKind kind) throws SQLException {
        return positions.scans().of(claim.entry(), claim.company(), kind).isPresent();
    }

    /** At once if something else is to be listed. */
    private Instant next(Instant started) throws SQLException {
        if (!isOfGroups() && isWanted(TableScan.ScanKind.GROUPS)) {
            return clock.now();
        }
        Instant next = started.plus(plan.pull().reconcile());
        return next.isAfter(clock.now()) ? next : clock.now().plusSeconds(1);
    }

    /** Whether a crash of the database has emptied our tables, which are not logged; or other columns are listed since. */
    private boolean isLost(TableScan scan) throws SQLException {
        return scan.settling()
                ? !listing.isSettling(claim)
                : (scan.cursor().isPresent() && listing.size(claim).orElse(0L) == 0)
                        || !listing.fits(claim, scope.columns().target());
    }

    private ReconciliationStep list(TableScan scan) throws SQLException {
        var listed = lists.list(scan);
        if (listed instanceof TableListing.PartRefused) {
            return new ReconciliationStep.TurnEnded(endGroups(0));
        }
        return listed instanceof TableListing.Listed whole
                ? compare(whole.scan())
                : ((TableListing.ListingStopped) listed).step();
    }

    private ReconciliationStep compare(TableScan scan) throws SQLException {
        var found = compareTables(scan.startedAt().orElse(clock.now()));
        turn.progress().made();
        if (lists.lack().isPresent() && found.gone() == 0 && found.differing() == 0) {
            lists.lacks(lists.lack().get());
        }
        String reason = tooMany(found);
        if (!reason.isEmpty() && !scan.confirmed()) {
            String release = "pull " + plan.name() + " --company " + claim.company() + " --confirm-deletes";
            String told = reason
                    + " Nothing was deleted. Check in Business NXT whether that is right. If it is, run: java -jar "
                    + "quarkus-run.jar " + release;
            if (isOfGroups()) {
                listing.endGroups(claim, plan.target(), found.gone() + found.differing());
            } else {
                listing.begin(claim);
                positions.scans().end(claim, scan);
            }
            runs.failures().held(claim, told);
            positions.states().hold(claim, Optional.of(told));
            runs.history().add(List.of(report.run("held", told)));
            return new ReconciliationStep.TurnEnded(
                    new Outcome.Done(isOfGroups() ? nextOfAll() : next(scan.startedAt().orElse(clock.now()))));
        }
        LOG.debugf("%s: %d listed, %d stored, %d gone, %d to read", claim, found.listed(), found.stored(), found.gone(),
                found.differing());
        positions.scans().keep(claim,
                new TableScan(scan.pull(), scan.company(), scan.kind(), scan.startedAt(), scan.cursor(), scan.rows(),
                        isOfGroups() ? Optional.of(found.gone() + found.differing()) : scan.expected(),
                        Optional.empty(), Optional.empty(), false, true, scan.confirmed()));
        return new ReconciliationStep.GoOn();
    }

    private KeyListing.Comparison compareTables(Instant startedAt) throws SQLException {
        int before = tools.memory().comparisonBegins(claim);
        if (before >= OFTEN) {
            // now, since whoever was cut off may not have been able to
            runs.failures().cutOff(claim, state);
        }
        try {
            var found = listing.compare(claim, plan.target(), scope.stored(), startedAt, turn.progress()::made);
            tools.memory().comparisonEnded(claim);
            return found;
        } catch (TargetFault e) {
            tools.memory().comparisonEnded(claim);
            throw e;
        }
    }

    /** Why so many deletions need a person's word; empty if they do not. */
    private String tooMany(KeyListing.Comparison found) {
        double share = plan.pull().maxDeleteShare();
        boolean isNothingLeft = isOfGroups() ? found.gone() == found.stored() : found.listed() == 0;
        if (isNothingLeft && found.stored() > 1) {
            return "Business NXT lists no row at all, but " + found.stored() + " are stored.";
        }
        return found.gone() > FEW && found.gone() > share * found.stored()
                ? String.format(Locale.ROOT,
                        "%d of %d stored rows are no longer listed. That is more than %s allows (%s).", found.gone(),
                        found.stored(), Settings.Pull.variable(plan.name(), "MAX_DELETE_SHARE"), share)
                : "";
    }
}
