package dev.nxtsync.pull.plan;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.database.Encoding;
import dev.nxtsync.error.ErrorCode;
import dev.nxtsync.error.Problem;
import dev.nxtsync.pull.key.KeyChoice;
import dev.nxtsync.pull.plan.CompanyScopes.Tenancy;
import dev.nxtsync.pull.plan.PullValidator.Design;
import dev.nxtsync.tenant.Tenant;

/** Has a pull run as it is designed, or stops it. */
@Singleton
record PullAdoption(TableMigrator tables, EarlierPull before, Targets targets, UnitDeclaration units, PullPlans plans,
        Pulls pulls, AdoptedPulls adopted, FollowedSettings followed) {
    private static final Logger LOG = Logger.getLogger(PullAdoption.class);

    /**
     * Says whether it could be planned, but perhaps for its target, about which the schema says nothing.
     *
     * @param encoding of the database
     */
    boolean adopt(String pull, Design design, Tenancy tenancy, Encoding encoding) throws SQLException {
        if (design instanceof PullValidator.Flawed flawed) {
            return stop(pull, flawed.reason());
        }
        if (design instanceof PullValidator.AwaitingProof waiting) {
            targets.await(pull, new PullPlans.Unproven(waiting.reason()));
            return true;
        }
        var sound = (PullValidator.Sound) design;
        PullPlan plan = sound.plan().in(encoding);
        List<Tenant> owners = tenancy.owners(plan);
        var ready = new PullPlans.Ready(plan, owners);
        if (adopted.isOf(ready)) {
            return true;
        }
        var earlier = before.obstacle(plan);
        if (earlier.isPresent()) {
            return stop(pull, earlier.get());
        }
        if (owners.isEmpty()) {
            return stop(pull, new Problem(ErrorCode.NO_COMPANY, "The client id of connection "
                    + plan.pull().connection() + " sees no company. " + ErrorCode.NO_CUSTOMER.nextStep()));
        }
        if (!plans.runningKey(pull).equals(Optional.of(plan.key()))) {
            if (!KeyChoice.isSaid(plan.pull())) {
                LOG.logf(pulls.isOfPattern(pull) ? Logger.Level.DEBUG : Logger.Level.INFO,
                        "Pull %s: the key of table %s is %s, %s", pull, plan.table().name(),
                        String.join(", ", plan.key()), sound.key().reason());
            }
            sound.keyDoubt().ifPresent(doubt -> LOG.warnf("Pull %s: %s", pull, doubt));
            sound.remarks().forEach(remark -> LOG.warnf("Pull %s: %s", pull, remark));
        }
        units.declare(plan, owners);
        targets.prepare(ready);
        adopted.put(plan);
        LOG.debugf("Pull %s is planned for %s", pull, owners);
        return true;
    }

    private boolean stop(String pull, Problem reason) throws SQLException {
        targets.stop(pull, new PullPlans.Stopped(new Problem(reason.errorCode(), pulls.told(pull, reason.message()))));
        return false;
    }
}
