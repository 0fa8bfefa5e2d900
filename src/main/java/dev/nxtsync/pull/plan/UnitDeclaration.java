package dev.nxtsync.pull.plan;

import java.sql.SQLException;
import java.util.List;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.pull.state.PullUnitStore;
import dev.nxtsync.tenant.Tenant;

/** Declares the units of work of a pull in the companies that its connection sees now. */
@Singleton
record UnitDeclaration(PullUnitStore units, PullPlans plans) {
    private static final Logger LOG = Logger.getLogger(UnitDeclaration.class);

    /** @param owners the companies of the pull, or the customers of a system table */
    void declare(PullPlan plan, List<Tenant> owners) throws SQLException {
        String pull = plan.name();
        var before = plans.planned(plan.pull().connection()).stream().filter(ready -> ready.plan().name().equals(pull))
                .findFirst().map(PullPlans.Ready::owners).orElse(List.of());
        var added = owners.stream().filter(owner -> !before.contains(owner)).toList();
        if (!added.isEmpty()) {
            units.declare(pull, plan.pull().connection(), added);
        }
        if (!before.isEmpty()) {
            added.forEach(owner -> LOG.infof("Pull %s: %s is new", pull, owner));
        }
        for (int gone : units.seen(pull, owners.stream().map(Tenant::number).toList())) {
            LOG.warnf("Pull %s: %s is not among those that connection %s sees; its rows stay as they are", pull,
                    plan.tenant(gone), plan.pull().connection());
        }
    }
}
