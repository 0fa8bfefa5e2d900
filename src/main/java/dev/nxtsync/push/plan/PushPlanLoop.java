package dev.nxtsync.push.plan;

import java.sql.SQLException;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.config.Settings;
import dev.nxtsync.jobs.PlanFailures;
import dev.nxtsync.jobs.PlanLoop;
import dev.nxtsync.process.Threads;
import dev.nxtsync.push.outbox.PushSettingsTable;
import dev.nxtsync.schedule.Heartbeat;

/** Every second plans what is to be planned, and announces the lanes in which there is something to do. */
@Singleton
class PushPlanLoop {
    private static final Logger LOG = Logger.getLogger(PushPlanLoop.class);

    private final Settings settings;
    private final Heartbeat heartbeat;
    private final PlanLoop loop;
    private final PushSettingsTable table;
    private final LaneAnnouncement announcement;

    PushPlanLoop(Settings settings, Heartbeat heartbeat, PushPlanner planner, PlanFailures failures,
            PushSettingsTable table, LaneAnnouncement announcement) {
        this.settings = settings;
        this.heartbeat = heartbeat;
        this.loop = new PlanLoop(planner, failures);
        this.table = table;
        this.announcement = announcement;
    }

    void begin(@Observes Threads begun) {
        if (!settings.pushes().isEmpty()) {
            loop.begin(begun, this::tick);
        }
    }

    private void tick() {
        if (heartbeat.problem().isPresent()) {
            // among what it has done first is to write the settings of the pushes
            return;
        }
        try {
            announcement.follow(settings.push().repeatAfter());
            table.complete(settings.pushes().keySet());
            loop.plan(settings.connections().values());
            announcement.announce();
        } catch (SQLException e) {
            LOG.debugf("pushes are looked at again: %s", e.getMessage());
        }
    }
}
