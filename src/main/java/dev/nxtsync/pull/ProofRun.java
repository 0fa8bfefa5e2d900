package dev.nxtsync.pull;

import static java.util.stream.Collectors.toMap;

import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.jboss.logging.Logger;

import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.config.Cadence;
import dev.nxtsync.database.Timestamps;
import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.schema.GroupFilter;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.proof.ControlTotals;
import dev.nxtsync.pull.proof.GroupedQuestion;
import dev.nxtsync.pull.proof.GroupedTable;
import dev.nxtsync.pull.proof.RowGroup;
import dev.nxtsync.pull.proof.TargetTotals;
import dev.nxtsync.pull.proof.Totals;
import dev.nxtsync.pull.state.ControlTotal;
import dev.nxtsync.pull.state.ProofState;
import dev.nxtsync.pull.state.Proofs;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.schedule.Backoff;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Outcome;

/** One step of the comparison of control totals, or several that can be made at once. */
final class ProofRun {
    private static final Logger LOG = Logger.getLogger(ProofRun.class);
    /** A group that is busy each time is left to the next totals. */
    private static final int MOST_ASKS = 3;
    /** The first listing may have missed what came and went meanwhile. */
    private static final int MOST_MENDS = 3;
    /** Over how many rows one question is asked, until one is not answered in time. */
    private static final long ROWS = 2_000_000;
    /** What is asked in more parts than that had better be left to those who ask for keys. */
    private static final int MOST_PARTS = 64;
    /** Units that follow each other are far apart by it. */
    private static final long SPREAD = 7_919_000_033L;
    private static final Duration A_MOMENT = Duration.ofSeconds(2);
    /** So often what fails may be somebody else's matter. */
    private static final int FEW_FAILURES = 2;
    private static final Duration A_MINUTE = Duration.ofMinutes(1);

    private final PullTurn turn;
    private final ProofTools tools;
    private final Claim claim;
    private final PullPlan plan;
    private final Proofs proofs;
    private final TargetTotals.Worker worker;

    ProofRun(PullTurn turn, ProofTools tools) {
        this.turn = turn;
        this.tools = tools;
        this.claim = turn.claim();
        this.plan = turn.plan();
        this.proofs = tools.positions().proofs();
        this.worker = new TargetTotals.Worker(claim.company(), Optional.of(claim), turn.progress()::made);
    }

    Outcome run() throws SQLException {
        if (plan.pull().prove().isZero()) {
            proofs.forget(claim);
            return new Outcome.Done(Timestamps.NEVER);
        }
        if (turn.state().loadedAt().isEmpty()) {
            // the end of the first load says when, unless that was read by a process that does not know of totals
            return after(FailurePolicy.LOOK_AGAIN);
        }
        Instant first = turn.state().loadedAt().get().plus(plan.pull().firstProof());
        ProofState state = proofs.of(plan.name(), claim.company(), first);
        if (state.dueAt().isAfter(now())) {
            return new Outcome.Done(state.dueAt());
        }
        if (turn.state().state() != PullState.PullHealth.OK || turn.state().walk().isPresent() || isLoading()) {
            return after(A_MINUTE);
        }
        try {
            return step(state);
        } catch (FailedAnswer e) {
            return failed(state, e.failure(), Optional.empty());
        }
    }

    private Outcome step(ProofState state) throws SQLException {
        return switch (state.step()) {
            case REST -> ask(state, List.of());
            case AGAIN -> ask(state, open().values());
            case SETTLE -> settle(state);
            case MEND -> mending(state);
        };
    }

    /** The end of the listing says so; but a process that does not know of it may be in its way, or may have ended it. */
    private Outcome mending(ProofState state) throws SQLException {
        var listing = tools.positions().scans().of(plan.name(), claim.company(), TableScan.ScanKind.GROUPS);
        if (listing.isEmpty()) {
            return ask(state, open().values());
        }
        if (listing.get().startedAt().isEmpty()) {
            proofs.remind(claim);
        }
        return after(FailurePolicy.LOOK_AGAIN);
    }

