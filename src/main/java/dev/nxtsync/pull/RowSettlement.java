package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.state.KeyListing;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.pull.target.PageBuffer;
import dev.nxtsync.pull.target.PageWriter;
import dev.nxtsync.schedule.Claim;

/** Reads rows again: those in which what is listed and what is stored differ, and a small part of the others. */
final class RowSettlement {
    /** Of the rows, how many are read again in a day. */
    private static final double REREAD_A_DAY = 0.03;

    private final PullTurn turn;
    private final ReconciliationTools tools;
    private final Claim claim;
    private final PullPlan plan;
    private final DatabaseClock clock;
    private final PullReport report;
    private final PullSink sink;
    private final PullPositions positions;
    private final KeyListing listing;
    private final Instant until;
    private final ScanReader scanReader;
    private final RefusedCursors cursors;
    private final PageReader reader;

    RowSettlement(PullTurn turn, ReconciliationTools tools, Instant until) throws SQLException {
        this.turn = turn;
        this.tools = tools;
        this.claim = turn.claim();
        this.plan = turn.plan();
        this.clock = turn.clock();
        this.report = turn.report();
        this.sink = tools.sink();
        this.positions = tools.positions();
        this.listing = tools.listing();
        this.until = until;
        this.scanReader = ScanReader.of(tools.source(), turn);
        this.cursors = tools.memory().walks().cursors();
        this.reader = new PageReader(plan.mapping(), plan.key(), plan.key(),
                sink.faults().keys(plan.name(), claim.company()));
    }

    ReconciliationStep settle() throws SQLException {
        var count = tools.memory().keys(plan);
        while (true) {
            List<KeyListing.Difference> some = listing.next(claim, plan.target(), count.rows());
            if (some.isEmpty()) {
                return new ReconciliationStep.GoOn();
            }
            if (!clock.now().isBefore(until)) {
                return tools.goesOn(turn);
            }
            Instant readAt = clock.now();
            var wanted = some.stream().map(each -> RowKeys.of(plan.key(), plan.target().keyColumns(), each.key()))
                    .toList();
            // more rows than keys would mean that the key is not unique
            var parts = List.of(DocumentPart.page("t0", plan, plan.mapping().fields(),
                    List.of(Filters.anyOf(plan.key(), wanted)), plan.key(), some.size() + 1));
            var reading = scanReader.page(
                    new ScanReader.Wish("settle", parts, reader, count, Optional.empty(), PageBuffer::contradicted));
            if (reading instanceof ScanReader.PageRefused refused) {
                if (refused.failure() instanceof Failure.InvalidRequest && count.tooLarge()) {
                    // perhaps a filter of so many keys; if not, one key shows it
                    continue;
                }
                return tools.failed(turn, refused.failure());
            }
            if (reading instanceof ScanReader.KeyNotUnique wrong) {
                return tools.failed(turn, wrong.verdict());
            }
            if (reading instanceof ScanReader.PageRead read) {
                if (read.page().more()) {
                    return tools.failed(turn, Pages.senseless(plan, read.answer()));
                }
                settle(some, read.reader(), readAt);
            }
        }
    }

    private void settle(List<KeyListing.Difference> some, PageReader reader, Instant readAt) throws SQLException {
        var gone = some.stream().filter(each -> each.stored() && !reader.buffer().has(each.key()))
                .map(KeyListing.Difference::key).toList();
        sink.write(claim, plan, reader, PageWriter.Way.MERGE,
                new KeyListing.Settlement(claim, readAt, some.stream().map(KeyListing.Difference::id).toList(), gone),
                report);
        turn.progress().made();
    }

    ReconciliationStep reread() throws SQLException {
        double share = REREAD_A_DAY * plan.pull().reconcile().toMillis() / Duration.ofDays(1).toMillis();
        long rows = Math.max(1, Math.min(Integer.MAX_VALUE,
                (long) Math.ceil(positions.states().rows(claim.entry(), claim.company()) * share)));
        var size = tools.memory().walks().size(plan, claim.tenant());
        Optional<String> cursor = turn.state().reread();
        while (rows > 0) {
            Instant readAt = clock.now();
            var parts = List.of(DocumentPart.page("t0", plan, plan.mapping().fields(),
                    Filters.after(plan.key(), cursor), plan.key(), (int) Math.min(rows, size.rows())));
            var reading = scanReader
                    .page(new ScanReader.Wish("reread", parts, reader, size, cursor, PageBuffer::contradicted));
            if (reading instanceof ScanReader.PageRefused refused) {
                if (cursors.startsOver(claim, "reread", cursor, refused.failure())) {
                    cursor = Optional.empty();
                    continue;
                }
                return tools.failed(turn, refused.failure());
            }
            cursors.accepted(claim, "reread", cursor);
            if (reading instanceof ScanReader.KeyNotUnique wrong) {
                return tools.failed(turn, wrong.verdict());
            }
            if (reading instanceof ScanReader.PageRead read) {
                boolean more = read.page().more();
                rows = more ? rows - read.reader().buffer().rows() : 0;
                // from the beginning once the end has been reached
                cursor = more ? read.page().cursor() : Optional.empty();
                sink.write(claim, plan, read.reader(), PageWriter.Way.MERGE,
                        new PullStates.Reread(claim.entry(), claim.company(), readAt, cursor), report);
                turn.progress().made();
            }
        }
        return new ReconciliationStep.GoOn();
    }
}
