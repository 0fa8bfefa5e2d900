package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.plan.PageSize;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Outcome;

/** One run of a poll. */
final class PollRun implements AutoCloseable {

    private final Claim claim;
    private final DatabaseClock clock;
    private final PullSource source;
    private final PullSink sink;
    private final WalkMemory memory;
    private final PollWrites writes;
    private final Instant until;
    private final PolledTables tables;
    /** Those whose first page is too large beside others. */
    private final Set<ChangeWindow> alone = new HashSet<>();
    private Map<String, Set<String>> knownFaults = Map.of();

    PollRun(CompanyTurn turn, PullSource source, PullSink sink, PullRuns runs, PullStates states, WalkMemory memory) {
        this.claim = turn.claim();
        this.clock = turn.clock();
        this.source = source;
        this.sink = sink;
        this.memory = memory;
        this.writes = new PollWrites(sink.writer(), claim, turn.progress());
        this.tables = new PolledTables(turn, source, runs, states, writes);
        this.until = clock.now().plus(PullUnits.LONGEST_RUN);
    }

    /**
     * Reads the changes of some pulls. Answers what is in the way of all of them; if nothing is, {@link #quiet} is left.
     *
     * @param faults keys of rows that are set aside, by pull
     */
    Optional<Outcome> all(List<ChangeWindow> increments, Map<String, Set<String>> faults) throws SQLException {
        knownFaults = faults;
        // who waits for a lock on a target, or for a user's trigger, must not keep the others waiting again and again
        Predicate<ChangeWindow> troubled = each -> each.state().reason().errorCode() == ErrorCode.TARGET_UNUSABLE;
        some(increments.stream().filter(troubled.negate()).toList());
        some(increments.stream().filter(troubled).toList());
        if (tables.inTheWay().isPresent()) {
            tables.keepQuiet();
        }
        return tables.inTheWay();
    }

    /** What brought nothing new, and is not yet kept. */
    List<PullStates.IncrementPage> quiet() {
        return tables.quiet();
    }

    private void some(List<ChangeWindow> increments) throws SQLException {
        var together = new ArrayList<ChangeWindow>();
        if (!increments.isEmpty()) {
            tables.keepQuiet();
        }
        for (ChangeWindow each : increments) {
            tables.begin(each);
            if (!each.isReadable()) {
                tables.fail(each,
                        new Failure.InvalidRequest("The change stamp \"" + each.state().mark().orElseThrow().stamp()
                                + "\" is not a date and time as documented, so changes cannot be asked for. Report it.",
                                "", Set.of(), true));
            } else if (each.isFirst()) {
                together.add(each);
            }
        }
        begin(together);
        writes.finish();
        for (ChangeWindow each : increments) {
            if ((!each.isFirst() || alone.contains(each)) && !each.hasEnded() && !tables.hasFailed(each)
                    && tables.inTheWay().isEmpty()) {
                tables.keepQuiet();
                rest(each);
            }
        }
        writes.finish();
        for (ChangeWindow each : increments) {
            tables.end(each);
        }
    }

    private boolean isOver() { return !clock.now().isBefore(until); }

    /**
     * The first pages of all, in one document if that holds them. If not, only those are read in which something may be new, as
     * another document says before.
     */
    private void begin(List<ChangeWindow> increments) throws SQLException {
        var documents = whole(increments);
        if (documents.size() > 1) {
            new StampCheck(tables, clock, source.length())
                    .of(increments.stream().filter(ChangeWindow::mayBeQuiet).toList());
            documents = whole(increments.stream().filter(each -> each.isFirst() && !tables.hasFailed(each)).toList());
        }
        for (var document : documents) {
            firstPages(document, document.size());
        }
    }

    private List<List<ChangeWindow>> whole(List<ChangeWindow> increments) {
        return source.length().divide(increments, each -> each.page("t0", 1).tokens());
    }

    /**
     * One document for all. If it fails for some, it is sent again without them; if it is too large, in halves.
     *
     * @param together how many were to share the document: each brings that part of a page of its own, so that no document
     *        is larger than one page, and a small page of one table makes no more documents
     */
    private void firstPages(List<ChangeWindow> increments, int together) throws SQLException {
        if (increments.isEmpty() || tables.inTheWay().isPresent()) {
            return;
        }
        var byAlias = PolledTables.byAlias(increments);
        var parts = new ArrayList<DocumentPart>();
        var readers = new HashMap<String, PageReader>();
        byAlias.forEach((alias, each) -> {
            parts.add(each.page(alias, Math.max(1, size(each).rows() / together)));
            readers.put(alias, reader(each));
        });
        Instant readAt = clock.now();
        Answer answer = tables.ask(increments, parts, readers);
        if (answer instanceof Failure failure) {
            firstPagesFailed(byAlias, failure, together);
            return;
        }
        for (var entry : byAlias.entrySet()) {
            var window = entry.getValue();
            var reader = Objects.requireNonNull(readers.get(entry.getKey()));
            if (reader.buffer().overflowed() && size(window).rows() > 1) {
                // by itself, with smaller pages
                size(window).tooLarge();
                reader.teach(size(window));
                alone.add(window);
                continue;
            }
            var checkpoint = take(window, reader, readAt,
                    Pages.connection(window.plan(), (Answer.Data) answer, entry.getKey()), Optional.empty(),
                    (Answer.Data) answer);
            if (checkpoint.isPresent()) {
                keep(window, reader, checkpoint.get(), page -> {
                });
            }
        }
    }

