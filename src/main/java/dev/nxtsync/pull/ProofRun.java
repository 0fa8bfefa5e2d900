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
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.proof.ControlTotals;
import dev.nxtsync.pull.proof.GroupSink;
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
    /** Over how many rows one question is asked, until one is not answered in time. */
    private static final long ROWS = 2_000_000;
    /** What is asked in more parts than that had better be left to those who ask for keys. */
    private static final int MOST_PARTS = 64;
    private static final Duration A_MOMENT = Duration.ofSeconds(2);
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
        this.worker = new TargetTotals.Worker(claim, turn.progress()::made);
    }

    Outcome run() throws SQLException {
        if (plan.pull().prove().isZero()) {
            proofs.forget(claim);
            return new Outcome.Done(Timestamps.NEVER);
        }
        if (turn.state().loadedAt().isEmpty()) {
            // the end of the first load says when
            return new Outcome.Done(Timestamps.NEVER);
        }
        ProofState state = proofs.of(plan.name(), claim.company());
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
            // its end says so; but a process that does not know of it may have ended it
            case MEND ->
                tools.positions().scans().of(plan.name(), claim.company(), TableScan.ScanKind.GROUPS).isPresent()
                        ? after(A_MINUTE)
                        : ask(state, open().values());
        };
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
                            : "Totals of table " + plan.table().name() + " take Business NXT too long.");
        }
        var wait = tools.limits().take(claim.connection(), parts);
        return wait.isPresent() ? after(wait.get()) : ask(state, open, grouped.get(), parts);
    }

    private Outcome ask(ProofState state, Collection<ControlTotal> open, GroupedTable table, int parts)
            throws SQLException {
        var groups = open.stream().map(total -> RowGroup.of(total.grp())).toList();
        Instant began = now();
        var here = tools.totals().of(table, groups, worker);
        var there = new HashMap<RowGroup, Totals>();
        for (ObjectNode part : parts(table, parts)) {
            var filters = Stream.concat(RowGroup.filter(table.names(), groups).stream(), Stream.of(part))
                    .filter(each -> !each.isEmpty()).toList();
            var sink = new GroupSink(table);
            Instant sent = now();
            Answer answer = tools.source().nxt().ask(claim.connection(),
                    GroupedQuestion.of(table, claim.tenant(), filters), Map.of(GroupedQuestion.ALIAS, sink));
            turn.progress().made();
            turn.report().request(answer);
            if (answer instanceof Failure failure) {
                return failed(state, failure, parts, sent);
            }
            var read = sink.totals().filter(each -> GroupedQuestion.isWhole(table, (Answer.Data) answer));
            if (read.isEmpty()) {
                return failed(state, GroupedQuestion.senseless(table, (Answer.Data) answer), Optional.empty());
            }
            read.get().forEach((group, totals) -> there.merge(group, totals, Totals::plus));
        }
        tools.source().access().granted(claim);
        if (!groups.isEmpty()) {
            // a filter that cannot name null leaves them all
            there.keySet().retainAll(groups);
        }
        tools.runs().failures().succeeded(claim, plan.name());
        return answered(state.groupedBy(table.groupingColumns()), there, here, began, groups.isEmpty());
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

    private Outcome answered(ProofState state, Map<RowGroup, Totals> there, Map<RowGroup, Totals> here, Instant began,
            boolean whole) throws SQLException {
        var totals = ControlTotals.answered(there, here, began, proofs.unequal(plan.name(), claim.company()));
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
            return rest(state, List.of());
        }
        var here = tools.totals().of(table.get(), groups, worker);
        var equal = new ArrayList<ControlTotal>();
        var different = new ArrayList<ControlTotal>();
        var moved = new ArrayList<ControlTotal>();
        for (ControlTotal before : open.values()) {
            var now = here.getOrDefault(RowGroup.of(before.grp()), Totals.NONE);
            switch (ControlTotals.verdict(before, now)) {
                case EQUAL -> equal.add(ControlTotals.with(before, now, false, false));
                case DIFFERENT -> different.add(ControlTotals.with(before, now, true, before.different()));
                case MOVED -> moved.add(ControlTotals.with(before, now, true, before.different()));
            }
        }
        return settled(state, equal, different, moved);
    }

    private Outcome settled(ProofState state, List<ControlTotal> equal, List<ControlTotal> different,
            List<ControlTotal> moved) throws SQLException {
        if (different.isEmpty() && moved.isEmpty()) {
            return proven(state, equal, false, state.beganAt().orElse(now()));
        }
        proofs.keep(claim, state, equal, false, Optional.empty());
        if (different.isEmpty()) {
            return state.asks() < MOST_ASKS ? ask(state, moved) : rest(state, moved);
        }
        if (state.mended().isEmpty() && !hasRowsSetAside()) {
            LOG.debugf("%s: the rows of %s are listed", claim, Words.count(different.size(), "group"));
            proofs.mend(claim, state, different);
            return after(A_MINUTE);
        }
        // what was listed, and found to be as it is here, is as its rows are, whatever they are said to add up to
        boolean isCertain = state.mended().orElse(0L) > 0;
        return rest(state,
                Stream.concat(moved.stream(), different.stream().map(
                        each -> new ControlTotal(each.grp(), each.there(), each.here(), each.at(), true, isCertain)))
                        .toList());
    }

    private boolean hasRowsSetAside() throws SQLException {
        return !tools.sink().faults().keys(plan.name(), claim.company()).isEmpty();
    }

    private Outcome proven(ProofState state, List<ControlTotal> totals, boolean whole, Instant asOf)
            throws SQLException {
        Instant next = next();
        proofs.keep(claim, state.resting(next), totals, whole, Optional.of(asOf));
        tools.runs().failures().equal(claim);
        return new Outcome.Done(next);
    }

    /** Until the next totals, although some are unequal. */
    private Outcome rest(ProofState state, List<ControlTotal> unequal) throws SQLException {
        Instant next = next();
        proofs.keep(claim, state.resting(next), unequal, false, Optional.empty());
        unequal.stream().filter(ControlTotal::different).findFirst()
                .ifPresent(first -> tools.runs().failures().different(claim, first));
        return new Outcome.Done(next);
    }

    private Instant next() throws SQLException {
        return new Cadence.Every(plan.pull().prove()).next(now());
    }

    /** A table that cannot be asked for totals is compared by the old way, which a person may ask for. */
    private Outcome unavailable(ProofState state, String reason) throws SQLException {
        Instant next = next();
        proofs.keep(claim, state.resting(next), List.of(), true, Optional.empty());
        tools.runs().failures().noTotals(claim, reason);
        return new Outcome.Done(next);
    }

    private Outcome failed(ProofState state, Failure failure, int parts, Instant sent) throws SQLException {
        boolean isTooLarge = failure.lost()
                || (failure.mayBeTooLarge() && tools.limits().isTooLong(Duration.between(sent, now())));
        if (!isTooLarge && (failure instanceof Failure.InvalidRequest || failure instanceof Failure.Rejected)) {
            tools.sink().plans().lookAgain(claim.connection());
            return unavailable(state, "Business NXT refuses totals of table " + plan.table().name() + " ("
                    + failure.traced(failure.message()) + ").");
        }
        if (!isTooLarge) {
            return failed(state, failure, Optional.empty());
        }
        // a request that is lost keeps its slot for long, so that none is sent again that is as large
        long rows = tools.positions().states().rows(plan.name(), claim.company());
        return failed(state, failure, Optional.of(Math.max(1, rows / parts / 2)));
    }

    private Outcome failed(ProofState state, Failure failure, Optional<Long> mostRows) throws SQLException {
        if (failure instanceof Failure.ForbiddenCompany) {
            tools.source().access().refused(claim, failure.message());
        }
        Duration wait = failure.pause(Backoff.after(state.failures() + 1));
        proofs.keep(claim, state.failed(now().plus(wait), mostRows));
        tools.runs().history().add(List.of(turn.report().run(failure.code(), failure.message())));
        LOG.debugf("%s: %s Tried again in %s.", claim, failure.message(), Words.time(wait));
        return after(wait);
    }

    private Outcome after(Duration wait) throws SQLException {
        return new Outcome.Done(now().plus(wait));
    }

    private Instant now() throws SQLException {
        return turn.clock().now();
    }
}
