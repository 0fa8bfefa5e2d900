package dev.nxtsync.health;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

import io.smallrye.health.api.Wellness;

import dev.nxtsync.status.ConnectionFindings;

/** Well: the files of the keys by which callers are let in can be used. */
@Wellness
@Singleton
class KeysWell implements HealthCheck {
    private final ConnectionFindings findings;

    KeysWell(ConnectionFindings findings) {
        this.findings = findings;
    }

    @Override
    public HealthCheckResponse call() {
        return FindingsCheck.named("keys of callers", findings.keys());
    }
}
