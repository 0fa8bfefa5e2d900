package dev.nxtsync.operate;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import io.quarkus.runtime.StartupEvent;

import dev.nxtsync.port.PublicPort;
import dev.nxtsync.port.UnusablePort;

/** Opens the public port of a daemon, before that of health, which says that it has started; a command opens none. */
@Singleton
class Opening {
    private final PublicPort port;

    Opening(PublicPort port) {
        this.port = port;
    }

    void open(@Observes StartupEvent event) throws UnusablePort {
        if (!NxtSync.isCommand()) {
            port.open();
        }
    }
}
