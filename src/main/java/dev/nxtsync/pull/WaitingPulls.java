package dev.nxtsync.pull;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Pulls;
import dev.nxtsync.config.Settings;
import dev.nxtsync.jobs.WaitingWork;
import dev.nxtsync.pull.state.PullControl;

/** Pulls that wait for a token. */
@Singleton
record WaitingPulls(Pulls pulls, PullControl control) implements WaitingWork {
    @Override
    public String what() {
        return "pulls";
    }

    @Override
    public void retry(String connection) throws SQLException {
        control.retry(connection, pulls.of(connection).stream().map(Settings.Pull::name).toList());
    }
}
