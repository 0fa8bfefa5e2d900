package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.database.Timestamps;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.state.LoadPage;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.state.RangeChange;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.pull.state.TableScans;
import dev.nxtsync.pull.target.PageBuffer;
import dev.nxtsync.pull.target.PageWriter;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Outcome;

/** One run of a load. */
final class LoadRun {
    /** One that is written, and some that wait and share its commit, beside those that are read. */
    private static final int MOST_PAGES = 4;

    private final Claim claim;
    private final PullPlan plan;
    private final PullState state;
    private final DatabaseClock clock;
    private final PullTurn turn;
    private final PullReport report;
    private final PullSink sink;
    private final PullRuns runs;
    private final TableScans scans;
    private final PullSource source;
    private final WalkMemory memory;
    private final Set<String> knownFaults;
    private final PageReaders readers;

    LoadRun(PullTurn turn, PullSource source, PullSink sink, PullRuns runs, TableScans scans, WalkMemory memory)
            throws SQLException {
        this.turn = turn;
        this.claim = turn.claim();
        this.plan = turn.plan();
        this.state = turn.state();
        this.clock = turn.clock();
        this.report = turn.report();
        this.sink = sink;
        this.runs = runs;
        this.scans = scans;
        this.source = source;
        this.memory = memory;
        this.knownFaults = sink.faults().keys(plan.name(), claim.company());
        this.readers = new PageReaders(() -> new PageReader(plan.mapping(), plan.key(), plan.key(), knownFaults),
                sink.memory(), source.places().most() + MOST_PAGES);
    }

    Outcome from(TableScan begin) throws SQLException {
        WalkEnd end;
        try (readers; var writes = new LoadWrites(turn, sink, readers)) {
            end = new TableWalk(turn, new TableWalk.WalkTools(source, readers, memory),
                    clock.now().plus(PullUnits.LONGEST_RUN), new LoadPages(writes, begin), begin, scans.ranges(begin))
                    .walk();
            writes.finish();
        } catch (TargetFault e) {
            return runs.failed(turn, e);
        }
        if (end instanceof WalkEnd.WalkStopping stopping) {
            runs.history().add(List.of(report.done("goes on")));
            throw stopping.signal();
        }
        if (end instanceof WalkEnd.WalkRefused refused) {
            return runs.failed(turn, refused.failure());
        }
        if (end instanceof WalkEnd.WalkKeyNotUnique wrong) {
            return runs.failed(turn, wrong.verdict());
        }
        return done(end instanceof WalkEnd.Walked);
    }

    /** Takes the first page, which came with those of other tables. */
    Outcome begin(TableScan wanted, Pages.Page page, Instant readAt) throws SQLException {
        boolean ended = !page.more();
        try {
            TableScan scan = after(wanted, page, readAt);
            sink.write(claim, plan, page.reader(), scan.direct() ? PageWriter.Way.DIRECT : PageWriter.Way.MERGE,
                    checkpoint(scan, scan, RangeChange.NONE, readAt, ended, Optional.empty()), report);
            turn.progress().made();
        } catch (TargetFault e) {
            return runs.failed(turn, e);
        }
        return done(ended);
    }

    private Outcome done(boolean ended) throws SQLException {
        runs.failures().succeeded(claim, plan.name());
        runs.history().add(List.of(report.done(ended ? "ok" : "goes on")));
        return new Outcome.Done(
                !ended ? clock.now() : plan.tellsChanges() ? Timestamps.NEVER : plan.cadence().next(clock.now()));
    }

    /**
     * What is asked for where the first pages of several tables are read together.
     *
     * @param tables how many they are, of which each brings its part of a page
     */
    List<DocumentPart> firstPage(String alias, int tables) {
        return Document.firstPage(alias, plan, Math.max(1, memory.size(plan, claim.tenant()).rows() / tables));
    }

    /** How much that adds to the length of a document. */
    int firstPageTokens() {
        return firstPage("t0", 1).stream().mapToInt(DocumentPart::tokens).sum();
    }

    PageReader firstReader(int tables) {
        return new PageReader(plan.mapping(), plan.key(), plan.key(), knownFaults, tables);
    }

    /** Pages of rows like these are to fit from now on. */
    void learn(PageReader reader) {
        reader.teach(memory.size(plan, claim.tenant()));
    }

    /** What is asked with each page, and what becomes of it. */
    private final class LoadPages implements WalkPurpose {
        private final LoadWrites writes;
        /** All rows, as they were counted first. */
        private Optional<Long> counted;

        LoadPages(LoadWrites writes, TableScan begin) {
            this.writes = writes;
            this.counted = begin.expected();
        }

        @Override
        public String name() {
            return "load";
        }

        @Override
        public List<String> fields() {
            return plan.mapping().fields();
        }

        @Override
        public List<DocumentPart> parts(TableScan scan, DocumentPart page, long coming) {
            boolean begins = scan.startedAt().isEmpty();
            if (scan.since().isPresent()) {
                return List.of(begins && plan.table().isCounted() ? page.counting() : page);
            }
            if (!begins && scan.expected().filter(all -> all <= scan.rows() + coming).isEmpty()) {
                return List.of(page);
            }
            // beside the first page, and those that are probably the last
            return Document.withCensus(plan, page);
        }

        @Override
        public Collection<String> suspects(PageBuffer page) {
            return page.contradicted();
        }

        @Override
        public TableScan anew(TableScan scan) {
            return scan.anew();
        }

        @Override
        public TableScan after(TableScan scan, Pages.Page page, Instant readAt) throws SQLException {
            return LoadRun.this.after(scan, page, readAt);
        }

        @Override
        public void take(WalkPurpose.WalkPage page) throws SQLException {
            TableScan scan = page.scan();
            writes.write(page.reader(),
                    checkpoint(scan, page.kept(), page.ranges(), page.readAt(), page.ended(), counted));
            counted = counted.or(scan::expected);
            report.progress(scan.rows(), scan.expected());
            turn.progress().rows(scan.rows(), scan.expected());
        }
    }

    private TableScan after(TableScan scan, Pages.Page page, Instant readAt) throws SQLException {
        boolean begins = scan.startedAt().isEmpty();
        boolean direct = begins
                ? state.loadedAt().isEmpty() && scans.isEmpty(plan.target(), claim.company())
                : scan.direct();
        return new TableScan(scan.pull(), scan.company(), scan.kind(), scan.startedAt().or(() -> Optional.of(readAt)),
                page.cursor().or(scan::cursor), scan.rows() + page.reader().buffer().rows(),
                page.count().or(scan::expected), begins ? page.top() : scan.mark(), scan.since(), direct, false, false);
    }

    /**
     * Whether as many rows have come as the server counts; empty if it does not count, or rows have come or gone since it
     * counted before, which a table without change stamps may do in each load.
     */
    private Optional<Boolean> isWhole(TableScan scan, Optional<Long> before) {
        boolean moved = !plan.tellsChanges() && before.isPresent() && !before.equals(scan.expected());
        return scan.expected().filter(all -> !moved || all == scan.rows()).map(all -> all == scan.rows());
    }

    private LoadPage checkpoint(TableScan scan, TableScan kept, RangeChange ranges, Instant readAt, boolean ended,
            Optional<Long> counted) {
        Instant started = scan.startedAt().orElse(readAt);
        var next = new LoadPage.LoadFollowers(plan.cadence().next(started), started.plus(plan.pull().reconcile()),
                readAt.plus(plan.pull().firstProof()));
        return new LoadPage(claim, kept, ranges, readAt, ended, next, isWhole(scan, counted));
    }
}
