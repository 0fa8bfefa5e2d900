package dev.nxtsync.pull.plan;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.database.DatabaseFault;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.process.ConditionLog;
import dev.nxtsync.pull.state.PullStates;
import dev.nxtsync.pull.state.PullUnitStore;
import dev.nxtsync.pull.target.TargetFault;

/**
 * Makes the target tables of pulls, and goes on looking at them: what a user does to one stops its own pull only, is noticed
 * though no row may have to be written, and costs no request meanwhile. For one thread.
 */
@Singleton
class Targets {
    private static final Logger LOG = Logger.getLogger(Targets.class);
    private static final long LOOK = Duration.ofSeconds(15).toNanos();

    private final TableMigrator tables;
    private final PullPlans plans;
    private final PullStates states;
    private final PullUnitStore units;
    private final Map<String, PullPlans.Ready> toChange = new LinkedHashMap<>();
    private final Map<String, Long> lookedAt = new HashMap<>();
    private final ConditionLog<String> conditions = new ConditionLog<>();

    Targets(TableMigrator tables, PullPlans plans, PullStates states, PullUnitStore units) {
        this.tables = tables;
        this.plans = plans;
        this.states = states;
        this.units = units;
    }

    /**
     * Makes the target of a pull that is otherwise ready, which then runs; or says why it cannot be used. A target that must be
     * changed is left to {@link #change}.
     */
    void prepare(PullPlans.Ready ready) throws SQLException {
        if (tables.isToChange(ready.plan().name(), ready.plan().target())) {
            toChange.put(ready.plan().name(), ready);
        } else {
            make(ready);
        }
    }

    /** Changes the targets that must be, for which others may have to wait long. */
    void change() {
        for (PullPlans.Ready ready : toChange.values()) {
            PullPlan plan = ready.plan();
            try {
                make(ready);
                // its units may have come, and found that it was not planned
                units.wake(plan.name(), plan.pull().connection(), plan.table().scope());
            } catch (SQLException e) {
                LOG.debugf("the target of pull %s is changed later: %s", plan.name(), e.getMessage());
                plans.put(plan.name(), new PullPlans.WithoutTarget(ready, DatabaseFault.of(e)));
            }
        }
        toChange.clear();
    }

    private void make(PullPlans.Ready ready) throws SQLException {
        PullPlan plan = ready.plan();
        var obstacle = obstacle(ready);
        if (obstacle.isPresent()) {
            halt(plan.name(), obstacle.get());
            if (!(obstacle.get() instanceof PullPlans.LeftToOther)) {
                states.stopped(plan.name(), obstacle.get().reason());
            }
            return;
        }
        var before = plans.of(plan.name());
        boolean ran = before.filter(PullPlans.Ready.class::isInstance).isPresent();
        boolean wasHalted = before.filter(PullPlans.Halted.class::isInstance).isPresent();
        boolean joins = before.map(PullPlans.LeftOut.class::isInstance)
                .orElseGet(() -> plans.isAtWork(plan.pull().connection()));
        plans.put(plan.name(), ready);
        var unused = conditions.over(plan.name());
        if (states.planned(plan.name(), !ran) || wasHalted || joins) {
            LOG.logf(joins ? Logger.Level.DEBUG : Logger.Level.INFO, "Pull %s goes on", plan.name());
            // its units may have come, and found that it was not planned
            units.wake(plan.name(), plan.pull().connection(), plan.table().scope());
        }
    }

    /** Says of a pull for what it waits. */
    void await(String pull, PullPlans.Unproven unproven) throws SQLException {
        if (conditions.isNews(pull, unproven.reason().message())) {
            LOG.infof("Pull %s waits. %s", pull, unproven.reason().message());
        }
        plans.put(pull, unproven);
        states.stopped(pull, unproven.reason());
    }

    /** Says of a pull that it cannot run, and why. */
    void stop(String pull, PullPlans.Halted halted) throws SQLException {
        halt(pull, halted);
        states.stopped(pull, halted.reason());
    }

    private void halt(String pull, PullPlans.Halted halted) {
        Problem reason = halted.reason();
        if (conditions.isNews(pull, reason.message())) {
            LOG.errorf("Pull %s is stopped; the others run. %s", pull, reason.message());
        }
        plans.put(pull, halted);
    }

    /**
     * Asks the catalogue of the database, now and then and when somebody has met something, whether the targets of a
     * connection's pulls are as they must be. One that is gone is made anew, and its pull begins anew.
     */
    void look(String connection) {
        boolean asked = plans.takeLookAtTargets(connection);
        long now = System.nanoTime();
        if (!asked && now - lookedAt.getOrDefault(connection, now - LOOK) < LOOK) {
            return;
        }
        lookedAt.put(connection, now);
        List<PullPlans.Ready> planned = plans.planned(connection);
        try {
            var fitting = planned.isEmpty()
                    ? Set.of()
                    : tables.fitting(planned.stream().map(PullPlans.Ready::plan)
                            .collect(Collectors.toMap(PullPlan::name, PullPlan::target)));
            for (PullPlans.Ready ready : planned) {
                boolean runs = plans.of(ready.plan().name()).filter(ready::equals).isPresent();
                if (!runs || !fitting.contains(ready.plan().name())) {
                    prepare(ready);
                }
            }
        } catch (SQLException e) {
            LOG.debugf("looked at the targets of connection %s again later: %s", connection, e.getMessage());
        }
    }

    private Optional<PullPlans.AlmostReady> obstacle(PullPlans.Ready ready) throws SQLException {
        PullPlan plan = ready.plan();
        try {
            var made = tables.make(plan.name(), plan.target(), plan.mapping().columns());
            if (made instanceof TableMigrator.Made.TargetUnusable unusable) {
                return Optional.of(new PullPlans.WithoutTarget(ready, new Problem(ErrorCode.TARGET_UNUSABLE,
                        "Its target table cannot be used: " + String.join("; ", unusable.problems()) + ".")));
            }
            if (made instanceof TableMigrator.Made.TargetKeyWrong wrong) {
                return Optional.of(new PullPlans.WithoutTarget(ready, wrong.reason()));
            }
            if (made instanceof TableMigrator.Made.Disputed disputed) {
                return Optional.of(new PullPlans.LeftToOther(ready, disputed.reason()));
            }
            if (!made.changes().isEmpty()) {
                LOG.infof("Pull %s: in its target table, %s", plan.name(), String.join(", ", made.changes()));
            }
            return Optional.empty();
        } catch (TargetFault e) {
            return Optional.of(new PullPlans.WithoutTarget(ready, e.reason()));
        }
    }
}
