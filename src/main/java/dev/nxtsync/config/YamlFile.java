package dev.nxtsync.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The settings of the file, each under its variable's name. Keys mean what they say, nested, dotted or mixed, and names and
 * values are the text that stands there.
 *
 * @param problems also what is given twice
 * @param warnings what has no effect
 * @param readable false if nothing is known of it, for the one reason among the problems
 */
record YamlFile(Map<String, String> values, List<SettingError> problems, List<String> warnings, boolean readable) {
    private static final String OURS = "nxt";
    /** Roots of the framework's own settings, and the usual beginning of what is there to be repeated elsewhere. */
    private static final Set<String> OTHERS = Set.of("quarkus", "smallrye", "mp");
    private static final String TO_REPEAT = "x-";

    static YamlFile read(Path file) {
        try {
            return Files.notExists(file) ? of(file, List.of()) : of(file, YamlText.leaves(text(file)));
        } catch (UnusableText e) {
            return unreadable(file, e.flaw());
        } catch (IOException e) {
            return unreadable(file,
                    Files.isDirectory(file)
                            ? "is a directory; Docker makes one if the file to mount is missing"
                            : "cannot be read; make it readable for this process");
        }
    }

    private static String text(Path file) throws IOException {
        String text = Utf8.decode(Files.readAllBytes(file));
        // a byte order mark, which YAML allows (YAML 1.2.2, section 5.2)
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static YamlFile unreadable(Path file, String flaw) {
        return new YamlFile(Map.of(), List.of(new SettingError(file.toString(), flaw)), List.of(), false);
    }

    private static YamlFile of(Path file, List<YamlText.Leaf> leaves) {
        var first = new HashMap<String, YamlText.Leaf>();
        var values = new TreeMap<String, String>();
        var problems = new ArrayList<SettingError>();
        var strangers = new TreeMap<String, Integer>();
        for (YamlText.Leaf leaf : leaves) {
            String root = leaf.key().split("\\.", 2)[0];
            if (!root.equals(OURS)) {
                if (!OTHERS.contains(root) && !root.startsWith(TO_REPEAT)) {
                    strangers.putIfAbsent(root, leaf.line());
                }
                continue;
            }
            String variable = VariableName.variable(leaf.key());
            var before = first.putIfAbsent(variable, leaf);
            if (before != null) {
                problems.add(new SettingError(VariableName.shown(variable), "is given twice in " + file + ", in lines "
                        + before.line() + " and " + leaf.line() + "; take one of them out"));
            } else {
                values.put(variable, leaf.value());
            }
        }
        var warnings = strangers.entrySet().stream().map(each -> file + ", line " + each.getValue() + ": \""
                + each.getKey() + "\" has no effect; settings stand below \"" + OURS + "\"").toList();
        return new YamlFile(values, problems, warnings, true);
    }
}
