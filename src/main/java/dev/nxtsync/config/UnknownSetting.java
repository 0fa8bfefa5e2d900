package dev.nxtsync.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** A variable that no setting has: an error where it would silently change a job, else a warning. */
record UnknownSetting(String variable, Set<String> known) {
    private static final Pattern ENTRY = Pattern.compile("NXT_(CONNECTIONS|PULLS|PUSHES)_([A-Z0-9]+)_(.+)");
    private static final Pattern GROUP = Pattern.compile("NXT_(CONNECTIONS|PULLS|PUSHES)_.*");
    private static final Pattern KUBERNETES = Pattern.compile("NXT_.*_SERVICE_(HOST|PORT.*)|NXT_.*_PORT(_.*)?");

    private static final String NAME_RULE = "a name is one word of letters and digits that begins with a letter, not ";

    void judge(List<SettingError> problems, List<String> warnings) {
        if (GROUP.matcher(variable).matches()) {
            problems.add(new SettingError(variable, explain()));
        } else if (!KUBERNETES.matcher(variable).matches()) {
            warnings.add(variable + " is not a setting and has no effect" + NameSuggestion.hint(variable, everyName()));
        }
    }

    private String explain() {
        String possible = variable.toUpperCase(Locale.ROOT).replace("-", "");
        if (!possible.equals(variable)) {
            return "is not a setting; a variable has only capitals, digits and underscores: " + possible;
        }
        var entry = ENTRY.matcher(variable);
        if (!entry.matches()) {
            return "has no name or no key; write for example NXT_PULLS_ORDERS_TABLE";
        }
        String property = entry.group(3);
        Set<String> properties = new TreeSet<>();
        for (String each : everyName()) {
            var other = ENTRY.matcher(each);
            if (other.matches() && other.group(1).equals(entry.group(1))) {
                properties.add(other.group(3));
            }
        }
        if (properties.contains(property)) {
            return NAME_RULE + "\"" + entry.group(2) + "\"";
        }
        Optional<String> underscored = properties.stream().filter(each -> property.endsWith("_" + each)).findFirst();
        if (underscored.isPresent()) {
            String name = entry.group(2) + "_"
                    + property.substring(0, property.length() - underscored.get().length() - 1);
            return NAME_RULE + "\"" + name + "\"; write NXT_" + entry.group(1) + "_" + name.replace("_", "") + "_"
                    + underscored.get();
        }
        return "is not a setting" + NameSuggestion.to(property, properties)
                .map(near -> "; did you mean NXT_" + entry.group(1) + "_" + entry.group(2) + "_" + near + "?")
                .orElse("");
    }

    /** Every variable that is known, and every key that an entry of a group could have, under this one's entry name. */
    private Set<String> everyName() {
        var names = new TreeSet<>(known);
        known.forEach(each -> names.add(VariableName.shown(each)));
        VariableName.SHORT.forEach(each -> names.add("NXT_" + each));
        var entry = Pattern.compile("NXT_[A-Z]+_([A-Z0-9]+)_.+").matcher(variable);
        String name = entry.matches() ? entry.group(1) : "X";
        addKeys(names, "NXT_CONNECTIONS_" + name, Settings.Connection.class);
        addKeys(names, "NXT_PULLS_" + name, Settings.Pull.class);
        addKeys(names, "NXT_PUSHES_" + name, Settings.Push.class);
        return names;
    }

    private static void addKeys(Set<String> names, String prefix, Class<?> type) {
        for (var component : type.getRecordComponents()) {
            if (!component.isAnnotationPresent(EntryName.class)) {
                names.add(prefix + "_" + VariableName.of(component.getName()));
            }
        }
    }
}