    private void firstPagesFailed(Map<String, ChangeWindow> byAlias, Failure failure, int together)
            throws SQLException {
        if (byAlias.size() == 1 && failure.mayBeTooLarge()) {
            size(byAlias.values().iterator().next()).tooLarge();
        }
        var next = FailedDocument.of(byAlias, failure);
        if (next.isOfAll()) {
            tables.failAll(next.failed(), failure);
        } else {
            for (ChangeWindow each : next.failed()) {
                tables.fail(each, failure);
            }
        }
        for (var document : next.documents()) {
            firstPages(document, together);
        }
    }

    /** The rest of one table, page by page: each is written while the next is read, if there is memory for both. */
    private void rest(ChangeWindow window) throws SQLException {
        try (var readers = new PageReaders(() -> reader(window), sink.memory(), 2)) {
            boolean well = true;
            while (well && !window.hasEnded() && tables.inTheWay().isEmpty() && !tables.hasFailed(window)
                    && !(window.isKept() && isOver())) {
                well = next(window, readers);
            }
            // the next table has a page without asking too
            writes.finish();
        }
    }

    /** One page of the rest. Says whether all is well. */
    private boolean next(ChangeWindow window, PageReaders readers) throws SQLException {
        var reader = readers.take();
        boolean handedOn = false;
        try {
            if (window.isStale(clock.now())) {
                window.begin();
            }
            var page = window.page("t0", size(window).rows());
            Instant readAt = clock.now();
            var parts = window.asksTop() ? List.of(page, Document.top(window.plan())) : List.of(page);
            Answer answer = tables.ask(List.of(window), parts, Map.of("t0", reader));
            if (answer instanceof Failure failure) {
                return startsOver(window, failure);
            }
            memory.cursors().accepted(claim, window.plan().name(), window.cursor());
            var data = (Answer.Data) answer;
            if (reader.buffer().overflowed() && size(window).tooLarge()) {
                reader.teach(size(window));
                return true;
            }
            var checkpoint = take(window, reader, readAt, Pages.connection(window.plan(), data, "t0"),
                    Pages.topStamp(window.plan(), data), data);
            if (checkpoint.isPresent()) {
                size(window).good();
                reader.teach(size(window));
                handedOn = keep(window, reader, checkpoint.get(), readers::giveBack);
            }
            return checkpoint.isPresent();
        } finally {
            if (!handedOn) {
                readers.giveBack(reader);
            }
        }
    }

    private boolean startsOver(ChangeWindow window, Failure failure) throws SQLException {
        if (failure.mayBeTooLarge()) {
            size(window).tooLarge();
        }
        if (memory.cursors().startsOver(claim, window.plan().name(), window.cursor(), failure)) {
            window.begin();
            return true;
        }
        tables.fail(window, failure);
        return false;
    }

    /** How far the walk has come with a page; empty if something is wrong with it, which is told. */
    private Optional<PullStates.IncrementPage> take(ChangeWindow window, PageReader reader, Instant readAt,
            JsonNode connection, Optional<String> top, Answer.Data answer) throws SQLException {
        if (!reader.buffer().overflowed() && !isUnique(window, reader)) {
            return Optional.empty();
        }
        Optional<Boolean> more = Pages.more(connection);
        if (more.isEmpty() || reader.buffer().overflowed() || !window.take(reader, readAt, more.get(), top)) {
            tables.fail(window, Pages.senseless(window.plan(), answer));
            return Optional.empty();
        }
        return Optional.of(window.checkpoint(reader, readAt));
    }

    /** Has a page written with its checkpoint, if there is anything new. Says whether it is handed on. */
    private boolean keep(ChangeWindow window, PageReader reader, PullStates.IncrementPage checkpoint,
            Consumer<PageReader> back) throws SQLException {
        sink.plans().met(window.plan(), reader.buffer().misfits());
        if (window.isKnown(reader)) {
            tables.quiet(window, reader, checkpoint);
            return false;
        }
        writes.begin(new PollWrites.PolledPage(window, reader, checkpoint, tables.tally(window), back));
        return true;
    }

    /** Whether no key stands for several rows, as far as the page and those before it show. */
    private boolean isUnique(ChangeWindow window, PageReader reader) throws SQLException {
        var verdict = reader.buffer().contradicted().isEmpty()
                ? source.uniqueness().ofTexts(window.plan(), claim.tenant(), window.again(reader.buffer()),
                        tables.tally(window)::request)
                : source.uniqueness().of(window.plan(), claim.tenant(), reader.buffer().contradicted(),
                        tables.tally(window)::request);
        if (!(verdict instanceof Uniqueness.Unique)) {
            tables.fail(window, verdict);
            return false;
        }
        return true;
    }

    private PageReader reader(ChangeWindow window) {
        PullPlan plan = window.plan();
        return new PageReader(plan.mapping(), plan.key(), plan.changeOrder(),
                knownFaults.getOrDefault(plan.name(), Set.of()));
    }

    private PageSize size(ChangeWindow window) {
        return memory.size(window.plan(), claim.tenant());
    }

    /** Leaves nothing under way. */
    @Override
    public void close() {
        writes.close();
    }
}
