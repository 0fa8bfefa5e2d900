package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.inject.Singleton;

import io.micrometer.core.instrument.MeterRegistry;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.database.Rows;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.jobs.CompanyAccess;
import dev.nxtsync.pull.Document.Part;
import dev.nxtsync.pull.plan.PageSize;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.PullPlans;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.pull.state.TableScans;
import dev.nxtsync.pull.state.UnitKind;
import dev.nxtsync.pull.target.PageWriter;
import dev.nxtsync.pull.target.RowFaults;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Job;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.RunHistory;

/**
 * Reads a whole table of one company in the order of its key: at first, when somebody asks for it, after a column was added,
 * and each time for a table that does not tell its changes. The highest change stamp is asked for beside the first page, so
 * that the increments that follow cover what changes meanwhile. Each page is written while the next is read.
 */
@Singleton
public class Load implements Job {
    /** After so long others have a turn. */
    private static final Duration TURN = Duration.ofSeconds(10);

    private final PullPlans plans;
    private final PullUnits units;
    private final NxtClient nxt;
    private final PageWriter writer;
    private final TableScans passes;
    private final RowFaults faults;
    private final RunHistory runs;
    private final FailurePolicy setback;
    private final Uniqueness uniqueness;
    private final RowCounting counting;
    private final CompanyAccess access;
    private final MeterRegistry metrics;
    private final Map<String, PageSize> sizes = new ConcurrentHashMap<>();
    private final RefusedCursors cursors = new RefusedCursors();

    Load(PullPlans plans, PullUnits units, NxtClient nxt, PageWriter writer, TableScans passes, RowFaults faults,
            RunHistory runs,
            FailurePolicy setback, Uniqueness uniqueness, RowCounting counting, CompanyAccess access,
            MeterRegistry metrics) {
        this.plans = plans;
        this.units = units;
        this.nxt = nxt;
        this.writer = writer;
        this.passes = passes;
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
        return UnitKind.LOAD.text();
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
        PullPlan plan = open.plan();
        PullState state = open.state();
        DatabaseClock clock = open.clock();
        Optional<TableScan> pass = passes.of(claim.entry(), claim.company(), TableScan.Kind.LOAD)
                .or(() -> isWanted(plan, state, clock.now())
                        ? Optional.of(TableScan.wanted(claim.entry(), claim.company(), TableScan.Kind.LOAD))
                        : Optional.empty());
        if (pass.isEmpty()) {
            return new Outcome.Done(plan.tellsChanges() ? Rows.NEVER : state.dueAt());
        }
        return new Walk(claim, plan, state, clock, progress).from(pass.get());
    }

    private static boolean isWanted(PullPlan plan, PullState state, Instant now) {
        return state.loadedAt().isEmpty() || (!plan.tellsChanges() && !state.dueAt().isAfter(now));
    }

    /** One turn. */
    private final class Walk {
        private final Claim claim;
        private final PullPlan plan;
        private final PullState state;
        private final DatabaseClock clock;
        private final Progress progress;
        private final PullReport tally;
        private final PageSize size;
        private final Set<String> knownFaults;

        Walk(Claim claim, PullPlan plan, PullState state, DatabaseClock clock, Progress progress) throws SQLException {
            this.claim = claim;
            this.plan = plan;
            this.state = state;
            this.clock = clock;
            this.progress = progress;
            this.tally = new PullReport(plan.name(), claim, clock.now(), metrics);
            this.size = sizes.computeIfAbsent(plan.name() + " " + claim.company(), each -> plan.pageSize());
            this.knownFaults = faults.keys(plan.name(), claim.company());
        }

