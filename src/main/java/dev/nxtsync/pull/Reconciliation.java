package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.micrometer.core.instrument.MeterRegistry;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.database.Rows;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.jobs.CompanyAccess;
import dev.nxtsync.pull.Document.Part;
import dev.nxtsync.pull.plan.PageSize;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.PullPlans;
import dev.nxtsync.pull.plan.TableMapping;
import dev.nxtsync.pull.state.KeyListing;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.pull.state.TableScans;
import dev.nxtsync.pull.state.UnitKind;
import dev.nxtsync.pull.target.PageWriter;
import dev.nxtsync.pull.target.RowFaults;
import dev.nxtsync.pull.target.TargetColumn;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.pull.target.WriteCounts;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.RunHistory;

/**
 * Lists key and change stamp of every row of a table, and settles each difference by a question for just those rows: what is
 * missing or older here is read, and what is gone there is deleted here, but only once the API has been asked for it by its
 * key and did not have it. So a listing that was cut short deletes nothing. Then it reads a small part of the table again, for
 * rows that changed without a new stamp.
 */
@Singleton
public class Reconciliation implements Job {
    private static final Logger LOG = Logger.getLogger(Reconciliation.class);
    private static final Duration TURN = Duration.ofSeconds(10);
    /** So few deletions are never held. */
    private static final long FEW = 20;
    /** Keys in one question; how many a filter may have is not documented. */
    private static final int KEYS = 200;
    /** One that was cut off is made good by the next. */
    private static final int OFTEN = 2;
    /** Of the rows, how many are read again in a day. */
    private static final double REREAD_A_DAY = 0.03;

    private final PullPlans plans;
    private final PullUnits units;
    private final NxtClient nxt;
    private final PageWriter writer;
    private final PullStates states;
    private final TableScans passes;
    private final KeyListing listing;
    private final RowFaults faults;
    private final RunHistory runs;
    private final FailurePolicy setback;
    private final Uniqueness uniqueness;
    private final RowCounting counting;
    private final CompanyAccess access;
    private final MeterRegistry metrics;
    private final Map<String, PageSize> sizes = new ConcurrentHashMap<>();
    private final RefusedCursors cursors = new RefusedCursors();
    private final Map<String, PageSize> keyCounts = new ConcurrentHashMap<>();
    /** Comparisons in a row that have begun and come to nothing, by unit. */
    private final Map<Long, Integer> unfinished = new ConcurrentHashMap<>();

    Reconciliation(PullPlans plans, PullUnits units, NxtClient nxt, PageWriter writer, PullStates states,
            TableScans passes,
            KeyListing listing,
            RowFaults faults, RunHistory runs, FailurePolicy setback, Uniqueness uniqueness, RowCounting counting,
            CompanyAccess access,
            MeterRegistry metrics) {
        this.plans = plans;
        this.units = units;
        this.nxt = nxt;
        this.writer = writer;
        this.states = states;
        this.passes = passes;
        this.listing = listing;
        this.faults = faults;
        this.runs = runs;
        this.setback = setback;
        this.uniqueness = uniqueness;
        this.counting = counting;
        this.access = access;
        this.metrics = metrics;
    }

    @Override
    public String kind() {
        return UnitKind.RECONCILIATION.text();
    }

    @Override
    public boolean isLong() { return true; }

    @Override
    public Set<String> connections() {
        return plans.plannedConnections();
    }

    @Override
    public Outcome run(Claim claim, Progress progress) throws SQLException {
        var opening = units.open(claim);
        if (!(opening instanceof PullUnits.Open open)) {
            return ((PullUnits.Closed) opening).outcome();
        }
        // the end of the first load says when
        return open.state().loadedAt().isEmpty()
                ? new Outcome.Done(Rows.NEVER)
                : new Turn(claim, open.plan(), open.state(), open.clock(), progress).run();
    }

    /** What a step of a turn came to. */
    private sealed interface Step {}

