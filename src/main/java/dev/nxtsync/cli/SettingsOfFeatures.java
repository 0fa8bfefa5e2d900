package dev.nxtsync.cli;

import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

import dev.nxtsync.config.ApiSettings;
import dev.nxtsync.config.CallerSettings;
import dev.nxtsync.config.Pulls;
import dev.nxtsync.config.Pushes;
import dev.nxtsync.config.ScheduleSettings;
import dev.nxtsync.config.SecretSettings;
import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SignInSettings;
import dev.nxtsync.config.TokenSettings;
import dev.nxtsync.config.WebhookSettings;

/** Hands each feature the settings that are its own. */
final class SettingsOfFeatures {
    @Produces
    @Singleton
    static TokenSettings tokens(Settings all) {
        return TokenSettings.of(all);
    }

    @Produces
    @Singleton
    static SignInSettings signIn(Settings all) {
        return SignInSettings.of(all);
    }

    @Produces
    @Singleton
    static ApiSettings nxt(Settings all) {
        return ApiSettings.of(all);
    }

    @Produces
    @Singleton
    static SecretSettings secrets(Settings all) {
        return SecretSettings.of(all);
    }

    @Produces
    @Singleton
    static CallerSettings callers(Settings all) {
        return CallerSettings.of(all);
    }

    @Produces
    @Singleton
    static WebhookSettings webhooks(Settings all) {
        return WebhookSettings.of(all);
    }

    @Produces
    @Singleton
    static ScheduleSettings schedule(Settings all) {
        return ScheduleSettings.of(all);
    }

    @Produces
    @Singleton
    static Pulls pulls(Settings all) {
        return Pulls.of(all);
    }

    @Produces
    @Singleton
    static Pushes pushes(Settings all) {
        return Pushes.of(all);
    }

    @Produces
    @Singleton
    static Settings.BudgetSettings budget(Settings all) {
        return all.budget();
    }

    @Produces
    @Singleton
    static Settings.Api api(Settings all) {
        return all.api();
    }

    @Produces
    @Singleton
    static Settings.Notice notice(Settings all) {
        return all.notice();
    }

    @Produces
    @Singleton
    static Settings.Http http(Settings all) {
        return all.http();
    }

    @Produces
    @Singleton
    static Settings.DatabaseSettings database(Settings all) {
        return all.database();
    }
}
