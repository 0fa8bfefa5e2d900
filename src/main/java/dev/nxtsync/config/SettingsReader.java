package dev.nxtsync.config;

import static java.util.stream.Collectors.toCollection;

import java.io.UncheckedIOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Turns what was written into {@link Settings} and says everything that is wrong with it at once. A setting that is
 * wrong takes its default, so that {@code check} can go on with the rest.
 *
 * <p>Not Quarkus' own mapping: that stops at the first kind of fault, ignores misspelt variables, and expands
 * <code>${…}</code> inside secrets.
 */
public final class SettingsReader {
    private static final Pattern NAME = Pattern.compile("[A-Z][A-Z0-9]*");

    private final Map<String, String> raw;
    private final Set<String> known = new TreeSet<>();
    private final List<SettingError> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    private SettingsReader(RawSettings raw) {
        this.raw = raw.values();
        this.problems.addAll(raw.problems());
        this.warnings.addAll(raw.warnings());
    }

    /**
     * What was read.
     *
     * @param problems what the daemon refuses to start with
     * @param warnings what an operator should look at
     * @param readable false if the file could not be read, which is then the only problem: the rest is not known
     */
    public record SettingsRead(Settings settings, List<SettingError> problems, List<String> warnings,
            boolean readable) {}

    /** Reads the environment, the system properties, and {@code config/application.yaml} in the working directory. */
    public static SettingsRead read() {
        return read(Environment.read(), System.getProperties(), Path.of("config", "application.yaml"));
    }

    static SettingsRead read(Map<String, String> environment, Properties properties, Path yaml) {
        var raw = RawSettings.read(environment, properties, yaml);
        SettingsRead reading = new SettingsReader(raw).bindAll();
        return raw.readable() ? reading : new SettingsRead(reading.settings(), raw.problems(), List.of(), false);
    }

    private SettingsRead bindAll() {
        Settings settings = bind(Settings.class, "NXT", null);
        for (String variable : raw.keySet()) {
            if (!known.contains(variable)) {
                new UnknownSetting(variable, known).judge(problems, warnings);
            }
        }
        problems.addAll(CrossChecks.errors(settings));
        return new SettingsRead(settings, List.copyOf(problems), List.copyOf(warnings), true);
    }

    private <R extends Record> R bind(Class<R> type, String prefix, @Nullable String name) {
        RecordComponent[] components = type.getRecordComponents();
        var types = new Class<?>[components.length];
        var values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            values[i] = value(components[i], prefix, name);
        }
        try {
            return type.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot build " + type, e);
        }
    }

    private Object value(RecordComponent component, String prefix, @Nullable String name) {
        String variable = prefix + "_" + VariableName.of(component.getName());
        if (component.isAnnotationPresent(EntryName.class)) {
            return Objects.requireNonNull(name);
        }
        if (component.getType() == Map.class) {
            return entries(variable, argument(component, 1));
        }
        if (component.getType().isRecord()) {
            return bind(component.getType().asSubclass(Record.class), variable, null);
        }
        known.add(variable);
        boolean optional = component.getType() == Optional.class;
        Class<?> type = optional ? argument(component, 0) : component.getType();
        Optional<?> value = type == Secret.class ? secret(variable) : plain(component, variable, type);
        if (optional) {
            return value;
        }
        if (value.isPresent()) {
            return value.get();
        }
        var fallback = component.getAnnotation(Default.class);
        if (fallback != null) {
            return Convert.to(component, type, fallback.value());
        }
        if (type == List.class) {
            return List.of();
        }
        if (problems.stream().noneMatch(problem -> problem.setting().equals(VariableName.shown(variable)))) {
            add(variable, "is not set, and there is no default" + (isTableBesidePattern(variable)
                    ? "; a table that a TABLE with a * takes is configured by itself when this is set to its name"
                    : ""));
        }
        return type == Secret.class ? Secret.of("") : "";
    }

    private Optional<?> plain(RecordComponent component, String variable, Class<?> type) {
        var text = raw.get(variable);
        if (text == null) {
            return Optional.empty();
        }
        if (SecretText.isNotUtf8(text)) {
            add(variable, "\"" + text + "\" " + SecretText.NOT_UTF8);
            return Optional.empty();
        }
        try {
            return Optional.of(Convert.to(component, type, text.strip()));
        } catch (IllegalArgumentException e) {
            add(variable, "\"" + text + "\" " + e.getMessage());
            return Optional.empty();
        }
    }

    private Optional<Secret> secret(String variable) {
        String fileVariable = variable + "_FILE";
        known.add(fileVariable);
        var inline = raw.get(variable);
        var file = raw.get(fileVariable);
        if (inline != null && file != null) {
            add(variable, "is set, and " + VariableName.shown(fileVariable) + " too; set only one of the two");
        }
        if (file == null) {
            return Optional.ofNullable(inline).map(Secret::of).map(secret -> looked(secret, variable, "the value"));
        }
        try {
            return Optional.of(looked(Secret.in(Path.of(file)), fileVariable, "the file " + file));
        } catch (InvalidPathException e) {
            add(fileVariable, "\"" + file + "\" is not the path of a file");
            return Optional.empty();
        }
    }

    /** One that cannot be used is there nevertheless, so that nothing says that it is not set. */
    private Secret looked(Secret secret, String variable, String source) {
        try {
            if (secret.reveal().isEmpty()) {
                add(variable, source + " is empty");
            }
        } catch (UncheckedIOException e) {
            add(variable,
                    source + " "
                            + (e.getCause() instanceof UnusableText unusable
                                    ? unusable.flaw()
                                    : "cannot be read; mount it and make it readable for this process"));
        }
        return secret;
    }

    private Map<String, Record> entries(String group, Class<?> type) {
        Set<String> names = raw.keySet().stream().filter(variable -> variable.startsWith(group + "_"))
                .map(variable -> variable.substring(group.length() + 1)).filter(rest -> rest.indexOf('_') > 0)
                .map(rest -> rest.substring(0, rest.indexOf('_'))).filter(name -> NAME.matcher(name).matches())
                .filter(name -> hasKnownKey(group + "_" + name, type)).collect(toCollection(TreeSet::new));
        if (names.isEmpty() && type == Settings.Connection.class) {
            names.add("MAIN");
        }
        var entries = new LinkedHashMap<String, Record>();
        for (String name : names) {
            String lower = name.toLowerCase(Locale.ROOT);
            entries.put(lower, bind(type.asSubclass(Record.class), group + "_" + name, lower));
        }
        return Collections.unmodifiableMap(entries);
    }

    private boolean hasKnownKey(String prefix, Class<?> type) {
        return Stream.of(type.getRecordComponents()).map(each -> prefix + "_" + VariableName.of(each.getName()))
                .anyMatch(variable -> raw.containsKey(variable) || raw.containsKey(variable + "_FILE"));
    }

    /** Who follows a hint to set something of a pull that comes of a pattern has to name its table, too. */
    private boolean isTableBesidePattern(String variable) {
        return variable.startsWith("NXT_PULLS_") && variable.endsWith("_TABLE") && raw.entrySet().stream()
                .anyMatch(each -> each.getKey().matches("NXT_PULLS_[A-Z0-9]+_TABLE") && each.getValue().contains("*"));
    }

    private void add(String variable, String what) {
        problems.add(new SettingError(VariableName.shown(variable), what));
    }

    private static Class<?> argument(RecordComponent component, int index) {
        return (Class<?>) ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[index];
    }
}
