package dev.nxtsync.health;

import jakarta.inject.Singleton;

import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

import io.smallrye.health.api.Wellness;

import dev.nxtsync.status.NoticeDelivery;

/** Well: the last notice was taken, so that whoever relies on notices hears of troubles. */
@Wellness
@Singleton
class NoticesWell implements HealthCheck {
    private final NoticeDelivery notices;

    NoticesWell(NoticeDelivery notices) {
        this.notices = notices;
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("notices").up();
        notices.failure().ifPresent(reason -> response.down().withData("reason", reason.coded()));
        return response.build();
    }
}
