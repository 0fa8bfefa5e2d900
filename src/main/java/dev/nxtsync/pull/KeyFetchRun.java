package dev.nxtsync.pull;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import org.jboss.logging.Logger;

import dev.nxtsync.database.DatabaseClock;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.database.Timestamps;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.error.Words;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.graphql.Recovery;
import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.process.LogThrottle;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.state.KeySettlement;
import dev.nxtsync.pull.state.PullState;
import dev.nxtsync.pull.target.PageWriter;
import dev.nxtsync.pull.target.TargetFault;
import dev.nxtsync.pull.target.WriteCounts;
import dev.nxtsync.schedule.Backoff;
import dev.nxtsync.schedule.Claim;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.schedule.RunHistory.RunRecord;
import dev.nxtsync.schedule.StaleClaim;

/** One run of looks at the keys of a company. */
final class KeyFetchRun {
    private static final Logger LOG = Logger.getLogger(KeyFetchRun.class);
    /** Between two requests that were not full, so that a company costs at most ninety a minute. */
    private static final Duration PAUSE = Duration.ofMillis(650);
    private static final Duration FORBIDDEN = Duration.ofSeconds(10);
    /** For so long a pull is left alone whose table nobody may read as it is asked for. */
    private static final Duration LEFT_ALONE = Duration.ofMinutes(1);
    /** Events of one pull that are looked at together; those of one row count as one key. */
    private static final int EVENTS = 5_000;

    private final CompanyTurn turn;
    private final Claim claim;
    private final DatabaseClock clock;
    private final Map<String, PullPlan> own;
    private final PullSource source;
    private final PullSink sink;
    private final PullRuns runs;
    private final KeyFetchTools tools;
    private final Inbox inbox;
    private final KeyFetchHistory history;
    /** Of the pulls whose keys are looked at. */
    private Map<String, PullState> ready = Map.of();
    private Optional<Outcome> inTheWay = Optional.empty();
    /** Whether there is more than went into the last request. */
    private boolean more = true;
    /** Keys of requests that failed have every other turn; not the first, in which they could be in the way of all. */
    private boolean suspects = true;
    /** When the last request was sent, by the database's clock, and by that of the experience. */
    private Instant readAt;
    private long sentAt;
    /** When pulls that are left alone are due again. */
    private Instant again = Timestamps.NEVER;

    KeyFetchRun(CompanyTurn turn, Map<String, PullPlan> own, PullSource source, PullSink sink, PullRuns runs,
            KeyFetchTools tools) {
        this.turn = turn;
        this.claim = turn.claim();
        this.clock = turn.clock();
        this.own = own;
        this.source = source;
        this.sink = sink;
        this.runs = runs;
        this.tools = tools;
        this.inbox = tools.inbox();
        this.history = tools.history();
        this.readAt = clock.now();
    }

    Outcome run() throws SQLException {
        Instant until = clock.now().plus(PullUnits.LONGEST_RUN);
        try {
            while (more && inTheWay.isEmpty() && clock.now().isBefore(until)) {
                more = false;
                suspects = !suspects;
                look(next());
            }
        } finally {
            runs.history().add(turn.done());
        }
        return inTheWay.orElseGet(() -> new Outcome.Done(more ? clock.now() : again, PAUSE));
    }

    private List<WokenKeys.WokenKey> next() throws SQLException {
        ready = tools.states().of(claim.company(), own.keySet()).stream().filter(PullState::isFollowed)
                .filter(state -> !history.isLeftAlone(here(state.pull()))).collect(toMap(PullState::pull, identity()));
        var woken = ready.isEmpty() ? List.<Inbox.Woken>of() : inbox.next(claim, ready.keySet(), EVENTS);
        var keys = WokenKeys.of(woken);
        var next = WokenKeys.next(keys, suspects, pull -> history.together(here(pull)), KeyFetchHistory.KEYS_MAX);
        more = next.size() < keys.size() || woken.size() >= EVENTS;
        return next;
    }

    /** Looks at keys. What fails for one of them is told, and the others go on. */
    private void look(List<WokenKeys.WokenKey> keys) throws SQLException {
        if (keys.isEmpty()) {
            return;
        }
        var ids = WokenKeys.ids(keys);
        inbox.begin(claim, ids);
        try {
            readEach(source.length().divide(wanted(keys), each -> each.part("t0").tokens()));
        } catch (SQLException e) {
            if (!DatabaseFault.isOfValues(e)) {
                spare(ids, e);
                throw e;
            }
            atFault(keys, ids, DatabaseFault.of(e).message());
        } catch (StaleClaim | ShuttingDown e) {
            spare(ids, e);
            throw e;
        } catch (RuntimeException e) {
            runs.threads().failed("job", e, claim + ": reading the keys that webhooks named");
            atFault(keys, ids, Problem.unexpected("Reading these keys", e).message());
        }
    }

