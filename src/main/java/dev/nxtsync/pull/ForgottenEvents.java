package dev.nxtsync.pull;

import java.sql.SQLException;
import java.time.Duration;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.inbox.Inbox;
import dev.nxtsync.process.Threads;
import dev.nxtsync.schedule.Heartbeat;

/** Wakes whoever has a key to look at and was not woken for it, such as one that has become due. */
@Singleton
record ForgottenEvents(Inbox inbox, Heartbeat heartbeat) {
    private static final Logger LOG = Logger.getLogger(ForgottenEvents.class);

    void begin(@Observes Threads threads) {
        threads.repeat("forgotten-events", Duration.ofSeconds(5), this::wake);
    }

    private void wake() {
        if (heartbeat.problem().isEmpty()) {
            try {
                inbox.wakeForgotten();
            } catch (SQLException e) {
                LOG.debugf("looked for forgotten keys again later: %s", e.getMessage());
            }
        }
    }
}
