package dev.nxtsync.cli;

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
import dev.nxtsync.config.TraceExport;
import dev.nxtsync.config.WebhookSettings;

/** Hands each feature the settings that are its own. To Quarkus a method with a scope is a producer. */
final class SettingsOfFeatures {
    @Singleton
    static TokenSettings tokens(Settings all) {
        return TokenSettings.of(all);
    }

    @Singleton
    static SignInSettings signIn(Settings all) {
        return SignInSettings.of(all);
    }

    @Singleton
    static ApiSettings nxt(Settings all) {
        return ApiSettings.of(all);
    }

    @Singleton
    static SecretSettings secrets(Settings all) {
        return SecretSettings.of(all);
    }

    @Singleton
    static CallerSettings callers(Settings all) {
        return CallerSettings.of(all);
    }

    @Singleton
    static WebhookSettings webhooks(Settings all) {
        return WebhookSettings.of(all);
    }

    @Singleton
    static ScheduleSettings schedule(Settings all) {
        return ScheduleSettings.of(all);
    }

    @Singleton
    static Pulls pulls(Settings all) {
        return new Pulls(all);
    }

    @Singleton
    static Pushes pushes(Settings all) {
        return Pushes.of(all);
    }

    @Singleton
    static Settings.BudgetSettings budget(Settings all) {
        return all.budget();
    }

    @Singleton
    static Settings.Api api(Settings all) {
        return all.api();
    }

    @Singleton
    static Settings.Notice notice(Settings all) {
        return all.notice();
    }

    @Singleton
    static TraceExport traces(Invocation invocation) {
        return invocation.isDaemon() ? TraceExport.of(System.getenv()) : TraceExport.OFF;
    }

    @Singleton
    static Settings.Log log(Settings all) {
        return all.log();
    }

    @Singleton
    static Settings.Http http(Settings all) {
        return all.http();
    }

    @Singleton
    static Settings.DatabaseSettings database(Settings all) {
        return all.database();
    }
}