    private boolean isLoading() throws SQLException {
        return tools.positions().scans().of(plan.name(), claim.company(), TableScan.ScanKind.LOAD).isPresent();
    }

    private Map<String, ControlTotal> open() throws SQLException {
        return proofs.unequal(plan.name(), claim.company()).values().stream().filter(ControlTotal::open)
                .collect(toMap(ControlTotal::grp, each -> each));
    }

    /** @param open the groups that are asked for again; empty stands for all */
    private Outcome ask(ProofState state, Collection<ControlTotal> open) throws SQLException {
        var wait = tools.limits().turn(claim);
        if (wait.isPresent()) {
            return after(wait.get());
        }
        var offered = tools.aggregates().of(claim.connection(), plan.table());
        Optional<GroupedTable> grouped = open.isEmpty()
                ? tools.totals().grouping(plan, offered, worker)
                : GroupedTable.of(plan, offered, state.grouping());
        long rows = tools.positions().states().rows(plan.name(), claim.company());
        int parts = (int) Math.min(Integer.MAX_VALUE, rows / state.mostRows().orElse(ROWS) + 1);
        if (grouped.isEmpty() || parts > MOST_PARTS || (parts > 1 && !TargetTotals.hasParts(grouped.get()))) {
            return unavailable(state,
                    grouped.isEmpty()
                            ? "Business NXT does not offer totals of table " + plan.table().name()
                                    + ", or it has no column of whole numbers by which they could be grouped."
                            : tooLong());
        }
        tools.limits().more(claim, parts - 1);
        return ask(state, open, grouped.get(), parts);
    }

    private Outcome ask(ProofState state, Collection<ControlTotal> open, GroupedTable table, int parts)
            throws SQLException {
        var groups = open.stream().map(total -> RowGroup.of(total.grp())).toList();
        var filtersOfParts = parts(table, parts);
        if (filtersOfParts.size() < parts) {
            return unavailable(state, tooLong());
        }
        Instant began = now();
        var here = tools.totals().of(table, groups, worker);
        var there = new HashMap<RowGroup, Totals>();
        for (ObjectNode part : filtersOfParts) {
            var filters = Stream.concat(RowGroup.filter(table.names(), groups).stream(), Stream.of(part))
                    .filter(each -> !each.isEmpty()).toList();
            Instant sent = now();
            var having = groups.isEmpty()
                    ? tools.aggregates().filter(claim.connection(), plan.table())
                    : Optional.<GroupFilter>empty();
            var asked = GroupedQuestion.ask(tools.source().nxt(), table, claim.tenant(), filters, having);
            turn.progress().made();
            turn.report().request(asked.answer());
            if (asked instanceof GroupedQuestion.GroupsRefused refused && having.isPresent()
                    && tools.aggregates().leaveKeysOut(plan.table(), refused.failure())) {
                return failed(state, refused.failure(), Optional.empty());
            }
            if (asked instanceof GroupedQuestion.GroupsRefused refused) {
                return failed(state, refused.failure(), parts, sent);
            }
            var read = (GroupedQuestion.GroupsRead) asked;
            if (read.repeated().isPresent()) {
                return keyContradicted(state, read.repeated().get());
            }
            if (having.isPresent() && !read.isKeyTold()) {
                tools.keys().untold(claim.connection(), claim.tenant(), plan.table().name(), plan.key(), ofKey());
            }
            read.totals().forEach((group, totals) -> there.merge(group, totals, Totals::plus));
        }
        tools.source().access().granted(claim);
        if (!groups.isEmpty()) {
            // a filter that cannot name null leaves them all
            there.keySet().retainAll(groups);
        }
        return answered(state.groupedBy(table.groupingColumns()), groups, there, here, began);
    }

    /** The plan says what follows. */
    private Outcome keyContradicted(ProofState state, String example) throws SQLException {
        tools.keys().contradicted(claim.connection(), claim.tenant(), plan.table().name(), plan.key(), ofKey(),
                example);
        tools.sink().plans().planAgain(claim.connection());
        return rest(state, List.of(), List.of());
    }

    /** The filter of the rows that the key is for. */
    private Optional<String> ofKey() {
        return plan.pull().key().isEmpty() ? Optional.empty() : plan.pull().filter();
    }

