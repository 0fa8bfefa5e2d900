package dev.nxtsync.health;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

import io.smallrye.health.api.Wellness;

import dev.nxtsync.error.Seconds;
import dev.nxtsync.token.Connections;
import dev.nxtsync.token.TokenStatus;

/** Well: every connection has a valid token. */
@Wellness
@Singleton
class TokensWell implements HealthCheck {
    private final Connections connections;

    TokensWell(Connections connections) {
        this.connections = connections;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("tokens").up();
        for (TokenStatus each : connections.status()) {
            if (each.isAlarm()) {
                response.down();
            }
            String state = each.age().isPresent()
                    ? "age " + each.age().get().toSeconds() + " s, expires in " + each.expiresIn().toSeconds() + " s"
                            + each.grantedScope().filter(scope -> !scope.equals(each.askedScope()))
                                    .map(scope -> ", granted scope \"" + scope + "\" instead of \"" + each.askedScope()
                                            + "\"")
                                    .orElse("")
                    : "no valid token";
            response.withData(each.connection(), state + each.lastError().map(error -> "; " + error.coded()).orElse("")
                    + (each.waitsForPerson() ? "" : "; next request in " + Seconds.of(each.nextAttempt())));
        }
        return response.build();
    }
}
