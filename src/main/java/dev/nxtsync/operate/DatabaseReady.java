package dev.nxtsync.operate;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

import dev.nxtsync.schedule.Heartbeat;

/** Ready: what is needed to take in work, which is the database. */
@Readiness
@Singleton
class DatabaseReady implements HealthCheck {
    private final Heartbeat heartbeat;

    DatabaseReady(Heartbeat heartbeat) {
        this.heartbeat = heartbeat;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("database").up();
        heartbeat.trouble().ifPresent(reason -> response.down().withData("reason", reason.message())
                .withData("code", reason.code()));
        return response.build();
    }
}
