package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import io.micrometer.core.instrument.MeterRegistry;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.graphql.Answer;
import dev.nxtsync.graphql.Failure;
import dev.nxtsync.graphql.Next;
import dev.nxtsync.graphql.Nxt;
import dev.nxtsync.schedule.Backoff;
import dev.nxtsync.schedule.Job;
import dev.nxtsync.schedule.Outcome;
import dev.nxtsync.store.Checkpoint;
import dev.nxtsync.store.Claim;
import dev.nxtsync.store.PageBuffer;
import dev.nxtsync.store.PageWriter;
import dev.nxtsync.store.PullState;
import dev.nxtsync.store.PullStates;

/** Reads what is due of one company (or customer): each table page by page, each page written with its checkpoint. */
@Singleton
public class Poll implements Job {
    static final String KIND = "poll";

    private static final Logger LOG = Logger.getLogger(Poll.class);
    /** How long until something that a person must mend is looked at again. */
    private static final Duration LOOK_AGAIN = Duration.ofMinutes(10);
    private static final long TELL_PROGRESS = Duration.ofSeconds(10).toNanos();

    private final PullPlans plans;
    private final Nxt nxt;
    private final PageWriter writer;
    private final PullStates states;
    private final MeterRegistry metrics;

    Poll(PullPlans plans, Nxt nxt, PageWriter writer, PullStates states, MeterRegistry metrics) {
        this.plans = plans;
        this.nxt = nxt;
        this.writer = writer;
        this.states = states;
        this.metrics = metrics;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Set<String> connections() {
        return plans.plannedConnections();
    }

    @Override
    public Outcome run(Claim claim, Progress progress) throws SQLException {
        Map<String, PullPlan> own = plans.of(claim.connection(), claim.scope(), claim.company());
        for (PullState state : states.of(claim.company(), own.keySet())) {
            if (isDue(state, states.now())) {
                Optional<Outcome> inTheWay = pull(claim, plan(own, state), state, progress);
                if (inTheWay.isPresent()) {
                    return inTheWay.get();
                }
            }
        }
        return new Outcome.Done(nextDue(states.of(claim.company(), own.keySet()), states.now()));
    }

    /** Reads one table to its end. Empty if the unit can go on with its next table. */
    private Optional<Outcome> pull(Claim claim, PullPlan plan, PullState state, Progress progress) throws SQLException {
        var tally = new Tally(plan, claim, metrics);
        Optional<String> cursor = state.cursor();
        int pageSize = plan.pull().pageSize();
        while (true) {
            Instant readAt = states.now();
            var page = new PageReader(plan.mapping(), plan.key(), PageReader.BOUND);
            Answer answer = nxt.ask(claim.connection(), PageQuery.of(plan, claim.company(), cursor, pageSize), page);
            tally.request();
            progress.made();
            if (answer instanceof Failure failure) {
                return failed(claim, state, failure, tally);
            }
            if (page.buffer().overflowed() && pageSize > 1) {
                pageSize = pageSize / 2;
                continue;
            }
            Optional<Boolean> more = hasNextPage(plan, ((Answer.Data) answer).data());
            Optional<String> next = more.orElse(false) ? page.lastKey() : Optional.empty();
            if (more.isEmpty() || page.buffer().overflowed()
                    || (more.get() && (next.isEmpty() || next.equals(cursor)))) {
                return failed(claim, state, new Failure.Rejected(
                        "The answer is no page of the table: it lacks items or pageInfo, does not go on after the last key, or one row of "
                                + "it is larger than " + PageReader.BOUND
                                + " bytes. Report it to Visma with the trace id.",
                        ((Answer.Data) answer).traceId()), tally);
            }
            int written = writer.write(claim, plan.target(), page.buffer(),
                    new Checkpoint(plan.name(), claim.company(), readAt, next, page.buffer().rows(),
                            plan.cadence().next(readAt)));
            progress.made();
            tally.page(page.buffer(), written);
            if (next.isEmpty()) {
                tally.done();
                return Optional.empty();
            }
            cursor = next;
        }
    }

    /** Keeps the reason, and decides whether the unit's other tables can go on. */
    private Optional<Outcome> failed(Claim claim, PullState state, Failure failure, Tally tally) throws SQLException {
        Next next = failure.next();
        Duration retry = switch (next) {
            case WAIT -> longer(failure.atLeast(), Backoff.after(state.failures() + 1));
            case RETRY, LOOK_FIRST -> Backoff.after(state.failures() + 1);
            case STOP, FIX -> LOOK_AGAIN;
        };
        boolean person = next == Next.STOP || next == Next.FIX;
        String trace = failure.traceId().isEmpty() ? "" : " (trace " + failure.traceId() + ")";
        tally.failed(failure.message() + trace, retry);
        states.fail(claim, state, person ? PullState.State.STOPPED : PullState.State.FAILING, failure.message() + trace,
                retry);
        return person ? Optional.empty() : Optional.of(new Outcome.Again(retry));
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    private static boolean isDue(PullState state, Instant now) {
        return !state.dueAt().isAfter(now) && state.retryAt().map(retry -> !retry.isAfter(now)).orElse(true);
    }

    private static Instant nextDue(List<PullState> states, Instant now) {
        return states.stream()
                .map(state -> state.retryAt().filter(retry -> retry.isAfter(state.dueAt())).orElse(state.dueAt()))
                .min(Instant::compareTo).orElse(now.plus(LOOK_AGAIN));
    }

    private static PullPlan plan(Map<String, PullPlan> plans, PullState state) {
        return Objects.requireNonNull(plans.get(state.pull()));
    }

    private static Optional<Boolean> hasNextPage(PullPlan plan, JsonNode data) {
        JsonNode table = data.path(plan.table().scope().root()).path(plan.table().name());
        JsonNode more = table.path("pageInfo").path("hasNextPage");
        return table.path("items").isInt() && more.isBoolean() ? Optional.of(more.booleanValue()) : Optional.empty();
    }

    /** What one run over one table did, for the log and the metrics. */
    private static final class Tally {
        private final String what;
        private final String job;
        private final MeterRegistry metrics;
        private final long from = System.nanoTime();
        private long toldAt = from;
        private long rows;
        private long written;
        private long setAside;
        private int requests;

        Tally(PullPlan plan, Claim claim, MeterRegistry metrics) {
            this.what = "Pull " + plan.name() + ", " + claim.scope() + " " + claim.company();
            this.job = plan.name();
            this.metrics = metrics;
        }

        void request() {
            requests++;
        }

        void page(PageBuffer page, int changed) {
            rows += page.rows();
            written += changed;
            setAside += page.faults().size();
            count("read", page.rows());
            count("written", changed);
            count("set_aside", page.faults().size());
            if (System.nanoTime() - toldAt > TELL_PROGRESS) {
                toldAt = System.nanoTime();
                LOG.infof("%s: %d rows so far in %.1f s", what, rows, seconds());
            }
        }

        void done() {
            LOG.infof("%s: %d rows, %d written, in %.1f s with %d request%s", what, rows, written, seconds(), requests,
                    requests == 1 ? "" : "s");
            if (setAside > 0) {
                LOG.warnf("%s: %d rows are set aside; nxt_sync.row_fault says why", what, setAside);
            }
        }

        void failed(String reason, Duration retry) {
            LOG.warnf("%s: stopped after %d rows, which are kept. %s Tried again in %d s.", what, rows, reason,
                    retry.toSeconds());
        }

        private void count(String kind, int amount) {
            metrics.counter("nxt_pull_rows", "job", job, "kind", kind).increment(amount);
        }

        private double seconds() {
            return (System.nanoTime() - from) / 1e9;
        }
    }
}
