package dev.nxtsync.push.plan;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.schema.Introspection;
import dev.nxtsync.graphql.schema.Mutations;
import dev.nxtsync.jobs.LostCallSync;
import dev.nxtsync.jobs.OutageLog;
import dev.nxtsync.jobs.PlanKind;
import dev.nxtsync.jobs.PlanRegistry;
import dev.nxtsync.jobs.Planner;

/**
 * Checks the configured pushes of a connection against what it may change, and keeps what can be sent as plans: daily, when an
 * answer did not fit to the schema, and as long as a push is stopped.
 */
@Singleton
public class PushPlanner implements Planner {
    private static final Logger LOG = Logger.getLogger(PushPlanner.class);
    private static final PlanKind KIND = new PlanKind("pushes", "push-planner", Duration.ofDays(1));

    private final Settings settings;
    private final Introspection introspection;
    private final Mutations mutations;
    private final PushPlans plans;
    private final LostCallSync lostCalls;
    private final OutageLog outages;

    PushPlanner(Settings settings, Introspection introspection, Mutations mutations, PushPlans plans,
            LostCallSync lostCalls, OutageLog outages) {
        this.settings = settings;
        this.introspection = introspection;
        this.mutations = mutations;
        this.plans = plans;
        this.lostCalls = lostCalls;
        this.outages = outages;
    }

    @Override
    public PlanKind kind() {
        return KIND;
    }

    @Override
    public PlanRegistry<?> plans() {
        return plans;
    }

    @Override
    public void forget(String connection) {
        plans.undone(connection);
    }

    @Override
    public boolean plan(Settings.Connection connection, boolean asked) throws SQLException {
        var pushes = pushes(connection);
        return pushes.isEmpty() || plan(connection, pushes);
    }

    /**
     * Plans one push at once, for a command.
     *
     * @return why it cannot run; empty if it can
     * @throws FailedAnswer if the API gave no whole answer
     */
    public Optional<Problem> plan(Settings.Push push) throws SQLException {
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
                    PushValidator.validate(push, schema, creator(connection)) instanceof PushValidator.FlawedPush flawed
                            ? Optional.of(flawed.reason())
                            : Optional.empty()));
        }
        return flaws;
    }

    /** The pushes of a connection that say what they send to. */
    private List<Settings.Push> pushes(Settings.Connection connection) {
        return settings.pushes(connection.name()).stream().filter(push -> !push.table().isEmpty()).toList();
    }

    /** Says whether every one could be planned. */
    private boolean plan(Settings.Connection connection, List<Settings.Push> pushes) throws SQLException {
        lostCalls.keep();
        var schema = PushSchema.read(connection.name(), pushes, mutations, introspection);
        boolean complete = true;
        for (Settings.Push push : pushes) {
            var validated = PushValidator.validate(push, schema, creator(connection));
            if (validated instanceof PushValidator.SoundPush sound) {
                var unused = outages.over("push " + push.name());
                if (plans.stopped(push.name()).isPresent()) {
                    LOG.infof("Push %s goes on", push.name());
                }
                plans.put(push.name(), new PushPlans.ReadyPush(sound.plan()));
            } else {
                complete = false;
                stop(push.name(), ((PushValidator.FlawedPush) validated).reason());
            }
        }
        return complete;
    }

    private void stop(String push, Problem reason) {
        if (outages.isNews("push " + push, reason.message())) {
            LOG.errorf("Push %s is stopped; the others run. %s", push, reason.message());
        }
        plans.put(push, new PushPlans.StoppedPush(reason));
    }

    /** Whom records name as their creator; of a user it is not known before a create is answered. */
    private static Optional<String> creator(Settings.Connection connection) {
        return connection.kind() == Settings.ConnectionKind.SERVICE
                ? Optional.of(connection.clientId())
                : Optional.empty();
    }
}