    private void atFault(List<WokenKeys.WokenKey> keys, List<Long> ids, String reason) throws SQLException {
        inbox.failed(claim, ids, reason);
        more = true;
        WokenKeys.WokenKey first = keys.get(0);
        if (first.attempts() == Inbox.MOST_ATTEMPTS - 1) {
            tools.setAside().due(first.pull())
                    .ifPresent(since -> LOG.warnf(
                            "Pull %s, %s: the key %s that a webhook named is set aside (%s). %s %s%s", first.pull(),
                            claim.tenant(), first.text(), ErrorCode.KEYS_SET_ASIDE.code(), Words.sentence(reason),
                            ErrorCode.KEYS_SET_ASIDE.nextStep(), LogThrottle.more(since)));
        }
    }

    private void spare(List<Long> ids, Exception cause) {
        try {
            inbox.spared(claim, ids);
        } catch (SQLException | StaleClaim e) {
            cause.addSuppressed(e);
        }
    }

    private List<KeyRequest> wanted(List<WokenKeys.WokenKey> keys) throws SQLException {
        var useless = new TreeMap<String, List<WokenKeys.WokenKey>>();
        var wanted = KeyRequest.of(keys, own, ready, plan -> runs.report(plan, claim, clock), useless);
        for (var each : useless.entrySet()) {
            runs.failures().misnamed(claim, Objects.requireNonNull(own.get(each.getKey())), each.getValue());
            inbox.drop(claim, WokenKeys.ids(each.getValue()));
        }
        wanted.stream().map(each -> each.plan().name()).filter(pull -> !useless.containsKey(pull))
                .forEach(pull -> runs.failures().named(claim, pull));
        return wanted;
    }

    /** In documents of their own, until something is in the way of all. */
    private void readEach(List<List<KeyRequest>> documents) throws SQLException {
        for (var some : documents) {
            if (inTheWay.isEmpty()) {
                read(some);
            } else {
                inbox.spared(claim, ids(some));
            }
        }
    }

    private static List<Long> ids(List<KeyRequest> requests) {
        return requests.stream().flatMap(each -> each.ids().stream()).toList();
    }

    private void read(List<KeyRequest> all) throws SQLException {
        var knownFaults = sink.faults().keys(all.stream().map(each -> each.plan().name()).toList(), claim.company());
        var parts = new ArrayList<DocumentPart>();
        var readers = new HashMap<String, PageReader>();
        for (KeyRequest each : all) {
            String alias = "t" + parts.size();
            readers.put(alias, each.reader(knownFaults.getOrDefault(each.plan().name(), Set.of())));
            parts.add(each.part(alias));
        }
        Question question = Document.of("fetch", claim.tenant(), false, parts).through(() -> {
            // not before a wait for budget: what a poll reads meanwhile must not count as read later
            readAt = clock.now();
            sentAt = history.now();
            return true;
        });
        Answer answer = source.ask(claim, question, readers, all.get(0).report(), turn.progress());
        all.forEach(each -> each.report().trace(answer));
        if (answer instanceof Answer.Data data) {
            for (int i = 0; i < all.size(); i++) {
                take(all.get(i), Objects.requireNonNull(readers.get("t" + i)), data, "t" + i);
            }
        } else {
            failed(all, (Failure) answer);
        }
    }

    private void take(KeyRequest wanted, PageReader reader, Answer.Data answer, String alias) throws SQLException {
        PullPlan plan = wanted.plan();
        if (reader.buffer().overflowed() && smaller(wanted)) {
            inbox.spared(claim, wanted.ids());
            more = true;
            return;
        }
        var verdict = source.uniqueness().of(plan, claim.tenant(), reader.buffer().contradicted(),
                wanted.report()::request);
        if (!(verdict instanceof Uniqueness.Unique)) {
            inbox.spared(claim, wanted.ids());
            putOff(wanted, runs.failures().of(claim, wanted.state(), verdict, wanted.report()));
            return;
        }
        boolean rest = Pages.more(Pages.connection(plan, answer, alias)).orElse(true);
        if (reader.buffer().overflowed() || rest) {
            refused(wanted, Pages.senseless(plan, answer));
            return;
        }
        var gone = wanted.keys().keySet().stream().filter(key -> !reader.buffer().has(key)).toList();
        WriteCounts written;
        try {
            written = sink.write(claim, plan, reader, PageWriter.Way.MERGE,
                    new KeySettlement(plan.name(), claim.company(), readAt, wanted.ids(), gone), wanted.report());
        } catch (TargetFault e) {
            refused(wanted, e);
            return;
        } finally {
            turn.progress().made();
        }
        history.answered(here(plan.name()));
        runs.failures().succeeded(claim, plan.name());
        wanted.keys().values().forEach(received -> tools.delay().record(Duration.between(received, clock.now())));
        RunRecord run = wanted.report().done("ok");
        if (written.changed() + written.deleted() + reader.buffer().faults().size() + written.refused().size() > 0) {
            turn.done().add(run);
        }
    }