        Outcome from(TableScan begin) throws SQLException {
            TableScan pass = begin;
            boolean ended = false;
            Instant until = clock.now().plus(TURN);
            try (var writes = new WriteBehind()) {
                while (!ended && clock.now().isBefore(until)) {
                    Instant readAt = clock.now();
                    var asked = counting.page(plan, claim.tenant(), parts(pass),
                            () -> new PageReader(plan.mapping(), plan.key(), plan.key(), knownFaults), this::ask);
                    var reader = asked.reader();
                    var result = Pages.judge(plan, asked.answer(), reader, size, pass.cursor());
                    if (result instanceof Pages.Failed failed) {
                        writes.finish();
                        if (cursors.startsOver(claim, UnitKind.LOAD.text(), pass.cursor(), failed.failure())) {
                            pass = pass.anew();
                            continue;
                        }
                        return failed(setback.of(claim, state, failed.failure(), tally, true));
                    }
                    access.granted(claim);
                    cursors.accepted(claim, UnitKind.LOAD.text(), pass.cursor());
                    if (!(result instanceof Pages.Page page)) {
                        continue;
                    }
                    var verdict = uniqueness.of(plan, claim.company(), reader.buffer().contradicted(), tally::request);
                    if (!(verdict instanceof Uniqueness.Unique)) {
                        writes.finish();
                        return failed(setback.of(claim, state, verdict, tally));
                    }
                    var before = pass.expected();
                    pass = after(pass, page, readAt);
                    ended = !page.more();
                    write(writes, reader, pass, readAt, ended, isWhole(pass, before));
                    tally.progress(pass.rows(), pass.expected());
                    progress.rows(pass.rows(), pass.expected());
                }
                writes.finish();
            } catch (TargetFault e) {
                return failed(setback.of(claim, state, e, tally));
            } catch (ShuttingDown e) {
                runs.add(List.of(tally.done("goes on")));
                throw e;
            }
            setback.gotOn(claim, plan.name());
            runs.add(List.of(tally.done(ended ? "ok" : "goes on")));
            return new Outcome.Done(
                    !ended ? clock.now() : plan.tellsChanges() ? Rows.NEVER : plan.cadence().next(clock.now()));
        }

        private Answer ask(List<Part> parts, Map<String, PageReader> pages) {
            Answer answer = nxt.ask(claim.connection(), Document.of("load_" + plan.table().name(),
                    plan.table().scope(), claim.company(), true, parts), pages);
            tally.request(answer);
            progress.made();
            return answer;
        }

        private List<Part> parts(TableScan pass) {
            var filters = new ArrayList<ObjectNode>();
            pass.since().ifPresent(since -> filters.add(Filters.compare(Table.CHANGED, "_gte", since)));
            pass.cursor().ifPresent(cursor -> filters.add(Filters.after(plan.key(), Filters.parse(cursor))));
            Part page = Part.page("t0", plan, plan.mapping().fields(), filters, plan.key(), size.rows());
            boolean begins = pass.startedAt().isEmpty();
            if (pass.since().isPresent()) {
                return List.of(begins && plan.table().isCounted() ? page.counting() : page);
            }
            if (!begins && pass.expected().filter(all -> all <= pass.rows() + size.rows()).isEmpty()) {
                return List.of(page);
            }
            // beside the first page, and the one that is probably the last
            var parts = new ArrayList<Part>(Document.census(plan));
            parts.add(page);
            return parts;
        }

        private TableScan after(TableScan pass, Pages.Page page, Instant readAt) throws SQLException {
            boolean begins = pass.startedAt().isEmpty();
            boolean direct = begins
                    ? state.loadedAt().isEmpty() && passes.isEmpty(plan.target(), claim.company())
                    : pass.direct();
            return new TableScan(pass.pull(), pass.company(), pass.kind(),
                    pass.startedAt().or(() -> Optional.of(readAt)),
                    page.cursor().or(pass::cursor), pass.rows() + page.reader().buffer().rows(),
                    page.count().or(pass::expected), begins ? page.top() : pass.mark(), pass.since(), direct, false,
                    false);
        }

        /**
         * Whether as many rows have come as the server counts; empty if it does not count, or rows have come or gone since it
         * counted before, which a table without change stamps may do in each load.
         */
        private Optional<Boolean> isWhole(TableScan pass, Optional<Long> before) {
            boolean moved = !plan.tellsChanges() && before.isPresent() && !before.equals(pass.expected());
            return pass.expected().filter(all -> !moved || all == pass.rows()).map(all -> all == pass.rows());
        }

        private void write(WriteBehind writes, PageReader page, TableScan pass, Instant readAt, boolean ended,
                Optional<Boolean> whole) throws SQLException {
            Instant started = pass.startedAt().orElse(readAt);
            var checkpoint = new TableScans.LoadPage(claim, pass, readAt, ended, plan.cadence().next(started),
                    started.plus(plan.pull().reconcile()), whole);
            writes.write(() -> {
                var written = writer.write(claim, plan.target(), page.buffer(),
                        pass.direct() ? PageWriter.Way.DIRECT : PageWriter.Way.MERGE, checkpoint);
                tally.page(page.buffer(), written);
                plans.met(plan, page.buffer().misfits());
                progress.made();
                return written;
            });
        }

        private Outcome failed(FailurePolicy.Decision decision) throws SQLException {
            runs.add(List.of(decision.run()));
            return new Outcome.Again(decision.retry());
        }
    }
}