    private String tooLong() {
        return "Totals of table " + plan.table().name() + " take Business NXT too long.";
    }

    private List<ObjectNode> parts(GroupedTable table, int parts) throws SQLException {
        if (parts == 1) {
            return List.of(Filters.object());
        }
        String key = plan.key().get(0);
        var filters = new ArrayList<ObjectNode>();
        ObjectNode from = Filters.object();
        for (BigDecimal bound : tools.totals().parts(table, parts, worker)) {
            var before = Filters.compare(key, "_lt", DecimalNode.valueOf(bound));
            filters.add(from.isEmpty() ? before : Filters.and(List.of(from, before)).orElseThrow());
            from = Filters.compare(key, "_gte", DecimalNode.valueOf(bound));
        }
        filters.add(from);
        return filters;
    }

    /** @param asked the groups that were asked for; empty stands for all */
    private Outcome answered(ProofState state, List<RowGroup> asked, Map<RowGroup, Totals> there,
            Map<RowGroup, Totals> here, Instant began) throws SQLException {
        boolean whole = asked.isEmpty();
        var totals = ControlTotals.answered(asked, there, here, began, proofs.unequal(plan.name(), claim.company()));
        tools.runs().history().add(List.of(turn.report().done("ok")));
        if (totals.stream().noneMatch(ControlTotal::open)) {
            return proven(state, totals, whole, state.beganAt().orElse(began));
        }
        proofs.keep(claim, state.answered(began, now()), totals, whole, Optional.empty());
        if (plan.tellsChanges()) {
            proofs.hurry(claim);
        }
        return after(A_MOMENT);
    }

    private Outcome settle(ProofState state) throws SQLException {
        Instant answered = state.answeredAt().orElseThrow();
        if (turn.state().completeAsOf().filter(complete -> complete.isAfter(answered)).isEmpty()) {
            return after(now().isBefore(answered.plus(A_MINUTE)) ? A_MOMENT : A_MINUTE);
        }
        var open = open();
        var groups = open.keySet().stream().map(RowGroup::of).toList();
        var offered = tools.aggregates().of(claim.connection(), plan.table());
        var table = GroupedTable.of(plan, offered, state.grouping());
        if (open.isEmpty() || table.isEmpty()) {
            // the table has become another
            return rest(state, List.of(), List.of());
        }
        var here = tools.totals().of(table.get(), groups, worker);
        var equal = new ArrayList<ControlTotal>();
        var different = new ArrayList<ControlTotal>();
        var moved = new ArrayList<ControlTotal>();
        for (ControlTotal before : open.values()) {
            var now = here.getOrDefault(RowGroup.of(before.grp()), Totals.NONE);
            switch (ControlTotals.verdict(before, now)) {
                case EQUAL -> equal.add(ControlTotals.equal(before, now));
                case DIFFERENT -> different.add(ControlTotals.unequal(before, now));
                case MOVED -> moved.add(ControlTotals.unequal(before, now));
            }
        }
        return settled(state, equal, different, moved);
    }

    private Outcome settled(ProofState state, List<ControlTotal> equal, List<ControlTotal> different,
            List<ControlTotal> moved) throws SQLException {
        if (different.isEmpty() && moved.isEmpty()) {
            return proven(state, equal, false, state.beganAt().orElse(now()));
        }
        var known = Stream.concat(equal.stream(), moved.stream()).toList();
        if (different.isEmpty()) {
            if (state.asks() >= MOST_ASKS) {
                return rest(state, known, List.of());
            }
            // what has moved says nothing of that answer any more
            proofs.keep(claim, state.again(), known, false, Optional.empty());
            return ask(state.again(), moved);
        }
        return state.mends() < MOST_MENDS && (state.mends() < 2 || state.mended().orElse(0L) > 0)
                ? mend(state, known, different)
                : rest(state, known, judged(state, different));
    }

    private Outcome mend(ProofState state, List<ControlTotal> known, List<ControlTotal> different) throws SQLException {
        LOG.debugf("%s: the rows of %s are listed", claim, Words.count(different.size(), "group"));
        proofs.mend(claim, state,
                Stream.concat(known.stream(), different.stream().map(ControlTotals::toList)).toList());
        return after(A_MINUTE);
    }

