package dev.nxtsync.pull;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import dev.nxtsync.access.Access;
import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Filters;
import dev.nxtsync.graphql.Next;
import dev.nxtsync.graphql.Nxt;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.process.Threads;
import dev.nxtsync.pull.Document.Part;
import dev.nxtsync.schedule.Backoff;
import dev.nxtsync.schedule.Heartbeat;
import dev.nxtsync.schedule.Job;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.store.Claim;
import dev.nxtsync.store.DatabaseClock;
import dev.nxtsync.store.Inbox;
import dev.nxtsync.store.PageWriter;
import dev.nxtsync.store.PullState;
import dev.nxtsync.store.PullStates;
import dev.nxtsync.store.RowFaults;
import dev.nxtsync.store.Runs;
import dev.nxtsync.store.Runs.Run;
import dev.nxtsync.store.TargetFault;
import dev.nxtsync.store.Written;

/**
 * Reads the rows of one company (or customer) that webhooks named, by their keys, all tables in one document. What an event
 * said of a row does not matter: it is written as it is now, or deleted if it is not there. A pull is looked at once its first
 * load has ended, and whatever goes wrong here, but in the target, is for the next poll to find.
 */
@Singleton
public class Fetch implements Job {
    static final String KIND = "fetch";

    private static final Logger LOG = Logger.getLogger(Fetch.class);
    private static final Duration TURN = Duration.ofSeconds(10);
    /** Between two requests that were not full, so that a company costs at most a hundred a minute. */
    private static final Duration PAUSE = Duration.ofMillis(600);
    private static final Duration FORBIDDEN = Duration.ofSeconds(10);
    private static final Duration LEFT_ALONE = Duration.ofMinutes(1);
    /** Events of one pull that are looked at together; those of one row count as one key. */
    private static final int EVENTS = 5_000;
    /** Keys of one pull in one request, at first; how many a filter may have is not documented. */
    private static final int KEYS = 200;
    /** Keys in one request. */
    private static final int KEYS_MAX = 1_000;

    private final PullPlans plans;
    private final Nxt nxt;
    private final PageWriter writer;
    private final PullStates states;
    private final Inbox inbox;
    private final RowFaults faults;
    private final Runs runs;
    private final Setback setback;
    private final Access access;
    private final Heartbeat heartbeat;
    private final MeterRegistry metrics;
    private final Timer delay;
    private final Map<String, PageSize> sizes = new ConcurrentHashMap<>();
    /** By pull and company, until when one is left alone that somebody has to mend, on this process' monotonic clock. */
    private final Map<String, Long> leftAlone = new ConcurrentHashMap<>();

