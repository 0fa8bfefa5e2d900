package dev.nxtsync.health;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.quarkus.runtime.StartupEvent;

/**
 * Has metrics counted from the first moment on. Quarkus adds the registry in which they are kept after everybody has begun
 * who observes the start, and what is counted without one is lost.
 */
@Singleton
class Metering {

    @SuppressWarnings("deprecation") // it is the one that Quarkus keeps
    void begin(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event,
            PrometheusMeterRegistry registry) {
        Metrics.addRegistry(registry);
    }
}
