package dev.nxtsync.graphql.schema;

import static dev.nxtsync.graphql.schema.DomainShape.DOMAINS;
import static dev.nxtsync.graphql.schema.OfferedModel.IDENTIFIER;
import static dev.nxtsync.graphql.schema.OfferedModel.NAME;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;

import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Field;

/**
 * Reads domains and their members.
 *
 * @param values by the enumeration's type
 * @param texts takes what is told; its languages are those that are asked for
 */
record DomainReading(OfferedModel model, DomainShape shape, Map<String, Map<String, String>> values,
        Map<String, Map<String, Map<String, String>>> texts) {
    /** Domains of one request, in each language. */
    private static final int TOGETHER = 20;

    void read() {
        if (shape.key().isPresent()) {
            var key = shape.key().get();
            var keys = keys(key);
            var types = List.copyOf(keys.keySet());
            for (int i = 0; i < types.size(); i += TOGETHER) {
                some(types.subList(i, Math.min(types.size(), i + TOGETHER)), keys, key);
            }
        } else {
            for (String language : texts.keySet()) {
                // one at a time, since it is all there is
                var domains = byName(model.ask("model_members", List.of(model.in(language, List.of(members()))))
                        .path(language).path(DOMAINS));
                values.keySet().forEach(type -> take(language, type, domains));
            }
        }
    }

    /** What domains are asked for by, by the enumeration's type. */
    private Map<String, JsonNode> keys(DomainShape.Key key) {
        String any = texts.keySet().iterator().next();
        var listing = Field.of(DOMAINS, new TreeSet<>(List.of(IDENTIFIER, key.name())));
        var domains = byName(
                model.ask("model_domains", List.of(model.in(any, List.of(listing)))).path(any).path(DOMAINS));
        var keys = new LinkedHashMap<String, JsonNode>();
        for (String type : values.keySet()) {
            JsonNode value = domains.getOrDefault(capital(type), MissingNode.getInstance()).path(key.name());
            if (value.isValueNode() && !value.isNull()) {
                keys.put(type, value);
            }
        }
        return keys;
    }

    /** One request for all, in all languages. If there is too much to tell, halves of them, and without what cannot be told alone. */
    private void some(List<String> types, Map<String, JsonNode> keys, DomainShape.Key key) {
        try {
            ask(types, keys, key);
        } catch (FailedAnswer e) {
            if (!e.failure().mayGoInParts()) {
                throw e;
            }
            if (types.size() == 1) {
                // the others have their texts all the same
                return;
            }
            some(types.subList(0, types.size() / 2), keys, key);
            some(types.subList(types.size() / 2, types.size()), keys, key);
        }
    }

    private void ask(List<String> types, Map<String, JsonNode> keys, DomainShape.Key key) {
        var fields = new ArrayList<Field>();
        for (String language : texts.keySet()) {
            var domains = new ArrayList<Field>();
            for (String type : types) {
                int index = domains.size();
                domains.add(members().as(DOMAINS + index).with(key.name(), new Field.Variable(language + index,
                        key.type(), keys.getOrDefault(type, MissingNode.getInstance()))));
            }
            fields.add(model.in(language, domains));
        }
        JsonNode answer = model.ask("model_members", fields);
        for (String language : texts.keySet()) {
            for (int i = 0; i < types.size(); i++) {
                take(language, types.get(i), byName(answer.path(language).path(DOMAINS + i)));
            }
        }
    }

    private Field members() {
        return Field.of(DOMAINS, IDENTIFIER).and(Field.of(shape.members(), IDENTIFIER, NAME));
    }

    /** @param domains among which that of the enumeration may be */
    private void take(String language, String type, Map<String, JsonNode> domains) {
        var members = byName(domains.getOrDefault(capital(type), MissingNode.getInstance()).path(shape.members()));
        var found = new LinkedHashMap<String, String>();
        for (String value : values.getOrDefault(type, Map.of()).keySet()) {
            JsonNode member = members.get(capital(value));
            if (member == null) {
                return;
            }
            found.put(value, OfferedModel.name(member).orElse(""));
        }
        texts.computeIfAbsent(language, each -> new LinkedHashMap<>()).put(type, found);
    }

    /** Items by what the schema calls them, but for the case of the first letter, as with tables; of two alike, neither. */
    private static Map<String, JsonNode> byName(JsonNode items) {
        var byName = new HashMap<String, JsonNode>();
        var alike = new HashSet<String>();
        for (JsonNode item : items) {
            String name = capital(OfferedModel.identifier(item));
            if (byName.put(name, item) != null) {
                alike.add(name);
            }
        }
        byName.keySet().removeAll(alike);
        return byName;
    }

    private static String capital(String name) {
        return name.isEmpty() ? name : Introspection.rowType(name);
    }
}
