package dev.nxtsync.push.plan;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.error.Problem;
import dev.nxtsync.error.Seconds;
import dev.nxtsync.error.ShuttingDown;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.schema.Introspection;
import dev.nxtsync.graphql.schema.Mutations;
import dev.nxtsync.jobs.LostCallSync;
import dev.nxtsync.jobs.OutageLog;
import dev.nxtsync.process.Threads;
import dev.nxtsync.push.outbox.OutboxOrigin;
import dev.nxtsync.push.outbox.PushStates;
import dev.nxtsync.schedule.Backoff;
import dev.nxtsync.schedule.Heartbeat;

/**
 * Checks the configured pushes against what their connections may change, and announces the lanes in which there is
 * something to do. The schema is read again daily, when an answer did not fit to it, and every half minute as long as a
 * push is stopped.
 */
@Singleton
public class PushPlanner {
    private static final Logger LOG = Logger.getLogger(PushPlanner.class);
    private static final Duration SCHEMA_AGAIN = Duration.ofDays(1);
    private static final Duration STOPPED_AGAIN = Duration.ofSeconds(30);
    /** Answers that do not fit may go on coming; the schema is not read for each. */
    private static final Duration ASKED_AGAIN = Duration.ofSeconds(10);
    private static final String THREAD = "push-planner";

    private final Settings settings;
    private final NxtClient nxt;
    private final Introspection introspection;
    private final Mutations mutations;
    private final PushPlans plans;
    private final PushStates states;
    private final OutboxOrigin home;
    private final Heartbeat heartbeat;
    private final LostCallSync lostCalls;
    private final OutageLog outages;
    private final Threads threads;
    private final Map<String, Attempt> attempts = new HashMap<>();
    private boolean followed;

    /**
     * The last attempt to plan a connection.
     *
     * @param at when it was, on this process' monotonic clock
     * @param next when the next one is
     */
    private record Attempt(int failures, long at, long next) {}

    PushPlanner(Settings settings, NxtClient nxt, Introspection introspection, Mutations mutations, PushPlans plans,
            PushStates states, OutboxOrigin home, Heartbeat heartbeat, LostCallSync lostCalls,
            OutageLog outages,
            Threads threads) {
        this.outages = outages;
        this.threads = threads;
        this.settings = settings;
        this.nxt = nxt;
        this.introspection = introspection;
        this.mutations = mutations;
        this.plans = plans;
        this.states = states;
        this.home = home;
        this.heartbeat = heartbeat;
        this.lostCalls = lostCalls;
    }

    void begin(@Observes Threads begun) {
        if (!settings.pushes().isEmpty()) {
            threads.repeat(THREAD, Duration.ofSeconds(1), this::tick);
        }
    }

    private void tick() {
        if (heartbeat.trouble().isPresent()) {
            // among what it has done first is to write the settings of the pushes
            return;
        }
        try {
            if (!followed) {
                states.follow(settings.push().repeatAfter());
                followed = true;
            }
            states.complete(settings.pushes().keySet());
            for (Settings.Connection connection : settings.connections().values()) {
                MDC.put("connection", connection.name());
                try {
                    plan(connection);
                } finally {
                    MDC.remove("connection");
                }
            }
            announce();
        } catch (SQLException e) {
            LOG.debugf("pushes are looked at again: %s", e.getMessage());
        }
    }

    private void announce() throws SQLException {
        var held = home.held();
        if (held.isPresent() && outages.isNews("outbox", held.get().message())) {
            LOG.error(held.get().message());
        } else if (held.isEmpty()) {
            outages.over("outbox").ifPresent(
                    lasted -> LOG.infof("The outbox is not held any more, after %d s", lasted.toSeconds()));
        }
        var connections = plans.connections();
        if (!connections.isEmpty() && held.isEmpty()) {
            states.announce(connections);
        }
    }

    private static String work(Settings.Connection connection) {
        return "planning of pushes of " + connection.name();
    }

