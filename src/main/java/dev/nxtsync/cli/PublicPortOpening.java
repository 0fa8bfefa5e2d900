package dev.nxtsync.cli;

import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;

import org.eclipse.microprofile.config.inject.ConfigProperty;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;

import dev.nxtsync.config.Settings;
import dev.nxtsync.http.server.PublicPort;
import dev.nxtsync.http.server.UnusablePort;

/**
 * Opens the public port of a daemon, before that of health, which says that it has started; a command opens none.
 *
 * @param port made only when it is opened, since what works behind it begins to work with that
 */
@Singleton
record PublicPortOpening(Instance<PublicPort> port, Invocation invocation) {
    /** Nothing has begun yet that would go on, and complain, while a start that fails is taken back. */
    void look(@Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event, Settings.Http http,
            @ConfigProperty(name = "quarkus.http.host") String host,
            @ConfigProperty(name = "quarkus.http.port") int management) throws UnusablePort {
        if (invocation.isDaemon()) {
            UnusablePort.look(UnusablePort.PUBLIC, host, http.port());
            // which dev mode keeps open from one start to the next
            if (LaunchMode.current() != LaunchMode.DEVELOPMENT) {
                UnusablePort.look(UnusablePort.MANAGEMENT, host, management);
            }
        }
    }

    void open(@Observes StartupEvent event) throws UnusablePort {
        if (invocation.isDaemon()) {
            port.get().open();
        }
    }
}