    /** A document for several pulls is sent again for each; one for a single pull may be too large, or hopeless. */
    private void failed(List<KeyRequest> all, Failure failure) throws SQLException {
        KeyRequest first = all.get(0);
        if ((failure.next() == Recovery.FIX || failure.mayBeTooLarge()) && all.size() > 1) {
            readEach(all.stream().map(List::of).toList());
        } else if (isOfKeys(first, failure)) {
            refused(first, failure);
        } else {
            inbox.spared(claim, ids(all));
            if (failure.mayBeTooLarge() && !smaller(first)) {
                // it may be this row, and then the others need not wait for it
                inbox.putLast(claim, first.ids());
            }
            waitFor(failure, first);
        }
    }

    /** Whether it is rather these keys, or their pull, than the server, which has answered: this request, or others. */
    private boolean isOfKeys(KeyRequest wanted, Failure failure) {
        return failure.next() == Recovery.FIX || failure instanceof Failure.Rejected || !failure.aliases().isEmpty()
                || (failure.mayBeTooLarge() && wanted.keys().size() == 1 && wasAnswered(wanted));
    }

    /** Perhaps it was a filter of so many keys, or one of these rows; or nobody may read the table. */
    private void refused(KeyRequest wanted, Failure failure) throws SQLException {
        atFault(wanted.woken(), wanted.ids(), failure.message());
        if (!smaller(wanted) && !wasAnswered(wanted)) {
            giveUp(wanted, failure);
        }
    }

    /** It is none of these rows, which would have been set aside. */
    private void refused(KeyRequest wanted, TargetFault fault) throws SQLException {
        inbox.spared(claim, wanted.ids());
        putOff(wanted, runs.failures().of(claim, wanted.state(), fault, wanted.report()));
    }

    private void putOff(KeyRequest wanted, FailurePolicy.Retry decision) {
        leaveAlone(wanted, decision.retry());
        turn.done().add(decision.run());
    }

    /** Whether it is rather the key than its pull, or the server. */
    private boolean wasAnswered(KeyRequest wanted) {
        return wanted.isSetAside() || history.wasAnswered(here(wanted.plan().name()), sentAt);
    }

    private void waitFor(Failure failure, KeyRequest first) {
        Duration wait = failure.pause(Backoff.after(claim.failures() + 1));
        if (failure instanceof Failure.ForbiddenCompany) {
            source.access().refused(claim, failure.message());
            wait = FORBIDDEN;
        }
        inTheWay = Optional.of(new Outcome.Again(wait));
        turn.done().add(first.report().run(failure.code(), failure.message()));
        LOG.debugf("%s: %s Tried again in %s.", claim, failure.message(), Words.time(wait));
    }

    /** Leaves a pull alone for a while. Its keys stay. */
    private void giveUp(KeyRequest wanted, Failure failure) {
        boolean misfits = failure.next() == Recovery.FIX;
        Duration wait = misfits ? LEFT_ALONE : history.afterFailure(here(wanted.plan().name()));
        if (misfits) {
            sink.plans().lookAgain(claim.connection());
        }
        leaveAlone(wanted, wait);
        turn.done().add(runs.failures().leftAlone(claim, wanted.plan().name(), wanted.report(), failure, wait));
    }

    private void leaveAlone(KeyRequest wanted, Duration wait) {
        history.leaveAlone(here(wanted.plan().name()), wait);
        again = Collections.min(List.of(again, clock.now().plus(wait)));
    }

    /** Asks for fewer keys than these from now on. Says whether that is possible. */
    private boolean smaller(KeyRequest wanted) {
        return history.smaller(here(wanted.plan().name()), wanted.keys().size());
    }

    private PulledTenant here(String pull) {
        return new PulledTenant(pull, claim.tenant());
    }
}