    /** The next step can follow. */
    private record GoOn() implements Step {}

    /** The turn is over. */
    private record Ended(Outcome outcome) implements Step {}

    private final class Turn {
        private final Claim claim;
        private final PullPlan plan;
        private final PullState state;
        private final DatabaseClock clock;
        private final Progress progress;
        private final PullReport tally;
        private final Instant until;
        private final Set<String> knownFaults;
        private final TableMapping keys;
        /** What is lacking, if nothing has come or gone since the table was read before. */
        private Optional<String> lack = Optional.empty();

        Turn(Claim claim, PullPlan plan, PullState state, DatabaseClock clock, Progress progress) throws SQLException {
            this.claim = claim;
            this.plan = plan;
            this.state = state;
            this.clock = clock;
            this.progress = progress;
            this.tally = new PullReport(plan.name(), claim, clock.now(), metrics);
            this.until = clock.now().plus(TURN);
            this.knownFaults = faults.keys(plan.name(), claim.company());
            Predicate<TargetColumn> keyOrStamp = column -> plan.target().key().contains(column.name())
                    || plan.target().changeStamp().filter(column.name()::equals).isPresent();
            this.keys = plan.mapping().only(keyOrStamp);
        }

        Outcome run() throws SQLException {
            try {
                return goOn();
            } catch (TargetFault e) {
                return failed(setback.of(claim, state, e, tally)).outcome();
            } catch (ShuttingDown e) {
                runs.add(List.of(tally.done("goes on")));
                throw e;
            }
        }

        private Outcome goOn() throws SQLException {
            TableScan pass = passes.of(claim.entry(), claim.company(), TableScan.Kind.RECONCILIATION)
                    .orElseGet(() -> TableScan.wanted(claim.entry(), claim.company(), TableScan.Kind.RECONCILIATION));
            if (pass.startedAt().isEmpty() || isLost(pass)) {
                listing.begin(claim);
                pass = pass.begun(clock.now());
                passes.keep(claim, pass);
            }
            Step step = pass.settling() ? new GoOn() : list(pass);
            if (step instanceof GoOn) {
                step = settle();
            }
            if (step instanceof GoOn) {
                step = reread();
            }
            if (step instanceof Ended ended) {
                return ended.outcome();
            }
            Instant started = pass.startedAt().orElse(clock.now());
            listing.end(claim, plan.target(), plan.key(), started);
            states.hold(claim, Optional.empty());
            setback.gotOn(claim, plan.name());
            runs.add(List.of(tally.done("ok")));
            return new Outcome.Done(next(started));
        }

        private Instant next(Instant started) {
            Instant next = started.plus(plan.pull().reconcile());
            return next.isAfter(clock.now()) ? next : clock.now().plusSeconds(1);
        }

        /** Whether a crash of the database has emptied our tables, which are not logged. */
        private boolean isLost(TableScan pass) throws SQLException {
            return pass.settling()
                    ? !listing.isSettling(claim)
                    : pass.cursor().isPresent() && listing.size(claim).orElse(0L) == 0;
        }

