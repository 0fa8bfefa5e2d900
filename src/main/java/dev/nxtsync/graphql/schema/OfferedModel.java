package dev.nxtsync.graphql.schema;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.error.QuotedText;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Field;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.Question;

/**
 * What {@code useModel} offers over one connection: lists of what Business NXT knows, whose items have an identifier and, in
 * the language that is asked for, a name.
 *
 * @param language the type of the argument that says in which
 * @param languages the codes of those that it has
 * @param lists by name
 */
record OfferedModel(NxtClient nxt, String connection, TypeRef language, Set<String> languages,
        Map<String, OfferedField> lists) {
    static final String IDENTIFIER = "identifier";
    static final String NAME = "name";
    private static final String MODEL = "useModel";
    private static final String LANGUAGE = "lang";
    private static final Map<String, String> LANGUAGES = Map.of("en", "ENGLISH", "nb", "NORWEGIAN", "sv", "SWEDISH",
            "da", "DANISH", "fi", "FINNISH");

    /**
     * What the schema tells of it; empty if there is no model, or none in languages.
     *
     * @throws FailedAnswer if there was no whole answer
     */
    static Optional<OfferedModel> of(NxtClient nxt, String connection) {
        var query = ask(nxt, connection, "model", TypeRef.lookUp("type", "Query").and(OfferedField.SELECTION));
        var model = OfferedField.of(query.path("type")).get(MODEL);
        if (model == null || !model.arguments().containsKey(LANGUAGE)) {
            return Optional.empty();
        }
        var language = model.arguments().get(LANGUAGE);
        var told = ask(nxt, connection, "model_fields",
                TypeRef.lookUp("type", model.type().name()).and(OfferedField.SELECTION),
                TypeRef.lookUp("languages", language.name()).and(Field.of("enumValues", NAME)));
        var lists = OfferedField.of(told.path("type"));
        lists.values().removeIf(field -> !field.type().list());
        var languages = new LinkedHashMap<>(LANGUAGES);
        languages.values().retainAll(told.path("languages").path("enumValues").findValuesAsText(NAME));
        return Optional.of(new OfferedModel(nxt, connection, language, languages.keySet(), lists));
    }

    /** What it lists, in one of its languages; the answer has it under the language's code. */
    Field in(String code, List<Field> asked) {
        return Field.of(MODEL).as(code)
                .with(LANGUAGE, new Field.Variable(code, language.text(), LANGUAGES.getOrDefault(code, ""))).and(asked);
    }

    /** The fields that items of lists have, by the name of the list. */
    Map<String, Map<String, OfferedField>> items(Map<String, OfferedField> some) {
        var items = new LinkedHashMap<String, Map<String, OfferedField>>();
        if (!some.isEmpty()) {
            var types = new ArrayList<Field>();
            some.forEach(
                    (name, list) -> types.add(TypeRef.lookUp(name, list.type().name()).and(OfferedField.SELECTION)));
            var told = ask("model_items", types);
            some.keySet().forEach(name -> items.put(name, OfferedField.of(told.path(name))));
        }
        return items;
    }

    JsonNode ask(String operation, List<Field> fields) {
        return ask(nxt, connection, operation, fields.toArray(Field[]::new));
    }

    private static JsonNode ask(NxtClient nxt, String connection, String operation, Field... fields) {
        return FailedAnswer.dataOf(nxt.ask(connection, Question.query(operation, List.of(fields))));
    }

    /** What an item is called in the schema. */
    static String identifier(JsonNode item) {
        return item.path(IDENTIFIER).asText("");
    }

    /** What people call it; empty if that is not told. */
    static Optional<String> name(JsonNode item) {
        return Optional.of(QuotedText.name(item.path(NAME).asText(""))).filter(name -> !name.isEmpty());
    }
}
