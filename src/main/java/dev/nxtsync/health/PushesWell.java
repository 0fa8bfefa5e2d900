package dev.nxtsync.health;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

import io.smallrye.health.api.Wellness;

import dev.nxtsync.schedule.Heartbeat;
import dev.nxtsync.status.PushFindings;

/** Well: every push makes progress, and no row waits for a person. */
@Wellness
@Singleton
class PushesWell implements HealthCheck {
    private final PushFindings findings;
    private final Heartbeat heartbeat;

    PushesWell(PushFindings findings, Heartbeat heartbeat) {
        this.findings = findings;
        this.heartbeat = heartbeat;
    }

    @Override
    public HealthCheckResponse call() {
        return FindingsCheck.named("pushes", heartbeat, findings.plans(), findings::stored);
    }
}
