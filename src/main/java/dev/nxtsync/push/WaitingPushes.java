package dev.nxtsync.push;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.jobs.WaitingWork;
import dev.nxtsync.push.outbox.PushLanes;

/** Pushes that wait for a token. */
@Singleton
record WaitingPushes(Settings settings, PushLanes lanes) implements WaitingWork {
    @Override
    public String what() {
        return "pushes";
    }

    @Override
    public void retry(String connection) throws SQLException {
        lanes.retry(connection, settings.pushes(connection).stream().map(Settings.Push::name).toList());
    }
}
