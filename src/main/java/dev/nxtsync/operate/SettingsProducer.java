package dev.nxtsync.operate;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SettingsReader;

/** Hands the settings, which {@code main} has checked, to whoever needs them. The command check never waits for budget. */
final class SettingsProducer {

    @Produces
    @Singleton
    static Settings settings() {
        Settings settings = SettingsReader.read().settings();
        return NxtSync.isCheck() ? settings.withWholeBudget() : settings;
    }
}
