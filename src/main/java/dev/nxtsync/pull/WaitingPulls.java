package dev.nxtsync.pull;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.jobs.WaitingWork;
import dev.nxtsync.pull.state.PullControl;

/** Pulls that wait for a token. */
@Singleton
class WaitingPulls implements WaitingWork {
    private final Settings settings;
    private final PullControl control;

    WaitingPulls(Settings settings, PullControl control) {
        this.settings = settings;
        this.control = control;
    }

    @Override
    public String what() {
        return "pulls";
    }

    @Override
    public void retry(String connection) throws SQLException {
        control.retry(connection, settings.pulls(connection).stream().map(Settings.Pull::name).toList());
    }
}
