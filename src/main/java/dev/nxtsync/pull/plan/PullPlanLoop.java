package dev.nxtsync.pull.plan;

import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.database.Migrations;
import dev.nxtsync.jobs.PlanFailures;
import dev.nxtsync.jobs.PlanLoop;
import dev.nxtsync.process.Threads;

/** Every second plans the pulls that are to be planned, and looks at the targets and due times of those that are. */
@Singleton
class PullPlanLoop {
    private final Settings settings;
    private final Migrations migrations;
    private final PlanLoop loop;
    private final Targets targets;
    private final FollowedSettings followed;

    PullPlanLoop(Settings settings, Migrations migrations, PullPlanner planner, PlanFailures failures, Targets targets,
            FollowedSettings followed) {
        this.settings = settings;
        this.migrations = migrations;
        this.loop = new PlanLoop(planner, failures);
        this.targets = targets;
        this.followed = followed;
    }

    void begin(@Observes Threads begun) {
        loop.begin(begun, this::tick);
    }

    private void tick() {
        if (migrations.done()) {
            loop.plan(settings.connections().values());
            targets.change();
            settings.connections().keySet().forEach(followed::follow);
        }
    }
}
