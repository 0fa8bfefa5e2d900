package dev.nxtsync.push.plan;

import java.sql.SQLException;
import java.time.Duration;

import jakarta.inject.Singleton;

import org.jboss.logging.Logger;

import dev.nxtsync.error.Words;
import dev.nxtsync.jobs.OutageLog;
import dev.nxtsync.push.outbox.OutboxOrigin;
import dev.nxtsync.push.outbox.PushLanes;

/** Announces the lanes of planned pushes, unless the outbox is a copy. For one thread. */
@Singleton
class LaneAnnouncement {
    private static final Logger LOG = Logger.getLogger(LaneAnnouncement.class);

    private final PushPlans plans;
    private final PushLanes lanes;
    private final OutboxOrigin origin;
    private final OutageLog outages;
    private boolean followed;

    LaneAnnouncement(PushPlans plans, PushLanes lanes, OutboxOrigin origin, OutageLog outages) {
        this.plans = plans;
        this.lanes = lanes;
        this.origin = origin;
        this.outages = outages;
    }

    /** Once, has what may have been sent be looked for by the present settings, which may have changed. */
    void follow(Duration repeatAfter) throws SQLException {
        if (!followed) {
            lanes.follow(repeatAfter);
            followed = true;
        }
    }

    void announce() throws SQLException {
        var held = origin.held();
        if (held.isPresent() && outages.isNews("outbox", held.get().message())) {
            LOG.error(held.get().message());
        } else if (held.isEmpty()) {
            outages.over("outbox")
                    .ifPresent(lasted -> LOG.infof("The outbox is no longer held, after %s", Words.time(lasted)));
        }
        var connections = plans.connections();
        if (!connections.isEmpty() && held.isEmpty()) {
            lanes.announce(connections);
        }
    }
}
