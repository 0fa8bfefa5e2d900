package dev.nxtsync.pull;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.schedule.Outcome;

/** The tables of one run of a poll: asks for them, and knows what has become of each so far. Not thread-safe. */
final class PolledTables {
    private final CompanyTurn turn;
    private final PullSource source;
    private final PullRuns runs;
    private final PullStates states;
    private final PollWrites writes;
    private final Map<String, PullReport> tallies = new HashMap<>();
    private final List<PullStates.IncrementPage> quiet = new ArrayList<>();
    private final Set<ChangeWindow> failed = new HashSet<>();
    private Optional<Outcome> inTheWay = Optional.empty();

    PolledTables(CompanyTurn turn, PullSource source, PullRuns runs, PullStates states, PollWrites writes) {
        this.turn = turn;
        this.source = source;
        this.runs = runs;
        this.states = states;
        this.writes = writes;
    }

    void begin(ChangeWindow window) {
        tallies.put(window.plan().name(), runs.report(window.plan(), turn.claim(), turn.clock()));
    }

    PullReport tally(ChangeWindow window) {
        return Objects.requireNonNull(tallies.get(window.plan().name()));
    }

    /** By the names that they have in a document. */
    static Map<String, ChangeWindow> byAlias(List<ChangeWindow> windows) {
        var byAlias = new LinkedHashMap<String, ChangeWindow>();
        windows.forEach(each -> byAlias.put("t" + byAlias.size(), each));
        return byAlias;
    }

    /** Sends one document, which counts with the first of its tables. */
    Answer ask(Collection<ChangeWindow> windows, List<DocumentPart> parts, Map<String, PageReader> readers) {
        Answer answer = source.ask(turn.claim(), Document.of("poll", turn.claim().tenant(), false, parts), readers,
                tally(windows.iterator().next()), turn.progress());
        windows.forEach(each -> tally(each).trace(answer));
        return answer;
    }

    /** What is in the way of all. */
    Optional<Outcome> inTheWay() {
        return inTheWay;
    }

    boolean hasFailed(ChangeWindow window) {
        return failed.contains(window) || writes.refusal(window).isPresent();
    }

    void fail(ChangeWindow window, Failure failure) throws SQLException {
        fail(window, failure, true);
    }

    /** The same for tables of one document, about none of which the failure is in particular: the log is told once. */
    void failAll(Collection<ChangeWindow> windows, Failure failure) throws SQLException {
        boolean tells = true;
        for (ChangeWindow each : windows) {
            fail(each, failure, tells);
            tells = false;
        }
    }

    private void fail(ChangeWindow window, Failure failure, boolean tells) throws SQLException {
        failing(window);
        var decision = runs.failures().of(turn.claim(), window.state(), failure, tally(window), tells);
        turn.done().add(decision.run());
        if (decision.whole()) {
            inTheWay = Optional.of(new Outcome.Again(decision.retry()));
        }
    }

    /** @param verdict why its key is not one */
    void fail(ChangeWindow window, Uniqueness.KeyVerdict verdict) throws SQLException {
        failing(window);
        turn.done().add(runs.failures().of(turn.claim(), window.state(), verdict, tally(window)).run());
    }

    /** What was read before is kept before the reason is. */
    private void failing(ChangeWindow window) throws SQLException {
        writes.finish();
        failed.add(window);
    }

    /** Remembers what brought nothing new. */
    void quiet(ChangeWindow window, PageReader reader, PullStates.IncrementPage checkpoint) {
        tally(window).known(reader.buffer());
        quiet.add(checkpoint);
    }

    /** What brought nothing new, and is not yet kept. */
    List<PullStates.IncrementPage> quiet() {
        return List.copyOf(quiet);
    }

    void keepQuiet() throws SQLException {
        states.quiet(turn.claim(), quiet);
        quiet.clear();
    }

    /** Tells what has become of one, once all that was read of it is written. */
    void end(ChangeWindow window) throws SQLException {
        var fault = writes.refusal(window);
        if (fault.isPresent()) {
            turn.done().add(runs.failures().of(turn.claim(), window.state(), fault.get(), tally(window)).run());
        } else if (window.hasEnded()) {
            runs.failures().succeeded(turn.claim(), window.plan().name());
            turn.done().add(tally(window).done("ok"));
        } else if (window.isKept() && inTheWay.isEmpty() && !hasFailed(window)) {
            turn.done().add(tally(window).done("goes on"));
        }
    }
}