        private Step list(TableScan begun) throws SQLException {
            TableScan pass = begun;
            var size = sizes.computeIfAbsent(plan.name() + " " + claim.company(), each -> plan.pageSize());
            boolean more = true;
            boolean anew = false;
            while (more) {
                if (!clock.now().isBefore(until)) {
                    runs.add(List.of(tally.done("goes on")));
                    return new Ended(new Outcome.Done(clock.now()));
                }
                Instant readAt = clock.now();
                Part part = Part.page("t0", plan, keys.fields(), after(pass.cursor()), plan.key(), size.rows());
                var parts = new ArrayList<Part>(pass.cursor().isEmpty() ? Document.census(plan) : List.of());
                parts.add(part);
                var asked = counting.page(plan, claim.tenant(), parts,
                        () -> new PageReader(keys, plan.key(), plan.key(), Set.of()),
                        (some, pages) -> ask("list", some, pages));
                var reader = asked.reader();
                var result = Pages.judge(plan, asked.answer(), reader, size, pass.cursor());
                if (result instanceof Pages.Failed failed) {
                    if (cursors.startsOver(claim, "list", pass.cursor(), failed.failure())) {
                        pass = pass.begun(clock.now());
                        anew = true;
                        continue;
                    }
                    return failed(setback.of(claim, state, failed.failure(), tally, true));
                }
                cursors.accepted(claim, "list", pass.cursor());
                if (result instanceof Pages.Page page) {
                    // that keys and stamps are equal does not say that rows are
                    var ended = wrongKey(reader.buffer().repeated());
                    if (ended.isPresent()) {
                        return ended.get();
                    }
                    boolean begins = pass.cursor().isEmpty();
                    pass = new TableScan(pass.pull(), pass.company(), pass.kind(), pass.startedAt(),
                            page.cursor().or(pass::cursor), pass.rows() + reader.buffer().rows(),
                            begins ? page.count() : pass.expected(), begins ? page.top() : pass.mark(),
                            Optional.empty(), false, false, pass.confirmed());
                    if (anew) {
                        listing.begin(claim);
                        anew = false;
                    }
                    listing.add(claim, keys.target(), reader.buffer(), new TableScans.ListingPage(pass, readAt));
                    progress.made();
                    tally.page(reader.buffer(), WriteCounts.NOTHING);
                    plans.met(plan, reader.buffer().misfits());
                    tally.progress(pass.rows(), pass.expected());
                    progress.rows(pass.rows(), pass.expected());
                    more = page.more();
                }
            }
            Step counted = count(pass);
            return counted instanceof GoOn ? compare(pass) : counted;
        }

        /**
         * Counts what was listed. What changed meanwhile may explain a difference; what remains while nothing has changed does
         * not go away by itself. Without change stamps as many rows may have come as have gone: then only a listing that is the
         * same as what is stored shows that none has.
         */
        private Step count(TableScan pass) throws SQLException {
            var before = new Pages.Census(pass.expected(), pass.mark());
            if (before.count().isEmpty()) {
                return new GoOn();
            }
            long counted = before.count().get();
            if (counted == pass.rows()) {
                states.missing(claim, Optional.empty());
                setback.lacksNothing(claim);
                return new GoOn();
            }
            Answer answer = counting.census(plan, claim.tenant(), parts -> ask("count", parts, Map.of()));
            if (answer instanceof Failure failure) {
                return failed(setback.of(claim, state, failure, tally, true));
            }
            if (Pages.census(plan, (Answer.Data) answer).equals(before)) {
                String told = String.format(Locale.ROOT,
                        "Business NXT counts %d rows of table %s, and %d came by the key %s, though nothing changed meanwhile. "
                                + "See whether NXT_PULLS_%s_KEY has all columns of the table's primary key; if it does, "
                                + "tell Visma's support. It is counted again with each reconciliation.",
                        counted, plan.table().name(), pass.rows(), String.join(",", plan.key()),
                        plan.name().toUpperCase(Locale.ROOT));
                if (plan.tellsChanges()) {
                    lacks(told);
                } else {
                    lack = Optional.of(told);
                }
            }
            return new GoOn();
        }

        private void lacks(String told) throws SQLException {
            states.missing(claim, Optional.of(told));
            setback.lacks(claim, told);
        }

