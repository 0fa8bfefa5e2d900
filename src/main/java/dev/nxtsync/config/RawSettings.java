package dev.nxtsync.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

import io.smallrye.config.source.yaml.YamlConfigSource;

/**
 * What was written where: every setting under its variable's name, whatever source it came from. The environment goes
 * before system properties, and both before {@code config/application.yaml}. Empty values count as not set.
 */
record RawSettings(Map<String, String> values) {
    private static final String PREFIX = "NXT_";
    /** Settings that may be given without naming the connection, which is then {@code main}. */
    static final List<String> SHORT = List.of("CLIENT_ID", "CLIENT_SECRET",
            "CLIENT_SECRET_FILE",
            "SCOPE", "CUSTOMER", "TENANT_ID", "TOKEN_PARAMETERS", "TOKEN_AUTH");
    private static final String MAIN = "NXT_CONNECTIONS_MAIN_";

    static RawSettings read(Map<String, String> environment, Properties properties, Path yaml) {
        var all = new HashMap<String, String>();
        if (Files.isRegularFile(yaml)) {
            try {
                new YamlConfigSource(yaml.toUri().toURL(), 0).getProperties()
                        .forEach((key, value) -> put(all, key, value));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + yaml, e);
            }
        }
        for (String key : properties.stringPropertyNames()) {
            put(all, key, properties.getProperty(key));
        }
        environment.forEach((key, value) -> {
            if (key.startsWith(PREFIX)) {
                all.put(key, value);
            }
        });
        all.values().removeIf(String::isBlank);
        return new RawSettings(new TreeMap<>(all)).withoutShortForms();
    }

    /** The name by which the operator most likely set, or would set, this variable. */
    static String shown(String variable) {
        return variable.startsWith(MAIN) && SHORT.contains(variable.substring(MAIN.length()))
                ? PREFIX + variable.substring(MAIN.length())
                : variable;
    }

    private static void put(Map<String, String> all, String key, String value) {
        if (key.startsWith("nxt.") && !key.endsWith("]")) {
            all.put(key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'), value);
        }
    }

    private RawSettings withoutShortForms() {
        for (String name : SHORT) {
            var value = values.remove(PREFIX + name);
            if (value != null) {
                values.put(MAIN + name, value);
            }
        }
        return this;
    }
}
