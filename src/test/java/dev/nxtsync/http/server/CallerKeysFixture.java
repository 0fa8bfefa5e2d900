package dev.nxtsync.http.server;

import java.util.Map;

import dev.nxtsync.config.CallerSettings;
import dev.nxtsync.config.SettingsFixture;

/** Keys of callers, of tests. */
public final class CallerKeysFixture {
    private CallerKeysFixture() {}

    public static CallerKeys of(Map<String, String> environment) {
        return new CallerKeys(CallerSettings.of(SettingsFixture.of(environment)));
    }
}
