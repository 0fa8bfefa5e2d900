package dev.nxtsync.health;

import java.util.List;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

import io.smallrye.health.api.Wellness;

import dev.nxtsync.schedule.Heartbeat;
import dev.nxtsync.status.ConnectionFindings;

/** Well: no sign-in of a person ends within days. */
@Wellness
@Singleton
class SignInsWell implements HealthCheck {
    private final ConnectionFindings findings;
    private final Heartbeat heartbeat;

    SignInsWell(ConnectionFindings findings, Heartbeat heartbeat) {
        this.findings = findings;
        this.heartbeat = heartbeat;
    }

    @Override
    public HealthCheckResponse call() {
        return FindingsCheck.named("sign-ins", heartbeat, List.of(), findings::signIns);
    }
}
