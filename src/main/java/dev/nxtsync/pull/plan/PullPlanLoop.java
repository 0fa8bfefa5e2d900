package dev.nxtsync.pull.plan;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.Migrations;
import dev.nxtsync.jobs.PlanFailures;
import dev.nxtsync.jobs.PlanLoop;
import dev.nxtsync.process.Threads;
import dev.nxtsync.schedule.JobRunner;

/** Every second plans the pulls that are to be planned, and looks at the targets and due times of those that are. */
@Singleton
class PullPlanLoop {
    private final Settings settings;
    private final Migrations migrations;
    private final PullPlanner planner;
    private final PlanLoop loop;
    private final FollowedSettings followed;
    private final JobRunner runner;

    PullPlanLoop(Settings settings, Migrations migrations, PullPlanner planner, PlanFailures failures,
            FollowedSettings followed, JobRunner runner) {
        this.settings = settings;
        this.migrations = migrations;
        this.planner = planner;
        this.loop = new PlanLoop(planner, failures);
        this.followed = followed;
        this.runner = runner;
    }

    void begin(@Observes Threads begun) {
        loop.begin(begun, this::tick);
    }

    private void tick() {
        if (!migrations.done()) {
            // meanwhile
            settings.connections().values().forEach(planner::readAhead);
            return;
        }
        boolean planned = loop.plan(settings.connections().values());
        planner.changeTargets();
        settings.connections().keySet().forEach(followed::follow);
        if (planned) {
            runner.look();
        }
    }
}