    Fetch(PullPlans plans, Nxt nxt, PageWriter writer, PullStates states, Inbox inbox, RowFaults faults, Runs runs,
            Setback setback, Access access, Heartbeat heartbeat, MeterRegistry metrics) {
        this.plans = plans;
        this.nxt = nxt;
        this.writer = writer;
        this.states = states;
        this.inbox = inbox;
        this.faults = faults;
        this.runs = runs;
        this.setback = setback;
        this.access = access;
        this.heartbeat = heartbeat;
        this.metrics = metrics;
        this.delay = Timer.builder("nxt_webhook_delay").description("From an event's arrival to the commit of its row")
                .register(metrics);
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public boolean isLong() { return false; }

    @Override
    public Set<String> connections() {
        return plans.plannedConnections();
    }

    @Override
    public Outcome run(Claim claim, Progress progress) throws SQLException {
        Map<String, PullPlan> own = plans.of(claim.connection(), claim.scope(), claim.company());
        var barred = access.barred(claim);
        return barred.isPresent()
                ? new Outcome.Done(Load.NEVER, barred.get())
                : new Turn(claim, own, states.clock(), progress).run();
    }

    void begin(@Observes Threads threads) {
        threads.repeat("forgotten-events", Duration.ofSeconds(5), this::wakeForgotten);
    }

    private void wakeForgotten() {
        if (heartbeat.trouble().isEmpty()) {
            try {
                inbox.wakeForgotten();
            } catch (SQLException e) {
                LOG.debugf("looked for forgotten keys again later: %s", e.getMessage());
            }
        }
    }

    /** The keys of one pull that go into one request. */
    private record Wanted(PullPlan plan, PullState state, Tally tally, Map<List<String>, Instant> keys,
            List<Long> ids) {}

    private final class Turn {
        private final Claim claim;
        private final Map<String, PullPlan> own;
        private final DatabaseClock clock;
        private final Progress progress;
        private final List<Run> done = new ArrayList<>();
        private Optional<Outcome> inTheWay = Optional.empty();
        /** Whether there is more than went into the last request. */
        private boolean more = true;
        /** When the last request was sent. */
        private Instant readAt;

        Turn(Claim claim, Map<String, PullPlan> own, DatabaseClock clock, Progress progress) {
            this.claim = claim;
            this.own = own;
            this.clock = clock;
            this.progress = progress;
            this.readAt = clock.now();
        }

        Outcome run() throws SQLException {
            Instant until = clock.now().plus(TURN);
            try {
                while (more && inTheWay.isEmpty() && clock.now().isBefore(until)) {
                    more = false;
                    List<Wanted> wanted = next();
                    if (!wanted.isEmpty()) {
                        read(wanted);
                    }
                }
            } finally {
                runs.add(done);
            }
            return inTheWay.orElseGet(() -> new Outcome.Done(more ? clock.now() : Load.NEVER, PAUSE));
        }

        private List<Wanted> next() throws SQLException {
            long now = System.nanoTime();
            var ready = states.of(claim.company(), own.keySet()).stream().filter(PullState::isFollowed)
                    .filter(state -> now - leftAlone.getOrDefault(here(state.pull()), now) >= 0)
                    .collect(toMap(PullState::pull, identity()));
            if (ready.isEmpty()) {
                return List.of();
            }
            var byPull = new TreeMap<String, List<Inbox.Woken>>();
            for (Inbox.Woken each : inbox.next(claim, ready.keySet(), EVENTS)) {
                byPull.computeIfAbsent(each.pull(), pull -> new ArrayList<>()).add(each);
            }
            var all = new ArrayList<Wanted>();
            int room = KEYS_MAX;
            for (var entry : byPull.entrySet()) {
                more |= entry.getValue().size() == EVENTS;
                Wanted wanted = wanted(Objects.requireNonNull(own.get(entry.getKey())),
                        Objects.requireNonNull(ready.get(entry.getKey())), entry.getValue(), room);
                room -= wanted.keys().size();
                if (!wanted.keys().isEmpty()) {
                    all.add(wanted);
                }
            }
            return all;
        }

        /** As many keys as there is room for, each with all of its events. */
        private Wanted wanted(PullPlan plan, PullState state, List<Inbox.Woken> woken, int room)
                throws SQLException {
            int limit = Math.min(room, size(plan).rows());
            var keys = new LinkedHashMap<List<String>, Instant>();
            var ids = new ArrayList<Long>();
            var useless = new ArrayList<Inbox.Woken>();
            for (Inbox.Woken each : woken) {
                Optional<List<String>> key = Keys.of(plan, each.key());
                if (key.isEmpty()) {
                    useless.add(each);
                } else if (keys.containsKey(key.get()) || keys.size() < limit) {
                    keys.putIfAbsent(key.get(), each.receivedAt());
                    ids.add(each.id());
                } else {
                    more = true;
                }
            }
            if (!useless.isEmpty()) {
                LOG.warnf(
                        "Pull %s, %s: %d webhooks named rows otherwise than by %s, such as %s, and are left to the "
                                + "next poll. If that is the table's key, set NXT_PULLS_…_KEY.",
                        plan.name(), claim.tenant(), useless.size(), String.join(", ", plan.key()),
                        useless.get(0).key());
                inbox.drop(claim, useless.stream().map(Inbox.Woken::id).toList());
            }
            return new Wanted(plan, state, new Tally(plan.name(), claim, clock.now(), metrics), keys, ids);
        }

        private void read(List<Wanted> all) throws SQLException {
            var knownFaults = faults.keys(all.stream().map(each -> each.plan().name()).toList(), claim.company());
            var parts = new ArrayList<Part>();
            var readers = new HashMap<String, PageReader>();
            for (Wanted each : all) {
                PullPlan plan = each.plan();
                String alias = "t" + parts.size();
                readers.put(alias, new PageReader(plan.mapping(), plan.key(), plan.key(),
                        knownFaults.getOrDefault(plan.name(), Set.of())));
                var keys = each.keys().keySet().stream()
                        .map(key -> Keys.of(plan.key(), plan.target().keyColumns(), key)).toList();
                // more rows than keys would mean that the key is not unique
                parts.add(Part.page(alias, plan, plan.mapping().fields(), List.of(Filters.anyOf(plan.key(), keys)),
                        plan.key(), keys.size() + 1));
            }
            Question question = Document.of("fetch", all.get(0).plan().table().scope(), claim.company(), false, parts)
                    .through(() -> {
                        // not before a wait for budget: what a poll reads meanwhile must not count as read later
                        readAt = clock.now();
                        return true;
                    });
            Answer answer = nxt.ask(claim.connection(), question, readers);
            progress.made();
            all.get(0).tally().request(answer);
            all.forEach(each -> each.tally().trace(answer));
            if (answer instanceof Failure failure) {
                failed(all, failure);
                return;
            }
            access.granted(claim);
            for (int i = 0; i < all.size(); i++) {
                String alias = "t" + i;
                take(all.get(i), Objects.requireNonNull(readers.get(alias)), (Answer.Data) answer, alias);
            }
        }

        private void take(Wanted wanted, PageReader reader, Answer.Data answer, String alias)
                throws SQLException {
            PullPlan plan = wanted.plan();
            if (reader.buffer().overflowed() && smaller(wanted)) {
                more = true;
                return;
            }
            boolean rest = Pages.more(Pages.connection(plan, answer, alias)).orElse(true);
            if (reader.buffer().overflowed() || rest) {
                giveUp(wanted, Pages.senseless(answer));
                return;
            }
            size(plan).good();
            var gone = wanted.keys().keySet().stream().filter(key -> !reader.buffer().has(key)).toList();
            Written written;
            try {
                written = writer.write(claim, plan.target(), reader.buffer(), PageWriter.Way.MERGE,
                        new Inbox.Settlement(plan.name(), claim.company(), readAt, wanted.ids(), gone));
            } catch (TargetFault e) {
                var decision = setback.of(claim, wanted.state(), e, wanted.tally());
                leaveAlone(plan, decision.retry());
                done.add(decision.run());
                return;
            } finally {
                progress.made();
            }
            Setback.gotOn(claim, wanted.state());
            wanted.tally().page(reader.buffer(), written);
            Instant now = clock.now();
            wanted.keys().values().forEach(received -> delay.record(Duration.between(received, now)));
            Run run = wanted.tally().done("ok");
            if (written.changed() + written.deleted() + reader.buffer().faults().size() > 0) {
                done.add(run);
            }
        }

        /** A document for several pulls is sent again for each; one for a single pull may be too large, or hopeless. */
        private void failed(List<Wanted> all, Failure failure) throws SQLException {
            Wanted first = all.get(0);
            if ((failure.next() == Next.FIX || failure.mayBeTooLarge()) && all.size() > 1) {
                for (Wanted each : all) {
                    if (inTheWay.isEmpty()) {
                        read(List.of(each));
                    }
                }
            } else if ((failure.next() == Next.FIX || failure instanceof Failure.Rejected)
                    && smaller(first)) {
                // perhaps a filter of so many keys, or one of these rows; answered at once, it can be tried at once
                more = true;
            } else if (failure.next() == Next.FIX) {
                plans.lookAgain(claim.connection());
                giveUp(first, failure);
            } else {
                if (failure.mayBeTooLarge() && !smaller(first)) {
                    // it may be this row, and then the others need not wait for it
                    inbox.putLast(claim, first.ids());
                }
                waitFor(failure, first);
            }
        }

        private void waitFor(Failure failure, Wanted first) {
            Duration wait = Backoff.after(claim.failures() + 1);
            if (failure instanceof Failure.ForbiddenCompany) {
                access.refused(claim, failure.message());
                wait = FORBIDDEN;
            } else if (failure.atLeast().compareTo(wait) > 0) {
                wait = failure.atLeast();
            }
            inTheWay = Optional.of(new Outcome.Again(wait));
            done.add(first.tally().run(failure.code(), failure.message()));
            LOG.debugf("%s: %s Tried again in %d ms.", claim, failure.message(), wait.toMillis());
        }

        /** Its keys stay. */
        private void leaveAlone(PullPlan plan, Duration pause) {
            leftAlone.put(here(plan.name()), System.nanoTime() + pause.toNanos());
        }

        /** Leaves a pull alone for a while. */
        private void giveUp(Wanted wanted, Failure failure) {
            leaveAlone(wanted.plan(), LEFT_ALONE);
            done.add(wanted.tally().failed(failure.code(), failure.message(), LEFT_ALONE));
        }

        /** Asks for fewer keys than these from now on. Says whether that is possible. */
        private boolean smaller(Wanted wanted) {
            var size = size(wanted.plan());
            boolean can = wanted.keys().size() > 1;
            while (can && size.rows() >= wanted.keys().size()) {
                size.tooLarge();
            }
            return can;
        }

        private String here(String pull) {
            return pull + " " + claim.company();
        }

        private PageSize size(PullPlan plan) {
            return sizes.computeIfAbsent(here(plan.name()), each -> new PageSize(KEYS, KEYS_MAX));
        }
    }
}