        private Step compare(TableScan pass) throws SQLException {
            var found = compareTables(pass.startedAt().orElse(clock.now()));
            progress.made();
            if (lack.isPresent() && found.gone() == 0 && found.differing() == 0) {
                lacks(lack.get());
            }
            String reason = tooMany(found);
            if (!reason.isEmpty() && !pass.confirmed()) {
                String release = "pull " + plan.name() + " --company " + claim.company() + " --confirm-deletes";
                String told = reason
                        + " Nothing was deleted. Look in Business NXT whether that is right; if it is, run: java -jar "
                        + "quarkus-run.jar " + release;
                listing.begin(claim);
                passes.end(claim, pass);
                setback.held(claim, told);
                states.hold(claim, Optional.of(told));
                runs.add(List.of(tally.run("held", told)));
                return new Ended(new Outcome.Done(next(pass.startedAt().orElse(clock.now()))));
            }
            LOG.debugf("%s: %d listed, %d stored, %d gone, %d to read", claim, found.listed(), found.stored(),
                    found.gone(), found.differing());
            passes.keep(claim, new TableScan(pass.pull(), pass.company(), pass.kind(), pass.startedAt(), pass.cursor(),
                    pass.rows(), pass.expected(), Optional.empty(), Optional.empty(), false, true, pass.confirmed()));
            return new GoOn();
        }

        private KeyListing.Comparison compareTables(Instant startedAt) throws SQLException {
            int before = unfinished.merge(claim.unit(), 1, Integer::sum) - 1;
            if (before >= OFTEN) {
                // now, since whoever was cut off may not have been able to
                setback.cutOff(claim, state);
            }
            try {
                var found = listing.compare(claim, plan.target(), keys.target(), startedAt, progress::made);
                unfinished.remove(claim.unit());
                return found;
            } catch (TargetFault e) {
                unfinished.remove(claim.unit());
                throw e;
            }
        }

        /** Why so many deletions need a person's word; empty if they do not. */
        private String tooMany(KeyListing.Comparison found) {
            double share = plan.pull().maxDeleteShare();
            if (found.listed() == 0 && found.stored() > 1) {
                return "Business NXT lists no row at all, and " + found.stored() + " are stored.";
            }
            return found.gone() > FEW && found.gone() > share * found.stored()
                    ? String.format(Locale.ROOT,
                            "%d of %d stored rows are not listed any more, which is more than NXT_PULLS_%s_MAX_DELETE_SHARE (%s).",
                            found.gone(), found.stored(), plan.name().toUpperCase(Locale.ROOT), share)
                    : "";
        }

        private Step settle() throws SQLException {
            var count = keyCounts.computeIfAbsent(plan.name(), each -> new PageSize(KEYS, KEYS));
            while (true) {
                List<KeyListing.Difference> some = listing.next(claim, plan.target(), count.rows());
                if (some.isEmpty()) {
                    return new GoOn();
                }
                if (!clock.now().isBefore(until)) {
                    runs.add(List.of(tally.done("goes on")));
                    return new Ended(new Outcome.Done(clock.now()));
                }
                Instant readAt = clock.now();
                var reader = new PageReader(plan.mapping(), plan.key(), plan.key(), knownFaults);
                var wanted = some.stream().map(each -> Keys.of(plan.key(), plan.target().keyColumns(), each.key()))
                        .toList();
                // more rows than keys would mean that the key is not unique
                Answer answer = ask("settle", List.of(Part.page("t0", plan, plan.mapping().fields(),
                        List.of(Filters.anyOf(plan.key(), wanted)), plan.key(), some.size() + 1)),
                        Map.of("t0", reader));
                if (answer instanceof Failure.InvalidRequest && count.tooLarge()) {
                    // perhaps a filter of so many keys; if not, one key shows it
                    continue;
                }
                var result = Pages.judge(plan, answer, reader, count, Optional.empty());
                if (result instanceof Pages.Failed failed) {
                    return failed(setback.of(claim, state, failed.failure(), tally, true));
                }
                if (result instanceof Pages.Page page) {
                    var ended = wrongKey(reader.buffer().contradicted());
                    if (ended.isPresent()) {
                        return ended.get();
                    }
                    if (page.more()) {
                        return failed(
                                setback.of(claim, state, Pages.senseless(plan, (Answer.Data) answer), tally, true));
                    }
                    settle(some, reader, readAt);
                }
            }
        }