    private void plan(Settings.Connection connection) {
        var pushes = pushes(connection);
        if (nxt.waitsForPerson(connection.name())) {
            // who signs in then may change something else
            attempts.remove(connection.name());
            plans.undone(connection.name());
            return;
        }
        long now = System.nanoTime();
        var last = attempts.getOrDefault(connection.name(), new Attempt(0, now, now));
        boolean asked = now - last.at() >= ASKED_AGAIN.toNanos() && plans.takeLookAgain(connection.name());
        if (pushes.isEmpty() || (!asked && now - last.next() < 0)) {
            return;
        }
        try {
            boolean complete = plan(connection, pushes);
            plans.noTrouble(connection.name());
            outages.over(work(connection)).ifPresent(lasted -> LOG.infof(
                    "The pushes of connection %s are planned, after %d s", connection.name(), lasted.toSeconds()));
            attempts.put(connection.name(),
                    new Attempt(0, now, now + (complete ? SCHEMA_AGAIN : STOPPED_AGAIN).toNanos()));
        } catch (ShuttingDown e) {
            LOG.debugf("%s", e.getMessage());
        } catch (FailedAnswer | SQLException e) {
            Duration wait = Backoff.after(last.failures() + 1);
            Problem reason = e instanceof FailedAnswer failed ? failed.failure().reason() : DatabaseFault.of(e);
            plans.trouble(connection.name(), reason);
            boolean news = e instanceof FailedAnswer failed
                    ? !nxt.waitsForPerson(connection.name())
                            && outages.isNews(connection.name(), work(connection), failed.failure())
                    : outages.isNews(work(connection), reason.code());
            LOG.logf(news ? Logger.Level.WARN : Logger.Level.DEBUG,
                    "The pushes of connection %s cannot be planned. %s Tried again in %s.", connection.name(),
                    reason.message(), Seconds.of(wait));
            attempts.put(connection.name(), new Attempt(last.failures() + 1, now, now + wait.toNanos()));
        } catch (Throwable e) {
            // the other connections are planned all the same, and this one not every second
            threads.failed(THREAD, e, "The planning of the pushes of connection " + connection.name());
            plans.trouble(connection.name(), Problem.unexpected("Planning", e));
            attempts.put(connection.name(), new Attempt(last.failures() + 1, now,
                    now + Backoff.after(last.failures() + 1).toNanos()));
        }
    }

    /**
     * Plans one push at once, for a command.
     *
     * @return why it cannot run; empty if it can
     * @throws FailedAnswer if the API gave no whole answer
     */
    public Optional<Problem> plan(Settings.Push push) throws SQLException {
        states.configure(settings.companiesOfPushes());
        states.complete(settings.pushes().keySet());
        plan(Objects.requireNonNull(settings.connections().get(push.connection())), List.of(push));
        return plans.stopped(push.name());
    }

    /**
     * What is wrong with the pushes of a connection, by push; changes nothing.
     *
     * @throws FailedAnswer if the API gave no whole answer
     */
    public Map<String, Optional<Problem>> check(Settings.Connection connection) {
        var pushes = pushes(connection);
        var flaws = new TreeMap<String, Optional<Problem>>();
        if (!pushes.isEmpty()) {
            var schema = PushSchema.read(connection.name(), pushes, mutations, introspection);
            pushes.forEach(push -> flaws.put(push.name(),
                    PushValidator.of(push, schema, creator(connection)) instanceof PushValidator.Flawed flawed
                            ? Optional.of(flawed.reason())
                            : Optional.empty()));
        }
        return flaws;
    }

    private List<Settings.Push> pushes(Settings.Connection connection) {
        return settings.pushes(connection.name()).stream().filter(push -> !push.table().isEmpty()).toList();
    }

    /** Says whether every push could be planned. */
    private boolean plan(Settings.Connection connection, List<Settings.Push> pushes) throws SQLException {
        lostCalls.keep();
        var schema = PushSchema.read(connection.name(), pushes, mutations, introspection);
        boolean complete = true;
        for (Settings.Push push : pushes) {
            var design = PushValidator.of(push, schema, creator(connection));
            if (design instanceof PushValidator.Sound sound) {
                var unused = outages.over("push " + push.name());
                if (plans.stopped(push.name()).isPresent()) {
                    LOG.infof("Push %s goes on", push.name());
                }
                plans.put(push.name(), new PushPlans.Ready(sound.plan()));
            } else {
                complete = false;
                stop(push.name(), ((PushValidator.Flawed) design).reason());
            }
        }
        return complete;
    }

    private void stop(String push, Problem reason) {
        if (outages.isNews("push " + push, reason.message())) {
            LOG.errorf("Push %s is stopped, the others run. %s", push, reason.message());
        }
        plans.put(push, new PushPlans.Stopped(reason));
    }

    /** Of a user it is not known before a create is answered. */
    private static Optional<String> creator(Settings.Connection connection) {
        return connection.kind() == Settings.Kind.SERVICE ? Optional.of(connection.clientId()) : Optional.empty();
    }
}
