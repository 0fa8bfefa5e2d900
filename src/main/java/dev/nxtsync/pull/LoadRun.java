package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.database.Timestamps;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.plan.PageSize;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.state.LoadPage;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.state.TableScan;
import dev.nxtsync.pull.state.TableScans;
import dev.nxtsync.pull.target.PageBuffer;
import dev.nxtsync.pull.target.PageWriter;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Outcome;

/** One turn of a load. */
final class LoadRun {
    /** After so long others have a turn. */
    private static final Duration TURN = Duration.ofSeconds(10);

    private final Claim claim;
    private final PullPlan plan;
    private final PullState state;
    private final DatabaseClock clock;
    private final PullTurn turn;
    private final PullReport tally;
    private final PullSink sink;
    private final PullRuns runs;
    private final TableScans passes;
    private final RefusedCursors cursors;
    private final ScanReader scan;
    private final PageSize size;
    private final Set<String> knownFaults;

    LoadRun(PullTurn turn, PullSource source, PullSink sink, PullRuns runs, TableScans passes, WalkMemory memory)
            throws SQLException {
        this.turn = turn;
        this.claim = turn.claim();
        this.plan = turn.plan();
        this.state = turn.state();
        this.clock = turn.clock();
        this.tally = turn.report();
        this.sink = sink;
        this.runs = runs;
        this.passes = passes;
        this.cursors = memory.cursors();
        this.scan = ScanReader.of(source, turn);
        this.size = memory.size(plan, claim.tenant());
        this.knownFaults = sink.faults().keys(plan.name(), claim.company());
    }

    Outcome from(TableScan begin) throws SQLException {
        TableScan pass = begin;
        boolean ended = false;
        Instant until = clock.now().plus(TURN);
        try (var writes = new WriteBehind()) {
            while (!ended && clock.now().isBefore(until)) {
                Instant readAt = clock.now();
                var reading = scan.page(new ScanReader.Wish("load", parts(pass),
                        () -> new PageReader(plan.mapping(), plan.key(), plan.key(), knownFaults), size, pass.cursor(),
                        PageBuffer::contradicted));
                if (reading instanceof ScanReader.PageRefused refused) {
                    writes.finish();
                    if (cursors.startsOver(claim, "load", pass.cursor(), refused.failure())) {
                        pass = pass.anew();
                        continue;
                    }
                    return runs.failed(turn, refused.failure());
                }
                cursors.accepted(claim, "load", pass.cursor());
                if (reading instanceof ScanReader.KeyNotUnique wrong) {
                    writes.finish();
                    return runs.failed(turn, wrong.verdict());
                }
                if (!(reading instanceof ScanReader.PageRead read)) {
                    continue;
                }
                Pages.Page page = read.page();
                var before = pass.expected();
                pass = after(pass, page, readAt);
                ended = !page.more();
                write(writes, read.reader(), pass, readAt, ended, isWhole(pass, before));
                tally.progress(pass.rows(), pass.expected());
                turn.progress().rows(pass.rows(), pass.expected());
            }
            writes.finish();
        } catch (TargetFault e) {
            return runs.failed(turn, e);
        } catch (ShuttingDown e) {
            runs.history().add(List.of(tally.done("goes on")));
            throw e;
        }
        runs.failures().succeeded(claim, plan.name());
        runs.history().add(List.of(tally.done(ended ? "ok" : "goes on")));
        return new Outcome.Done(
                !ended ? clock.now() : plan.tellsChanges() ? Timestamps.NEVER : plan.cadence().next(clock.now()));
    }

    private List<DocumentPart> parts(TableScan pass) {
        var filters = new ArrayList<ObjectNode>();
        pass.since().ifPresent(since -> filters.add(Filters.compare(Table.CHANGED, "_gte", since)));
        pass.cursor().ifPresent(cursor -> filters.add(Filters.after(plan.key(), Filters.parse(cursor))));
        DocumentPart page = DocumentPart.page("t0", plan, plan.mapping().fields(), filters, plan.key(), size.rows());
        boolean begins = pass.startedAt().isEmpty();
        if (pass.since().isPresent()) {
            return List.of(begins && plan.table().isCounted() ? page.counting() : page);
        }
        if (!begins && pass.expected().filter(all -> all <= pass.rows() + size.rows()).isEmpty()) {
            return List.of(page);
        }
        // beside the first page, and the one that is probably the last
        var parts = new ArrayList<DocumentPart>(Document.census(plan));
        parts.add(page);
        return parts;
    }

    private TableScan after(TableScan pass, Pages.Page page, Instant readAt) throws SQLException {
        boolean begins = pass.startedAt().isEmpty();
        boolean direct = begins
                ? state.loadedAt().isEmpty() && passes.isEmpty(plan.target(), claim.company())
                : pass.direct();
        return new TableScan(pass.pull(), pass.company(), pass.kind(), pass.startedAt().or(() -> Optional.of(readAt)),
                page.cursor().or(pass::cursor), pass.rows() + page.reader().buffer().rows(),
                page.count().or(pass::expected), begins ? page.top() : pass.mark(), pass.since(), direct, false, false);
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
        var checkpoint = new LoadPage(claim, pass, readAt, ended, plan.cadence().next(started),
                started.plus(plan.pull().reconcile()), whole);
        writes.write(() -> {
            var written = sink.write(claim, plan, page, pass.direct() ? PageWriter.Way.DIRECT : PageWriter.Way.MERGE,
                    checkpoint, tally);
            turn.progress().made();
            return written;
        });
    }
}
