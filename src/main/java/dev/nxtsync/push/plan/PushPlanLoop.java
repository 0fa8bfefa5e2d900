package dev.nxtsync.push.plan;

import java.sql.SQLException;
import java.time.Duration;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

import dev.nxtsync.config.Settings;
import dev.nxtsync.process.Threads;
import dev.nxtsync.push.outbox.PushLanes;
import dev.nxtsync.push.outbox.PushSettingsTable;
import dev.nxtsync.schedule.Heartbeat;

/** Every second plans what is to be planned, and announces the lanes in which there is something to do. */
@Singleton
class PushPlanLoop {
    private static final Logger LOG = Logger.getLogger(PushPlanLoop.class);

    private final Settings settings;
    private final Heartbeat heartbeat;
    private final PushPlanTimes times;
    private final PushSettingsTable table;
    private final PushLanes lanes;
    private final LaneAnnouncement announcement;
    private boolean followed;

    PushPlanLoop(Settings settings, Heartbeat heartbeat, PushPlanTimes times, PushSettingsTable table, PushLanes lanes,
            LaneAnnouncement announcement) {
        this.settings = settings;
        this.heartbeat = heartbeat;
        this.times = times;
        this.table = table;
        this.lanes = lanes;
        this.announcement = announcement;
    }

    void begin(@Observes Threads begun) {
        if (!settings.pushes().isEmpty()) {
            begun.repeat(PushPlanTimes.THREAD, Duration.ofSeconds(1), this::tick);
        }
    }

    private void tick() {
        if (heartbeat.trouble().isPresent()) {
            // among what it has done first is to write the settings of the pushes
            return;
        }
        try {
            if (!followed) {
                lanes.follow(settings.push().repeatAfter());
                followed = true;
            }
            table.complete(settings.pushes().keySet());
            for (Settings.Connection connection : settings.connections().values()) {
                MDC.put("connection", connection.name());
                try {
                    times.plan(connection);
                } finally {
                    MDC.remove("connection");
                }
            }
            announcement.announce();
        } catch (SQLException e) {
            LOG.debugf("pushes are looked at again: %s", e.getMessage());
        }
    }
}
