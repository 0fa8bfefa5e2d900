package dev.nxtsync.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Every setting as the records have it, and what is made of that: the reference for people and the schema for editors. */
public final class SettingsCatalogue {
    private SettingsCatalogue() {}

    /**
     * A setting.
     *
     * @param name its variable, with {@code <NAME>} for the name of an entry
     * @param type of its value, or of a list's
     */
    public record Entry(String name, RecordComponent component, Class<?> type, boolean list) {

        public boolean isSecret() { return type == Secret.class; }

        Doc doc() {
            return Optional.ofNullable(component.getAnnotation(Doc.class))
                    .orElseThrow(() -> new AssertionError(name + " has no @Doc"));
        }

        String fallback() {
            var given = component.getAnnotation(Default.class);
            boolean required = component.getType() == String.class || component.getType() == Secret.class;
            return given != null
                    ? given.value()
                    : required && doc().unset().equals("none") ? "required" : doc().unset();
        }

        String shownType() {
            var range = component.getAnnotation(Range.class);
            String one = type == Secret.class
                    ? "secret"
                    : type == Duration.class
                            ? range == null ? "duration" : "duration, " + range.min() + "s to " + range.max() + "s"
                            : type == ZoneId.class
                                    ? "time zone"
                                    : type == int.class
                                            ? "number, " + range.min() + " to " + range.max()
                                            : type == double.class
                                                    ? "number, " + range.min() + " to " + range.max()
                                                    : type == Integer.class
                                                            ? "number"
                                                            : type.isEnum()
                                                                    ? String.join(" or ", constants())
                                                                    : list ? "name" : "text";
            return list ? one + "s, separated by commas" : one;
        }

        List<String> constants() {
            return Arrays.stream(type.getEnumConstants()).map(each -> each.toString().toLowerCase(Locale.ROOT))
                    .toList();
        }
    }

    public static List<String> names() {
        return entries().stream().map(Entry::name).toList();
    }

    public static List<Entry> entries() {
        var entries = new ArrayList<Entry>();
        add(entries, "NXT", Settings.class);
        return entries;
    }

    private static void add(List<Entry> entries, String prefix, Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + "_" + VariableName.of(component.getName());
            if (component.getType() == Map.class) {
                add(entries, name + "_<NAME>", argument(component, 1));
            } else if (component.getType().isRecord()) {
                add(entries, name, component.getType());
            } else if (!component.isAnnotationPresent(EntryName.class)) {
                boolean list = component.getType() == List.class;
                Class<?> value = list || component.getType() == Optional.class
                        ? argument(component, 0)
                        : component.getType();
                entries.add(new Entry(name, component, value, list));
            }
        }
    }

    private static Class<?> argument(RecordComponent component, int index) {
        return (Class<?>) ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[index];
    }

    /** The table of docs/configuration.md. */
    public static String reference() {
        return "| setting | type | default | example | meaning |\n| --- | --- | --- | --- | --- |\n" + entries()
                .stream()
                .map(each -> "| `" + each.name() + "` | " + each.shownType() + " | " + code(each.fallback()) + " | `"
                        + each.doc().example().replace("|", "\\|") + "` | " + each.doc().value() + " |\n")
                .collect(Collectors.joining());
    }

    private static String code(String fallback) {
        return fallback.matches("none|required|all|keys|.* .*") && !fallback.contains("{")
                ? fallback
                : "`" + fallback + "`";
    }

    /** JSON Schema, draft 2020-12, of {@code config/application.yaml}. */
    public static String schema() {
        return SettingsSchema.of(entries());
    }

    /** Those that may be given without naming the connection. */
    static boolean hasShortForm(Entry entry) {
        return entry.name().startsWith("NXT_CONNECTIONS_<NAME>_")
                && VariableName.SHORT.contains(entry.name().substring("NXT_CONNECTIONS_<NAME>_".length()));
    }
}
