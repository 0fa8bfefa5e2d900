package dev.nxtsync.config;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

import dev.nxtsync.config.SettingsReader.SettingsRead;

/** Settings in which everything is as it is when nobody sets it. */
public final class SettingsFixture {
    private SettingsFixture() {}

    public static Settings defaults() {
        return of(Map.of());
    }

    public static Settings of(Map<String, String> environment) {
        return SettingsReader.read(environment, new Properties(), Path.of("no-such-file.yaml")).settings();
    }

    /** The same without any connection. */
    public static Settings unconnected() {
        var components = Settings.class.getRecordComponents();
        try {
            var values = new Object[components.length];
            for (int i = 0; i < components.length; i++) {
                values[i] = components[i].getName().equals("connections")
                        ? Map.of()
                        : components[i].getAccessor().invoke(defaults());
            }
            return (Settings) Settings.class.getDeclaredConstructors()[0].newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What comes of some variables, beside those without which nothing is right. */
    static SettingsRead read(Map<String, String> variables) {
        var all = new HashMap<>(Map.of("NXT_DATABASE_URL", "jdbc:postgresql://db/x"));
        if (variables.keySet().stream().noneMatch(name -> name.startsWith("NXT_CONNECTIONS"))) {
            all.putAll(Map.of("NXT_CLIENT_ID", "isv_x", "NXT_CLIENT_SECRET", "s"));
        }
        all.putAll(variables);
        return SettingsReader.read(all, new Properties(), Path.of("no-such-file.yaml"));
    }
}
