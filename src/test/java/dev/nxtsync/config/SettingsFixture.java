package dev.nxtsync.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** Settings in which everything is as it is when nobody sets it. */
public final class SettingsFixture {
    private SettingsFixture() {}

    public static Settings defaults() {
        return of(Map.of());
    }

    public static Settings of(Map<String, String> environment) {
        return SettingsReader.read(environment, new Properties(), Path.of("no-such-file.yaml")).settings();
    }
}
