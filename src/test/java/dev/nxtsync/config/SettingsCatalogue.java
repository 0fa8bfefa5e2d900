package dev.nxtsync.config;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The names of all settings, with {@code <NAME>} for the names of entries. */
public final class SettingsCatalogue {
    private SettingsCatalogue() {}

    public static List<String> names() {
        var names = new ArrayList<String>();
        add(names, "NXT", Settings.class);
        return names;
    }

    private static void add(List<String> names, String prefix, Class<?> type) {
        for (RecordComponent component : type.getRecordComponents()) {
            String name = prefix + "_" + SettingsReader.variable(component.getName());
            if (component.getType() == Map.class) {
                add(names, name + "_<NAME>",
                        (Class<?>) ((ParameterizedType) component.getGenericType()).getActualTypeArguments()[1]);
            } else if (component.getType().isRecord()) {
                add(names, name, component.getType());
            } else if (!component.isAnnotationPresent(Name.class)) {
                names.add(name);
            }
        }
    }
}
