package dev.nxtsync.health;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

import io.smallrye.health.api.Wellness;

import dev.nxtsync.schedule.Heartbeat;
import dev.nxtsync.status.Findings;

/** Well: every push gets on, and no row waits for a person. */
@Wellness
@Singleton
class PushesWell implements HealthCheck {
    private final Findings findings;
    private final Heartbeat heartbeat;

    PushesWell(Findings findings, Heartbeat heartbeat) {
        this.findings = findings;
        this.heartbeat = heartbeat;
    }

    @Override
    public HealthCheckResponse call() {
        return FindingsCheck.named("pushes", heartbeat, findings.pushPlans(), findings::pushes);
    }
}
