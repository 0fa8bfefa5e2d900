package dev.nxtsync.health;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;

import dev.nxtsync.schedule.Heartbeat;

/** Ready: what is needed to take in work, which is the database. It is said without one of the threads that requests may use up. */
@Readiness
@Singleton
class DatabaseReady implements AsyncHealthCheck {
    private final Heartbeat heartbeat;

    DatabaseReady(Heartbeat heartbeat) {
        this.heartbeat = heartbeat;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return Uni.createFrom().item(this::response);
    }

    private HealthCheckResponse response() {
        var response = HealthCheckResponse.named("database").up();
        heartbeat.problem().ifPresent(
                reason -> response.down().withData("reason", reason.message()).withData("code", reason.code()));
        return response.build();
    }
}
