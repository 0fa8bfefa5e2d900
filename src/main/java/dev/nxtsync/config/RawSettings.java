package dev.nxtsync.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What was written where: every setting under its variable's whole name, whatever source it came from. The environment goes
 * before system properties, and both before {@code config/application.yaml}. What is empty is not set. Nothing is expanded.
 *
 * @param readable false if the file could not be read, for the one reason among the problems
 */
record RawSettings(Map<String, String> values, List<SettingError> problems, List<String> warnings, boolean readable) {
    private static final String PREFIX = Environment.PREFIX;
    /** Settings that may be given without naming the connection, which is then {@code main}. */
    static final List<String> SHORT = List.of("CLIENT_ID", "CLIENT_SECRET",
            "CLIENT_SECRET_FILE",
            "SCOPE", "CUSTOMER", "TENANT_ID", "TOKEN_PARAMETERS", "TOKEN_AUTH");
    private static final String MAIN = "NXT_CONNECTIONS_MAIN_";

    static RawSettings read(Map<String, String> environment, Properties properties, Path yaml) {
        var file = YamlFile.read(yaml);
        var problems = new ArrayList<>(file.problems());
        var all = new TreeMap<>(file.values());
        for (String key : properties.stringPropertyNames()) {
            if (key.startsWith("nxt.")) {
                put(all, variable(key), properties.getProperty(key));
            }
        }
        environment.forEach((name, value) -> {
            if (name.startsWith(PREFIX)) {
                String whole = whole(name);
                if (!whole.equals(name) && !environment.getOrDefault(whole, "").isBlank() && !value.isBlank()) {
                    problems.add(
                            new SettingError(name,
                                    "is set, and " + whole + " too, which is the same; set one of the two"));
                }
                put(all, whole, value);
            }
        });
        return new RawSettings(all, List.copyOf(problems), file.warnings(), file.readable());
    }

    /** The name by which the operator most likely set, or would set, this variable. */
    static String shown(String variable) {
        return variable.startsWith(MAIN) && SHORT.contains(variable.substring(MAIN.length()))
                ? PREFIX + variable.substring(MAIN.length())
                : variable;
    }

    /** The whole name of the variable of a key such as {@code nxt.client-id}. */
    static String variable(String key) {
        return whole(key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'));
    }

    private static String whole(String variable) {
        return variable.startsWith(PREFIX) && SHORT.contains(variable.substring(PREFIX.length()))
                ? MAIN + variable.substring(PREFIX.length())
                : variable;
    }

    private static void put(Map<String, String> all, String variable, String value) {
        if (!value.isBlank()) {
            all.put(variable, value);
        }
    }
}
