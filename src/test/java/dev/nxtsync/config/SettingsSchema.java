package dev.nxtsync.config;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** The JSON Schema of the YAML file, made from the settings. */
final class SettingsSchema {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NAME = "^[a-z][a-z0-9]*$";

    private final ObjectNode root = JSON.createObjectNode();

    private SettingsSchema() {}

    static String of(List<SettingsCatalogue.Entry> entries) {
        var schema = new SettingsSchema();
        schema.root.put("$schema", "https://json-schema.org/draft/2020-12/schema")
                .put("title", "nxt-sync: config/application.yaml").put("type", "object");
        entries.forEach(schema::add);
        try {
            return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(schema.root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private void add(SettingsCatalogue.Entry entry) {
        var place = object(root.withObjectProperty("properties"), "nxt");
        String[] named = entry.name().split("_<NAME>_", -1);
        String[] path = (named.length == 2 ? named[0] : entry.name()).split("_", -1);
        if (named.length == 2) {
            var names = object(place.withObjectProperty("properties"), key(path[1]));
            var one = names.withObjectProperty("patternProperties").withObjectProperty(NAME);
            one.put("type", "object").put("additionalProperties", false);
            put(one, key(named[1]), entry);
            if (SettingsCatalogue.hasShortForm(entry)) {
                put(place, key(named[1]), entry);
            }
            return;
        }
        // the group is the record that the component is in, if it is not that of all settings
        Class<?> group = entry.component().getDeclaringRecord();
        String whole = entry.name().substring("NXT_".length());
        if (group == Settings.class) {
            put(place, key(whole), entry);
        } else {
            String own = VariableName.of(entry.component().getName());
            String prefix = whole.substring(0, whole.length() - own.length() - 1);
            put(object(place.withObjectProperty("properties"), key(prefix)), key(own), entry);
        }
    }

    private static ObjectNode object(ObjectNode properties, String key) {
        return properties.withObjectProperty(key).put("type", "object").put("additionalProperties", false);
    }

    private static void put(ObjectNode object, String key, SettingsCatalogue.Entry entry) {
        var properties = object.withObjectProperty("properties");
        properties.set(key, value(entry));
        if (entry.isSecret()) {
            properties.putObject(key + "-file").put("type", "string").put("description",
                    "A file that holds: " + entry.doc().value());
        }
    }

    private static ObjectNode value(SettingsCatalogue.Entry entry) {
        var value = JSON.createObjectNode().put("description", entry.doc().value() + " (" + entry.shownType() + "; "
                + (entry.fallback().equals("required") ? "required" : "default: " + entry.fallback()) + ")");
        var range = entry.component().getAnnotation(Range.class);
        if (entry.list()) {
            value.putArray("type").add("array").add("string").add("integer");
        } else if (entry.type() == int.class || entry.type() == double.class) {
            value.put("type", entry.type() == int.class ? "integer" : "number").put("minimum", range.min())
                    .put("maximum", range.max());
        } else if (entry.type() == Integer.class) {
            value.put("type", "integer");
        } else if (entry.type() == Duration.class) {
            value.put("type", "string").put("pattern", "^\\d+\\s*(ms|s|m|h|d)$");
        } else if (entry.type().isEnum()) {
            value.putArray("enum").addAll(entry.constants().stream().map(JSON.getNodeFactory()::textNode).toList());
        } else {
            value.put("type", "string");
        }
        return value;
    }

    private static String key(String variable) {
        return variable.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
