package dev.nxtsync.config;

import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

import io.quarkus.tls.TlsConfigurationRegistry;

/** Settings in which everything is as it is when nobody sets it. */
public final class SettingsFixture {
    private SettingsFixture() {}

    public static Settings defaults() {
        return of(Map.of());
    }

    /** A way to all hosts that is straight, with the trust of the JDK. */
    public static Network network() {
        return new Network(name -> Optional.empty(), (TlsConfigurationRegistry) Proxy.newProxyInstance(
                SettingsFixture.class.getClassLoader(), new Class<?>[]{TlsConfigurationRegistry.class},
                (registry, method, arguments) -> Optional.empty()));
    }

    public static Settings of(Map<String, String> environment) {
        return SettingsReader.read(environment, new Properties(), Path.of("no-such-file.yaml")).settings();
    }
}
