package dev.nxtsync.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

    static RawSettings read(Map<String, String> environment, Properties properties, Path yaml) {
        var file = YamlFile.read(yaml);
        var problems = new ArrayList<>(file.problems());
        var all = new TreeMap<>(file.values());
        for (String key : properties.stringPropertyNames()) {
            if (key.startsWith("nxt.")) {
                put(all, VariableName.variable(key), properties.getProperty(key));
            }
        }
        environment.forEach((name, value) -> {
            if (name.startsWith(PREFIX)) {
                String whole = VariableName.whole(name);
                if (!whole.equals(name) && !environment.getOrDefault(whole, "").isBlank() && !value.isBlank()) {
                    problems.add(new SettingError(name,
                            "is set, and " + whole + " too, which is the same setting; set only one of the two"));
                }
                put(all, whole, value);
            }
        });
        return new RawSettings(all, List.copyOf(problems), file.warnings(), file.readable());
    }

    private static void put(Map<String, String> all, String variable, String value) {
        if (!value.isBlank()) {
            all.put(variable, value);
        }
    }
}
