package dev.nxtsync.operate;

import java.sql.SQLException;
import java.util.TreeMap;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

import io.smallrye.health.api.Wellness;

import dev.nxtsync.config.Settings;
import dev.nxtsync.push.PushPlans;
import dev.nxtsync.schedule.Heartbeat;
import dev.nxtsync.store.OutboxHome;
import dev.nxtsync.store.PushStates;

/** Well: every push gets on, and no row waits for a person. */
@Wellness
@Singleton
class PushesWell implements HealthCheck {
    /** One failure that the next attempt mends is shown, but is no alarm. */
    private static final int ALARM = 2;

    private final Settings settings;
    private final PushPlans plans;
    private final PushStates states;
    private final OutboxHome home;
    private final Heartbeat heartbeat;

    PushesWell(Settings settings, PushPlans plans, PushStates states, OutboxHome home, Heartbeat heartbeat) {
        this.settings = settings;
        this.plans = plans;
        this.states = states;
        this.home = home;
        this.heartbeat = heartbeat;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("pushes").up();
        plans.troubles().forEach((what, reason) -> response.down().withData(what, reason));
        if (!heartbeat.trouble().isEmpty()) {
            return response.down().withData("database", heartbeat.trouble()).build();
        }
        try {
            if (!settings.pushes().isEmpty()) {
                home.held().ifPresent(reason -> response.down().withData("outbox", reason));
            }
            var keyColumns = new TreeMap<String, String>();
            settings.pushes().forEach((name, push) -> keyColumns.put(name, String.join(",", push.keyColumn())));
            for (PushStates.Trouble each : states.troubles(keyColumns)) {
                response.withData("push " + each.push() + ", " + each.company(), each.reason());
                if (each.stopped() || each.failures() >= ALARM) {
                    response.down();
                }
            }
            states.depths().forEach((push, depth) -> {
                long dead = depth.states().getOrDefault("dead", 0L);
                long waiting = depth.states().getOrDefault("waiting", 0L);
                if (dead + depth.remarks() > 0) {
                    response.down().withData("push " + push + ", dead letters", dead + depth.remarks()
                            + " rows wait for a person; run: java -jar quarkus-run.jar dead-letters list");
                }
                if (waiting > 0 && !settings.pushes().containsKey(push)) {
                    response.down().withData("push " + push,
                            waiting + " rows wait for it, and it is not configured: set NXT_PUSHES_"
                                    + push.toUpperCase(java.util.Locale.ROOT) + "_TABLE and the like, or discard them");
                }
            });
        } catch (SQLException e) {
            response.down().withData("database", String.valueOf(e.getMessage()));
        }
        return response.build();
    }
}
