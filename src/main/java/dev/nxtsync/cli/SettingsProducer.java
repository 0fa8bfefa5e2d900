package dev.nxtsync.cli;

import java.time.Clock;
import java.util.List;

import jakarta.inject.Singleton;

import io.quarkus.runtime.annotations.CommandLineArguments;

import dev.nxtsync.config.Settings;
import dev.nxtsync.config.SettingsReader;

/** Hands the settings, which {@code main} has checked, and the clock to whoever needs them. The command check never waits for budget. */
final class SettingsProducer {

    /** For what is told to people and to others outside; what orders reads is the database's clock. */
    @Singleton
    static Clock clock() {
        return Clock.systemUTC();
    }

    @Singleton
    static Invocation invocation(@CommandLineArguments String[] arguments) {
        return new Invocation(List.of(arguments));
    }

    @Singleton
    static Settings settings(Invocation invocation) {
        Settings settings = SettingsReader.read().settings();
        return invocation.isCheck() ? settings.withWholeBudget() : settings;
    }
}
