package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import org.jboss.logging.MDC;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.pull.ClaimedLoad.WantedLoad;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.schedule.Outcome;

/**
 * The first pages of several tables of one company, in one document. A table that has no more rows is loaded by it; one that
 * has more goes on by itself, in a run of its own. Where the answer leaves a doubt about a table, it is read by itself at once,
 * and what is the matter is found out there. Not thread-safe.
 */
final class FirstPages {
    private final PullSource source;
    private final PullRuns runs;
    private final WantedLoad first;
    /** Of which nothing has come yet. */
    private final Set<WantedLoad> open;
    private final List<WantedLoad> alone = new ArrayList<>();
    private Optional<Outcome> outcome = Optional.empty();

    FirstPages(PullSource source, PullRuns runs, List<WantedLoad> loads) {
        this.source = source;
        this.runs = runs;
        this.first = loads.get(0);
        this.open = new LinkedHashSet<>(loads);
    }

    /**
     * Reads what it can before others had better have a turn.
     *
     * @return what became of the first, with whose unit the run began; the units of the others are freed one by one
     */
    Outcome read() throws SQLException {
        var clock = first.turn().clock();
        together(List.copyOf(open), open.size());
        Instant until = clock.now().plus(PullUnits.LONGEST_RUN);
        for (WantedLoad each : alone) {
            if (open.contains(each) && clock.now().isBefore(until)) {
                label(each);
                ended(each, each.alone());
            }
        }
        return outcome.orElseGet(() -> new Outcome.Done(clock.now()));
    }

    /** @param tables how many were to share the document, as for the first pages of a poll */
    private void together(List<WantedLoad> loads, int tables) throws SQLException {
        if (loads.size() == 1) {
            alone.addAll(loads);
            return;
        }
        if (open.isEmpty()) {
            return;
        }
        var byAlias = new LinkedHashMap<String, WantedLoad>();
        var parts = new ArrayList<DocumentPart>();
        var readers = new HashMap<String, PageReader>();
        for (WantedLoad each : loads) {
            String alias = "t" + byAlias.size();
            byAlias.put(alias, each);
            parts.addAll(each.run().firstPage(alias, tables));
            readers.put(alias, each.run().firstReader(tables));
        }
        PullTurn turn = loads.get(0).turn();
        Instant readAt = turn.clock().now();
        Answer answer = source.ask(turn.claim(), Document.of("first_pages", turn.claim().tenant(), true, parts),
                readers, turn.report(), turn.progress());
        loads.forEach(each -> each.turn().report().trace(answer));
        if (answer instanceof Failure failure) {
            failed(byAlias, failure, tables);
            return;
        }
        for (var entry : byAlias.entrySet()) {
            take(entry.getKey(), entry.getValue(), Objects.requireNonNull(readers.get(entry.getKey())),
                    (Answer.Data) answer, readAt);
        }
    }

    private void failed(Map<String, WantedLoad> byAlias, Failure failure, int tables) throws SQLException {
        var next = FailedDocument.of(byAlias, failure);
        if (next.isOfAll()) {
            allFailed(failure);
            return;
        }
        alone.addAll(next.failed());
        for (var document : next.documents()) {
            together(document, tables);
        }
    }

    /** They are tried again at one time, so that it is one document again. */
    private void allFailed(Failure failure) throws SQLException {
        Optional<Outcome> again = Optional.empty();
        for (WantedLoad each : List.copyOf(open)) {
            label(each);
            var its = runs.failed(each.turn(), failure, again.isEmpty());
            again = again.or(() -> Optional.of(its));
            ended(each, again.get());
        }
    }

    private void take(String alias, WantedLoad load, PageReader reader, Answer.Data answer, Instant readAt)
            throws SQLException {
        label(load);
        var plan = load.turn().plan();
        var connection = Pages.connection(plan, answer, alias);
        var more = Pages.more(connection);
        var rows = reader.buffer();
        // a row that was set aside may only have been too large for a part of a page's memory
        if (more.isEmpty() || rows.overflowed() || !rows.contradicted().isEmpty() || !rows.faults().isEmpty()
                || (more.get() && reader.cursor().isEmpty())) {
            alone.add(load);
            return;
        }
        ended(load, load.run().begin(load.scan(),
                new Pages.Page(reader, more.get(), Pages.count(connection), Pages.topStamp(plan, answer, alias)),
                readAt));
    }

    /** What lines of the log are about from here on. */
    private static void label(WantedLoad load) {
        MDC.put("job", load.turn().plan().name());
    }

    private void ended(WantedLoad load, Outcome end) throws SQLException {
        open.remove(load);
        if (load.equals(first)) {
            outcome = Optional.of(end);
        } else {
            load.turn().progress().end(load.turn().claim(), end);
        }
    }
}
