package dev.nxtsync.pull.plan;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.pull.state.DueTimes;

/** Has the due times of planned pulls follow their settings, each minute: a process with older ones may have put something off. For one thread. */
@Singleton
class FollowedSettings {
    private static final Logger LOG = Logger.getLogger(FollowedSettings.class);
    private static final long AGAIN = Duration.ofMinutes(1).toNanos();

    private final PullPlans plans;
    private final DueTimes dueTimes;
    private final LongSupplier nanos;
    /** By pull, when its due times were last seen to follow its settings, as the clock says. */
    private final Map<String, Long> followed = new HashMap<>();

    @Inject
    FollowedSettings(PullPlans plans, DueTimes dueTimes) {
        this(plans, dueTimes, System::nanoTime);
    }

    FollowedSettings(PullPlans plans, DueTimes dueTimes, LongSupplier nanos) {
        this.plans = plans;
        this.dueTimes = dueTimes;
        this.nanos = nanos;
    }

    void follow(String connection) {
        for (PullPlans.Ready ready : plans.planned(connection)) {
            PullPlan plan = ready.plan();
            long now = nanos.getAsLong();
            long before = followed.getOrDefault(plan.name(), now - AGAIN);
            if (now - before < AGAIN) {
                continue;
            }
            try {
                if (dueTimes.follow(new DueTimes.Rule(plan.pull(), plan.cadence(), plan.table().scope()))) {
                    LOG.debugf("Pull %s is planned anew, by other settings than before", plan.name());
                }
                followed.put(plan.name(), now);
            } catch (SQLException e) {
                LOG.debugf("whether pull %s is due by its settings is looked at again: %s", plan.name(),
                        e.getMessage());
            }
        }
    }
}
