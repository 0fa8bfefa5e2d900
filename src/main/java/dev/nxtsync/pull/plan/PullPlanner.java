package dev.nxtsync.pull.plan;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.error.Problem;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.jobs.PlanKind;
import dev.nxtsync.jobs.PlanRegistry;
import dev.nxtsync.jobs.Planner;
import dev.nxtsync.pull.plan.PullSchemas.SeenSchema;

/**
 * Turns the configured pulls of a connection into units of work, by what the connection sees. Companies are looked at again
 * every five minutes, the schema daily, when an answer did not fit to it, and as long as a pull is stopped.
 */
@Singleton
public class PullPlanner implements Planner {
    private static final PlanKind KIND = new PlanKind("pulls", "pull-planner", Duration.ofMinutes(5));

    private final Settings settings;
    private final PullSchemas schemas;
    private final PatternPlanning patterns;
    private final PullAdoption adoption;
    private final PullOffer offer;
    private final PullPlans plans;
    private final PullKeys keys;

    PullPlanner(Settings settings, PullSchemas schemas, PatternPlanning patterns, PullAdoption adoption,
            PullOffer offer, PullKeys keys) {
        this.settings = settings;
        this.schemas = schemas;
        this.patterns = patterns;
        this.adoption = adoption;
        this.offer = offer;
        this.plans = keys.plans();
        this.keys = keys;
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
        schemas.forget(connection);
        keys.forget(connection);
        plans.undone(connection);
        adoption.adopted().forget(connection);
    }

    /** Changes the targets that a plan needs changed, for which others may have to wait long. */
    void changeTargets() {
        adoption.targets().change();
    }

    @Override
    public void look(String connection) {
        adoption.targets().look(connection);
    }

    /** Reads what the plan of a connection begins with, once, while nothing can be planned yet. */
    void readAhead(Settings.Connection connection) {
        schemas.readAhead(connection);
    }

    @Override
    public boolean plan(Settings.Connection connection, boolean asked) throws SQLException {
        String name = connection.name();
        boolean daily = schemas.isOld(name);
        if (daily) {
            plans.planned(name).forEach(ready -> plans.forgetMisfits(ready.plan().name()));
        }
        // what is lost may be there again
        boolean lacksTables = patterns.recall(name);
        if (asked || daily || lacksTables) {
            schemas.forget(name);
        }
        boolean isKept = schemas.isKept(name);
        var seen = schemas.read(connection);
        if (isKept && patterns.isOutdated(name, seen)) {
            schemas.forget(name);
            seen = schemas.read(connection);
        }
        boolean complete = plan(connection, seen) && seen.keys().isWhole() && !patterns.isBlind(name, seen)
                && !patterns.isIdle();
        if (complete || (patterns.has(name) && schemas.isFresh(seen))) {
            schemas.keep(name, seen);
        }
        if (complete) {
            adoption.adopted().forget(name);
        }
        // before its units are worked on: what is locked meanwhile would be left out of the document of its company
        adoption.followed().follow(name);
        return complete;
    }

    /**
     * Plans one pull at once, for a command.
     *
     * @return why it cannot run; empty if it can
     * @throws FailedAnswer if the API gave no whole answer
     */
    public Optional<Problem> plan(Settings.Pull pull) throws SQLException {
        var connection = Objects.requireNonNull(settings.connections().get(pull.connection()));
        var seen = schemas.read(connection, List.of(pull));
        var lost = patterns.lost(pull, seen);
        if (lost.isPresent()) {
            return lost;
        }
        adoption.adopted().forget(connection.name());
        var keysNow = keys.now(connection.name(), List.of(pull), seen);
        adopt(PullValidator.validate(List.of(pull), seen.tables(), keysNow::choice, settings), seen);
        changeTargets();
        return plans.of(pull.name()).flatMap(PullPlans.PlannedPull::obstacle);
    }

    /** Says whether every pull could be planned. */
    private boolean plan(Settings.Connection connection, SeenSchema seen) throws SQLException {
        String name = connection.name();
        var matched = patterns.matched(name, seen);
        var pulls = new ArrayList<>(patterns.written(name));
        matched.stream().filter(each -> each.obstacle().isEmpty()).forEach(each -> pulls.add(each.pull()));
        if (pulls.isEmpty() && !patterns.has(name)) {
            offer.tell(name, seen.tenancy().companies());
            return true;
        }
        var choices = keys.known(name, pulls, seen);
        var designs = PullValidator.validate(pulls, seen.tables(), choices::choice, settings);
        return adopt(patterns.taken(name, matched, designs, seen), seen);
    }

    private boolean adopt(Map<String, PullValidator.Design> designs, SeenSchema seen) throws SQLException {
        boolean complete = true;
        var encoding = adoption.tables().encoding();
        for (var design : designs.entrySet()) {
            complete &= adoption.adopt(design.getKey(), design.getValue(), seen.tenancy(), encoding);
        }
        return complete;
    }
}
