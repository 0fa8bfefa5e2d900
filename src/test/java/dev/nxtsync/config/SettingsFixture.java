package dev.nxtsync.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;

/** Settings in which everything is as it is when nobody sets it. */
public final class SettingsFixture {
    private SettingsFixture() {}

    public static Settings defaults() {
        return SettingsReader.read(Map.of(), new Properties(), Path.of("no-such-file.yaml")).settings();
    }
}
