package dev.nxtsync.push;

import java.sql.SQLException;

import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.push.outbox.PushSettingsTable;
import dev.nxtsync.schedule.StartupWrite;

/** Says what the function {@code nxt_sync.push} must know, before anybody is told that rows can be pushed. */
@Singleton
record PushSettings(PushSettingsTable table, Settings settings) implements StartupWrite {
    @Override
    public void write() throws SQLException {
        table.configure(settings.companiesOfPushes());
    }

    /** Completes the rows that came in before that. */
    void complete() throws SQLException {
        table.complete(settings.pushes().keySet());
    }
}