        private void settle(List<KeyListing.Difference> some, PageReader reader, Instant readAt) throws SQLException {
            var gone = some.stream().filter(each -> each.stored() && !reader.buffer().has(each.key()))
                    .map(KeyListing.Difference::key).toList();
            WriteCounts written = writer.write(claim, plan.target(), reader.buffer(), PageWriter.Way.MERGE,
                    new KeyListing.Settlement(claim, readAt, some.stream().map(KeyListing.Difference::id).toList(),
                            gone));
            progress.made();
            tally.page(reader.buffer(), written);
            plans.met(plan, reader.buffer().misfits());
        }

        private Step reread() throws SQLException {
            double share = REREAD_A_DAY * plan.pull().reconcile().toMillis() / Duration.ofDays(1).toMillis();
            long rows = Math.max(1,
                    Math.min(Integer.MAX_VALUE, (long) Math.ceil(states.rows(claim.entry(), claim.company()) * share)));
            var size = sizes.computeIfAbsent(plan.name() + " " + claim.company(), each -> plan.pageSize());
            Optional<String> cursor = state.reread();
            while (rows > 0) {
                Instant readAt = clock.now();
                var reader = new PageReader(plan.mapping(), plan.key(), plan.key(), knownFaults);
                Answer answer = ask("reread", List.of(Part.page("t0", plan, plan.mapping().fields(), after(cursor),
                        plan.key(), (int) Math.min(rows, size.rows()))), Map.of("t0", reader));
                var result = Pages.judge(plan, answer, reader, size, cursor);
                if (result instanceof Pages.Failed failed) {
                    if (cursors.startsOver(claim, "reread", cursor, failed.failure())) {
                        cursor = Optional.empty();
                        continue;
                    }
                    return failed(setback.of(claim, state, failed.failure(), tally, true));
                }
                cursors.accepted(claim, "reread", cursor);
                if (result instanceof Pages.Page page) {
                    var ended = wrongKey(reader.buffer().contradicted());
                    if (ended.isPresent()) {
                        return ended.get();
                    }
                    rows = page.more() ? rows - reader.buffer().rows() : 0;
                    // from the beginning once the end has been reached
                    cursor = page.more() ? page.cursor() : Optional.empty();
                    WriteCounts written = writer.write(claim, plan.target(), reader.buffer(), PageWriter.Way.MERGE,
                            new PullStates.Reread(claim.entry(), claim.company(), readAt, cursor));
                    progress.made();
                    tally.page(reader.buffer(), written);
                    plans.met(plan, reader.buffer().misfits());
                }
            }
            return new GoOn();
        }

        /** What ends the turn, if one of these keys stands for several rows, or nobody can say. */
        private Optional<Step> wrongKey(Collection<String> keys) throws SQLException {
            var verdict = uniqueness.of(plan, claim.company(), keys, tally::request);
            return verdict instanceof Uniqueness.Unique
                    ? Optional.empty()
                    : Optional.of(failed(setback.of(claim, state, verdict, tally)));
        }

        private List<ObjectNode> after(Optional<String> cursor) {
            return cursor.map(key -> List.of(Filters.after(plan.key(), Filters.parse(key)))).orElse(List.of());
        }

        private Answer ask(String what, List<Part> parts, Map<String, PageReader> pages) {
            Answer answer = nxt.ask(claim.connection(), Document.of(what + "_" + plan.table().name(),
                    plan.table().scope(), claim.company(), true, parts), pages);
            tally.request(answer);
            progress.made();
            if (answer instanceof Answer.Data) {
                access.granted(claim);
            }
            return answer;
        }

        private Ended failed(FailurePolicy.Decision decision) throws SQLException {
            runs.add(List.of(decision.run()));
            return new Ended(new Outcome.Again(decision.retry()));
        }
    }
}
