package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.TableMapping;
import dev.nxtsync.pull.state.KeyListing;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.pull.state.TableScans;
import dev.nxtsync.pull.target.PageBuffer;
import dev.nxtsync.pull.target.TargetColumn;
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
    private final RefusedCursors cursors;
    private final TableMapping keys;
    /** What is lacking, if nothing has come or gone since the table was read before. */
    private Optional<String> lack = Optional.empty();

    /** What a listing came to. */
    sealed interface ListingResult {}

    /** It has come to its end. */
    record Listed(TableScan scan) implements ListingResult {}

    record ListingStopped(ReconciliationStep step) implements ListingResult {}

    TableListing(PullTurn turn, ReconciliationTools tools, Instant until) {
        this.turn = turn;
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
        this.cursors = tools.memory().walks().cursors();
        Predicate<TargetColumn> keyOrStamp = column -> plan.target().key().contains(column.name())
                || plan.target().changeStamp().filter(column.name()::equals).isPresent();
        this.keys = plan.mapping().only(keyOrStamp);
    }

    /** The columns that are listed. */
    TableMapping keys() {
        return keys;
    }

    Optional<String> lack() {
        return lack;
    }

    ListingResult list(TableScan begun) throws SQLException {
        TableScan scan = begun;
        var size = tools.memory().walks().size(plan, claim.tenant());
        boolean more = true;
        boolean anew = false;
        var reader = new PageReader(keys, plan.key(), plan.key(), Set.of());
        while (more) {
            if (!clock.now().isBefore(until)) {
                return new ListingStopped(tools.goesOn(turn));
            }
            Instant readAt = clock.now();
            DocumentPart part = DocumentPart.page("t0", plan, keys.fields(), TableListing.after(plan, scan.cursor()),
                    plan.key(), size.rows());
            var parts = new ArrayList<DocumentPart>(scan.cursor().isEmpty() ? Document.census(plan) : List.of());
            parts.add(part);
            var reading = scanReader.page(new ScanReader.Wish("list", parts, reader, size, scan.cursor(),
                    // that keys and stamps are equal does not say that rows are
                    PageBuffer::repeated));
            if (reading instanceof ScanReader.PageRefused refused) {
                if (cursors.startsOver(claim, "list", scan.cursor(), refused.failure())) {
                    scan = scan.begun(clock.now());
                    anew = true;
                    continue;
                }
                return new ListingStopped(tools.failed(turn, refused.failure()));
            }
            cursors.accepted(claim, "list", scan.cursor());
            if (reading instanceof ScanReader.KeyNotUnique wrong) {
                return new ListingStopped(tools.failed(turn, wrong.verdict()));
            }
            if (reading instanceof ScanReader.PageRead read) {
                var page = read.page();
                boolean begins = scan.cursor().isEmpty();
                scan = new TableScan(scan.pull(), scan.company(), scan.kind(), scan.startedAt(),
                        page.cursor().or(scan::cursor), scan.rows() + reader.buffer().rows(),
                        begins ? page.count() : scan.expected(), begins ? page.top() : scan.mark(), Optional.empty(),
                        false, false, scan.confirmed());
                if (anew) {
                    listing.begin(claim);
                    anew = false;
                }
                listing.add(claim, keys.target(), reader.buffer(), new TableScans.ListingPage(scan, readAt));
                turn.progress().made();
                report.page(reader.buffer(), WriteCounts.NOTHING);
                sink.plans().met(plan, reader.buffer().misfits());
                report.progress(scan.rows(), scan.expected());
                turn.progress().rows(scan.rows(), scan.expected());
                more = page.more();
            }
        }
        var stopped = count(scan);
        return stopped.isPresent() ? new ListingStopped(stopped.get()) : new Listed(scan);
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
                    "Business NXT counts %d rows of table %s, and %d came by the key %s, though nothing changed meanwhile. "
                            + "See whether %s has all columns of the table's primary key; if it does, "
                            + "tell Visma's support. It is counted again with each reconciliation.",
                    counted, plan.table().name(), scan.rows(), String.join(",", plan.key()),
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

    /** What comes after a row in the order of the key. */
    static List<ObjectNode> after(PullPlan plan, Optional<String> cursor) {
        return cursor.map(key -> List.of(Filters.after(plan.key(), Filters.parse(key)))).orElse(List.of());
    }
}
