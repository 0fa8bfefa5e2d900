package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Recovery;
import dev.nxtsync.pull.ClaimedLoad.WantedLoad;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.schedule.Job;
import dev.nxtsync.schedule.Outcome;

/**
 * The first pages of several tables of one company, in one document. A table that has no more rows is loaded by it; one that
 * has more goes on in a run of its own. Where the answer leaves a doubt about a table, its next run reads it by itself, and what
 * is the matter is found out there. Not thread-safe.
 */
final class FirstPages {
    private final PullSource source;
    private final PullRuns runs;
    private final WantedLoad first;
    private final int tables;
    /** Units that are to go alone. */
    private final Set<Long> lone;
    private final DatabaseClock clock;
    private final Deque<List<WantedLoad>> documents = new ArrayDeque<>();
    /** What is left to do for the first, which comes last: what is thrown there ends the run. */
    private Job.Run last = progress -> new Outcome.NotBegun();

    /** @param lone takes the units of those that are to go alone */
    FirstPages(PullSource source, PullRuns runs, List<WantedLoad> loads, Set<Long> lone) {
        this.source = source;
        this.runs = runs;
        this.first = loads.get(0);
        this.lone = lone;
        this.clock = first.turn().clock();
        documents.addAll(source.length().divide(loads, each -> each.run().firstPageTokens()));
        this.tables = documents.stream().mapToInt(List::size).max().orElseThrow();
    }

    /**
     * Asks once, and again for what a failure leaves open, until others had better have a turn. What is not reached by then goes
     * alone, so that it is not asked for in the same way again.
     *
     * @return what became of the first, with whose unit the run began; the units of the others are freed one by one
     */
    Outcome read() throws SQLException {
        Instant until = clock.now().plus(PullUnits.LONGEST_RUN);
        ask(documents.remove());
        while (!documents.isEmpty()) {
            var next = documents.remove();
            if (next.size() > 1 && clock.now().isBefore(until)) {
                ask(next);
            } else {
                goAlone(next);
            }
        }
        return last.go(first.turn().progress());
    }

    private void ask(List<WantedLoad> loads) throws SQLException {
        var byAlias = new LinkedHashMap<String, WantedLoad>();
        var parts = new ArrayList<DocumentPart>();
        var readers = new HashMap<String, PageReader>();
        for (WantedLoad each : loads) {
            String alias = "t" + byAlias.size();
            byAlias.put(alias, each);
            parts.addAll(each.run().firstPage(alias, tables));
            readers.put(alias, each.run().firstReader(tables));
        }
        PullTurn turn = first.turn();
        Instant readAt = clock.now();
        Answer answer = source.ask(turn.claim(), Document.of("first_pages", turn.claim().tenant(), true, parts),
                readers, turn.report(), turn.progress());
        loads.forEach(each -> each.turn().report().trace(answer));
        if (answer instanceof Failure failure) {
            failed(byAlias, failure);
            return;
        }
        for (var entry : byAlias.entrySet()) {
            var reader = Objects.requireNonNull(readers.remove(entry.getKey()));
            end(entry.getValue(),
                    progress -> take(entry.getKey(), entry.getValue(), reader, (Answer.Data) answer, readAt));
        }
    }

    private Outcome take(String alias, WantedLoad load, PageReader reader, Answer.Data answer, Instant readAt)
            throws SQLException {
        var plan = load.turn().plan();
        var connection = Pages.connection(plan, answer, alias);
        var more = Pages.more(connection);
        var rows = reader.buffer();
        load.run().learn(reader);
        // a row that was set aside may only have been too large for a part of a page's memory
        if (more.isEmpty() || rows.overflowed() || !rows.contradicted().isEmpty() || !rows.faults().isEmpty()
                || (more.get() && reader.cursor().isEmpty())) {
            return lone(load);
        }
        return load.run().begin(load.scan(),
                new Pages.Page(reader, more.get(), Pages.count(connection), Pages.topStamp(plan, answer, alias)),
                readAt);
    }

    /** A request that is lost keeps a slot of the company for long, so it is not asked in parts, of which each may be lost. */
    private void failed(Map<String, WantedLoad> asked, Failure failure) throws SQLException {
        var next = FailedDocument.of(asked, failure);
        if (failure.lost() || failure.aliases().containsAll(asked.keySet())) {
            goAlone(asked.values());
        } else if (!next.isOfAll()) {
            goAlone(next.failed());
            documents.addAll(next.documents());
        } else if (failure.next() == Recovery.LOOK_FIRST && leastFailures(asked.values()) > 0) {
            // it was met before by them all, so it may be about one of them
            goAlone(asked.values());
        } else {
            allFailed(asked.values(), failure);
        }
    }

    /** They are tried again at one time, so that it is one document again. */
    private void allFailed(Collection<WantedLoad> asked, Failure failure) throws SQLException {
        var all = Stream.concat(asked.stream(), documents.stream().flatMap(List::stream)).toList();
        documents.clear();
        Instant again = clock.now().plus(runs.failures().wait(failure, leastFailures(all)));
        for (WantedLoad each : all) {
            end(each, progress -> runs.failed(each.turn(), failure, Duration.between(clock.now(), again),
                    each.equals(all.get(0))));
        }
    }

    private static int leastFailures(Collection<WantedLoad> loads) {
        return loads.stream().mapToInt(each -> each.turn().state().failures()).min().orElse(0);
    }

    private void goAlone(Collection<WantedLoad> loads) throws SQLException {
        for (WantedLoad each : loads) {
            end(each, progress -> lone(each));
        }
    }

    private Outcome lone(WantedLoad load) {
        lone.add(load.turn().claim().unit());
        return new Outcome.NotBegun();
    }

    private void end(WantedLoad load, Job.Run rest) throws SQLException {
        if (load.equals(first)) {
            last = rest;
        } else {
            load.turn().progress().end(load.turn().claim(), rest);
        }
    }
}
