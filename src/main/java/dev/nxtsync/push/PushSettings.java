package dev.nxtsync.push;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.push.outbox.PushStates;
import dev.nxtsync.schedule.BeforeReady;

/** Says what the function {@code nxt_sync.push} must know, before anybody is told that rows can be pushed. */
@Singleton
class PushSettings implements BeforeReady {
    private final PushStates states;
    private final Settings settings;

    PushSettings(PushStates states, Settings settings) {
        this.states = states;
        this.settings = settings;
    }

    @Override
    public void write() throws SQLException {
        states.configure(settings.companiesOfPushes());
    }
}