    /**
     * What is certain of groups that are unequal although their rows have been listed and settled. If all that was listed was as
     * it is here, Business NXT's sums contradict its rows. If they differ by something else than before, rows have come and
     * gone. A row that is set aside explains a difference, and is told by itself.
     */
    private List<ControlTotal> judged(ProofState state, List<ControlTotal> different) throws SQLException {
        if (state.mended().orElse(0L) == 0 || !tools.sink().faults().keys(plan.name(), claim.company()).isEmpty()) {
            return different;
        }
        return different.stream().map(each -> ControlTotals.isAsBefore(each) ? ControlTotals.different(each) : each)
                .toList();
    }

    private Outcome proven(ProofState state, List<ControlTotal> totals, boolean whole, Instant asOf)
            throws SQLException {
        Instant next = next();
        proofs.keep(claim, state.resting(next), totals, whole, Optional.of(asOf));
        tools.runs().failures().equal(claim);
        return new Outcome.Done(next);
    }

    /**
     * Until the next totals, although some are unequal.
     *
     * @param unequal of which it may be certain that they differ
     */
    private Outcome rest(ProofState state, List<ControlTotal> others, List<ControlTotal> unequal) throws SQLException {
        Instant next = next();
        proofs.keep(claim, state.resting(next), Stream.concat(others.stream(), unequal.stream()).toList(), false,
                Optional.empty());
        unequal.stream().filter(ControlTotal::different).findFirst()
                .ifPresent(first -> tools.runs().failures().different(claim, first));
        return new Outcome.Done(next);
    }

    /** Each unit has a time of its own within the interval, or all would be due at once. */
    private Instant next() throws SQLException {
        Duration every = plan.pull().prove();
        Duration own = Duration.ofMillis(Math.floorMod(claim.unit() * SPREAD, every.toMillis()));
        return new Cadence.Every(every).next(now().minus(own)).plus(own);
    }

    /** A table that cannot be asked for totals is compared by the old way, which a person may ask for. */
    private Outcome unavailable(ProofState state, String reason) throws SQLException {
        Instant next = next();
        proofs.keep(claim, state.resting(next));
        tools.runs().failures().noTotals(claim, reason);
        return new Outcome.Done(next);
    }

    private Outcome failed(ProofState state, Failure failure, int parts, Instant sent) throws SQLException {
        boolean isTooLarge = failure.mayBeTooLarge()
                && (failure.lost() || tools.limits().isTooLong(Duration.between(sent, now())));
        boolean isRefused = failure instanceof Failure.InvalidRequest
                || (failure instanceof Failure.Rejected && state.failures() >= FEW_FAILURES);
        if (!isTooLarge && isRefused) {
            tools.sink().plans().lookAgain(claim.connection());
            return unavailable(state, "Business NXT refuses totals of table " + plan.table().name() + " ("
                    + failure.traced(failure.message()) + ").");
        }
        long rows = tools.positions().states().rows(plan.name(), claim.company()) / parts;
        // a request that is lost keeps its slot for long, so that none is sent again that is as large
        return failed(state, failure, Optional.of(rows / 2).filter(half -> isTooLarge && half > 0));
    }

    private Outcome failed(ProofState state, Failure failure, Optional<Long> mostRows) throws SQLException {
        if (failure instanceof Failure.ForbiddenCompany) {
            tools.source().access().refused(claim, failure.message());
        }
        Duration wait = failure.pause(Backoff.after(state.failures() + 1));
        proofs.keep(claim, state.failed(now().plus(wait), mostRows));
        tools.runs().history()
                .add(List.of(state.failures() == FEW_FAILURES
                        ? turn.report().failed(failure.code(), failure.message(), wait)
                        : turn.report().run(failure.code(), failure.message())));
        return after(wait);
    }

    private Outcome after(Duration wait) throws SQLException {
        return new Outcome.Done(now().plus(wait));
    }

    private Instant now() throws SQLException {
        return turn.clock().now();
    }
}
