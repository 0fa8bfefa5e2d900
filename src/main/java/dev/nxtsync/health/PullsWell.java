package dev.nxtsync.health;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

import io.smallrye.health.api.Wellness;

import dev.nxtsync.schedule.Heartbeat;
import dev.nxtsync.status.PullFindings;

/** Well: every pull does its work. Rows that are set aside, and pauses, are shown and are no alarm. */
@Wellness
@Singleton
class PullsWell implements HealthCheck {
    private final PullFindings findings;
    private final Heartbeat heartbeat;

    PullsWell(PullFindings findings, Heartbeat heartbeat) {
        this.findings = findings;
        this.heartbeat = heartbeat;
    }

    @Override
    public HealthCheckResponse call() {
        return FindingsCheck.named("pulls", heartbeat, findings.plans(), findings::stored);
    }
}
