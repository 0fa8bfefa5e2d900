package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.TableMapping;
import dev.nxtsync.pull.state.KeyListing;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.pull.state.TableScans;
import dev.nxtsync.pull.target.PageBuffer;
import dev.nxtsync.pull.target.WriteCounts;
import dev.nxtsync.schedule.Claim;

/** Lists key and change stamp of every row of a table, and counts them. */
final class TableListing {
    private final PullTurn turn;
    private final ReconciliationTools tools;
    private final Claim claim;
    private final PullPlan plan;
    private final DatabaseClock clock;
    private final PullReport report;
    private final PullSink sink;
    private final PullRuns runs;
    private final PullPositions positions;
    private final KeyListing listing;
    private final Instant until;
    private final ScanReader scanReader;
    private final ListingScope scope;
    private final TableMapping keys;
    /** What is lacking, if nothing has come or gone since the table was read before. */
    private Optional<String> lack = Optional.empty();

    /** What a listing came to. */
    sealed interface ListingResult {}

    /** It has come to its end. */
    record Listed(TableScan scan) implements ListingResult {}

    record ListingStopped(ReconciliationStep step) implements ListingResult {}

    /** The API does not take the filter of a part of the table. */
    record PartRefused() implements ListingResult {}

    TableListing(PullTurn whole, ListingScope scope, ReconciliationTools tools, Instant until) {
        this.turn = whole.of(scope.plan());
        this.scope = scope;
        this.tools = tools;
        this.claim = turn.claim();
        this.plan = turn.plan();
        this.clock = turn.clock();
        this.report = turn.report();
        this.sink = tools.sink();
        this.runs = tools.runs();
        this.positions = tools.positions();
        this.listing = tools.listing();
        this.until = until;
        this.scanReader = ScanReader.of(tools.source(), turn);
        this.keys = scope.columns();
    }

    Optional<String> lack() {
        return lack;
    }

    ListingResult list(TableScan begun) throws SQLException {
        WalkEnd end;
        try (var readers = readers(); var writes = new WriteBehind<>(new ListingSink(readers), readers.fault())) {
            end = new TableWalk(turn, new TableWalk.WalkTools(tools.source(), readers, tools.memory().walks()), until,
                    new ListingPages(writes), begun, positions.scans().ranges(begun)).walk();
            writes.finish();
        }
        if (end instanceof WalkEnd.WalkStopping stopping) {
            throw stopping.signal();
        }
        if (end instanceof WalkEnd.WalkRefused refused) {
            if (refused.failure() instanceof Failure.InvalidRequest && !scope.isWhole()) {
                return new PartRefused();
            }
            return new ListingStopped(tools.failed(turn, refused.failure()));
        }
        if (end instanceof WalkEnd.WalkKeyNotUnique wrong) {
            return new ListingStopped(tools.failed(turn, wrong.verdict()));
        }
        if (!(end instanceof WalkEnd.Walked walked)) {
            return new ListingStopped(tools.goesOn(turn));
        }
        // what is lacking of a group shows in its totals
        var stopped = scope.isWhole() ? count(walked.scan()) : Optional.<ReconciliationStep>empty();
        return stopped.isPresent() ? new ListingStopped(stopped.get()) : new Listed(walked.scan());
    }

    private PageReaders readers() {
        return new PageReaders(() -> new PageReader(keys, plan.key(), plan.key(), Set.of()), sink.memory(),
                tools.source().places().most() + 1);
    }

    /** @param anew whether what was listed before is forgotten */
    private record ListedPage(WalkPurpose.WalkPage page, boolean anew) {}

    /** Adds pages to the listing. */
    private final class ListingSink implements WriteBehind.PageSink<ListedPage> {
        private final PageReaders readers;

        ListingSink(PageReaders readers) {
            this.readers = readers;
        }

        @Override
        public void write(List<ListedPage> pages) throws SQLException {
            var page = pages.get(0).page();
            if (pages.get(0).anew()) {
                listing.begin(claim);
            }
            PageBuffer rows = page.reader().buffer();
            listing.add(claim, keys.target(), rows,
                    new TableScans.ListingPage(page.kept(), page.ranges(), page.readAt()));
            turn.progress().made();
            report.page(rows, WriteCounts.NOTHING);
            sink.plans().met(plan, rows.misfits());
        }

        @Override
        public void ended(ListedPage page) {
            readers.giveBack(page.page().reader());
        }
    }

    /** What is asked with each page, and what becomes of it. */
    private final class ListingPages implements WalkPurpose {
        private final WriteBehind<ListedPage> writes;
        private boolean anew;

        ListingPages(WriteBehind<ListedPage> writes) {
            this.writes = writes;
        }

        @Override
        public String name() {
            return "list";
        }

        @Override
        public List<String> fields() {
            return keys.fields();
        }

        @Override
        public List<DocumentPart> parts(TableScan scan, DocumentPart page, long coming) {
            return scan.rows() == 0 ? Document.withCensus(plan, page) : List.of(page);
        }

        @Override
        public Collection<String> suspects(PageBuffer page) {
            // that keys and stamps are equal does not say that rows are
            return page.repeated();
        }

        @Override
        public TableScan anew(TableScan scan) {
            anew = true;
            return scan.begun(clock.now());
        }

        @Override
        public TableScan after(TableScan scan, Pages.Page page, Instant readAt) {
            boolean begins = scan.rows() == 0;
            return new TableScan(scan.pull(), scan.company(), scan.kind(), scan.startedAt(), scan.cursor(), scan.rows(),
                    begins ? page.count() : scan.expected(), begins ? page.top() : scan.mark(), Optional.empty(), false,
                    false, scan.confirmed());
        }

        @Override
        public void take(WalkPurpose.WalkPage page) throws SQLException {
            writes.write(new ListedPage(page, anew));
            anew = false;
            report.progress(page.scan().rows(), page.scan().expected());
            turn.progress().rows(page.scan().rows(), page.scan().expected());
        }
    }

    /**
     * Counts what was listed. What changed meanwhile may explain a difference; what remains while nothing has changed does
     * not go away by itself. Without change stamps as many rows may have come as have gone: then only a listing that is the
     * same as what is stored shows that none has.
     */
    private Optional<ReconciliationStep> count(TableScan scan) throws SQLException {
        var before = new Pages.Census(scan.expected(), scan.mark());
        if (before.count().isEmpty()) {
            return Optional.empty();
        }
        long counted = before.count().get();
        if (counted == scan.rows()) {
            positions.states().missing(claim, Optional.empty());
            runs.failures().lacksNothing(claim);
            return Optional.empty();
        }
        Answer answer = scanReader.census("count");
        if (answer instanceof Failure failure) {
            return Optional.of(tools.failed(turn, failure));
        }
        if (Pages.census(plan, (Answer.Data) answer).equals(before)) {
            String told = String.format(Locale.ROOT,
                    "Business NXT counts %s of table %s, but lists %d by the key %s, although nothing changed meanwhile. "
                            + "Check that %s has all columns of the table's primary key. If it does, "
                            + "tell Visma's support. The rows are counted again with each reconciliation.",
                    Words.count(counted, "row"), plan.table().name(), scan.rows(), String.join(",", plan.key()),
                    Settings.Pull.variable(plan.name(), "KEY"));
            if (plan.tellsChanges()) {
                lacks(told);
            } else {
                lack = Optional.of(told);
            }
        }
        return Optional.empty();
    }

    void lacks(String told) throws SQLException {
        positions.states().missing(claim, Optional.of(told));
        runs.failures().lacks(claim, told);
    }
}
