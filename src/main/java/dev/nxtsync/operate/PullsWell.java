package dev.nxtsync.operate;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

import io.smallrye.health.api.Wellness;

import dev.nxtsync.config.Settings;
import dev.nxtsync.pull.PullPlans;
import dev.nxtsync.schedule.Heartbeat;
import dev.nxtsync.store.PullState;
import dev.nxtsync.store.PullStates;
import dev.nxtsync.store.RowFaults;

/** Well: every pull does its work. Rows that are set aside are shown, and are no alarm. */
@Wellness
@Singleton
class PullsWell implements HealthCheck {
    /** One failure that the next attempt mends is shown, but is no alarm. */
    private static final int ALARM = 2;

    private final Settings settings;
    private final PullPlans plans;
    private final PullStates states;
    private final RowFaults faults;
    private final Heartbeat heartbeat;

    PullsWell(Settings settings, PullPlans plans, PullStates states, RowFaults faults, Heartbeat heartbeat) {
        this.settings = settings;
        this.plans = plans;
        this.states = states;
        this.faults = faults;
        this.heartbeat = heartbeat;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("pulls").up();
        plans.troubles().forEach((what, reason) -> response.down().withData(what, reason));
        if (!heartbeat.trouble().isEmpty()) {
            return response.down().withData("database", heartbeat.trouble()).build();
        }
        try {
            for (PullState each : states.troubled(settings.pulls().keySet())) {
                String name = "pull " + each.pull() + ", " + each.company();
                each.held().ifPresent(reason -> response.down().withData(name + ", held", reason));
                if (each.state() != PullState.State.OK) {
                    response.withData(name, each.reason() + "; next attempt "
                            + each.retryAt().map(Object::toString).orElse("when it is due"));
                }
                if (each.state() == PullState.State.STOPPED
                        || (each.state() == PullState.State.FAILING && each.failures() >= ALARM)) {
                    response.down();
                }
            }
            faults.count().forEach((pull, count) -> response.withData("rows of " + pull + " set aside", count));
        } catch (SQLException e) {
            response.down().withData("database", String.valueOf(e.getMessage()));
        }
        return response.build();
    }
}
