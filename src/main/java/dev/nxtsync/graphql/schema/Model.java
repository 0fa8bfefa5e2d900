package dev.nxtsync.graphql.schema;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import jakarta.inject.Singleton;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.error.QuotedText;
import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Field;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.Question;

/**
 * What people call tables and columns, in their languages, as far as Business NXT tells it. Only what the schema offers is
 * asked for.
 */
@Singleton
public class Model {
    private static final String MODEL = "useModel";
    private static final String TABLES = "tables";
    private static final String COLUMNS = "columns";
    private static final String TABLE_NO = "tableNo";
    private static final String IDENTIFIER = "identifier";
    private static final String NAME = "name";
    private static final String LANGUAGE = "lang";
    private static final Map<String, String> LANGUAGES = Map.of("en", "ENGLISH", "nb", "NORWEGIAN", "sv", "SWEDISH",
            "da", "DANISH", "fi", "FINNISH");
    private static final Field FIELDS = Field.of("fields", NAME).and(TypeRef.SELECTION,
            Field.of("args", NAME).and(TypeRef.SELECTION));
    private static final int TOGETHER = 20;

    private final NxtClient nxt;

    Model(NxtClient nxt) {
        this.nxt = nxt;
    }

    /**
     * The names that people know.
     *
     * @param tables by the table's name
     * @param columns by the table's name, by the column's
     */
    public record ReadableNames(Map<String, String> tables, Map<String, Map<String, String>> columns) {
        static final ReadableNames NONE = new ReadableNames(Map.of(), Map.of());
    }

    /** A field of the schema. */
    private record Offered(TypeRef type, Map<String, TypeRef> arguments) {}

    /**
     * Those of some tables.
     *
     * @param languages by their codes, such as {@code nb}; the first that there is counts
     * @throws FailedAnswer if there was no whole answer
     */
    public ReadableNames names(String connection, Collection<Table> wanted, List<String> languages) {
        var model = fields(ask(connection, "model", TypeRef.lookUp("type", "Query").and(FIELDS)).path("type"))
                .get(MODEL);
        if (model == null || !model.arguments().containsKey(LANGUAGE)) {
            return ReadableNames.NONE;
        }
        var type = model.arguments().get(LANGUAGE);
        JsonNode told = ask(connection, "model_fields", TypeRef.lookUp("type", model.type().name()).and(FIELDS),
                TypeRef.lookUp("languages", type.name()).and(Field.of("enumValues", NAME)));
        var known = told.path("languages").path("enumValues").findValuesAsText(NAME);
        var language = languages.stream().map(LANGUAGES::get).filter(known::contains).findFirst();
        var entities = named(connection, fields(told.path("type")));
        if (language.isEmpty() || !entities.containsKey(TABLES)) {
            return ReadableNames.NONE;
        }
        return read(connection, wanted, entities,
                Field.of(MODEL).with(LANGUAGE, new Field.Variable(LANGUAGE, type.text(), language.get())));
    }

    /** Of tables and columns those that have a table's number, an identifier and a name. */
    private Map<String, Offered> named(String connection, Map<String, Offered> entities) {
        var named = new HashMap<>(entities);
        named.keySet().retainAll(Set.of(TABLES, COLUMNS));
        named.values().removeIf(entity -> !entity.type().list());
        if (named.isEmpty()) {
            return named;
        }
        var lookUps = new ArrayList<Field>();
        named.forEach((name, entity) -> lookUps.add(TypeRef.lookUp(name, entity.type().name()).and(FIELDS)));
        JsonNode items = ask(connection, "model_items", lookUps.toArray(Field[]::new));
        named.keySet()
                .removeIf(name -> !fields(items.path(name)).keySet().containsAll(Set.of(TABLE_NO, IDENTIFIER, NAME)));
        return named;
    }

    private ReadableNames read(String connection, Collection<Table> wanted, Map<String, Offered> entities,
            Field model) {
        var numbers = new HashMap<String, Integer>();
        var tables = new HashMap<String, String>();
        JsonNode all = ask(connection, "model_tables", model.and(Field.of(TABLES, TABLE_NO, IDENTIFIER, NAME)))
                .path(MODEL).path(TABLES);
        for (JsonNode table : all) {
            String identifier = table.path(IDENTIFIER).asText();
            wanted.stream().filter(each -> each.rowType().equals(identifier)).forEach(each -> {
                numbers.put(each.name(), table.path(TABLE_NO).asInt());
                name(table).ifPresent(name -> tables.put(each.name(), name));
            });
        }
        var columns = new HashMap<String, Map<String, String>>();
        var number = Optional.ofNullable(entities.get(COLUMNS)).map(offered -> offered.arguments().get(TABLE_NO));
        if (number.isPresent()) {
            var some = wanted.stream().filter(table -> numbers.containsKey(table.name())).distinct().toList();
            for (int i = 0; i < some.size(); i += TOGETHER) {
                columns(connection, some.subList(i, Math.min(some.size(), i + TOGETHER)), numbers, number.get(), model,
                        columns);
            }
        }
        return new ReadableNames(tables, columns);
    }

    private void columns(String connection, List<Table> some, Map<String, Integer> numbers, TypeRef number, Field model,
            Map<String, Map<String, String>> columns) {
        var fields = new ArrayList<Field>();
        for (Table table : some) {
            String alias = "columns" + fields.size();
            fields.add(Field.of(COLUMNS, IDENTIFIER, NAME).as(alias).with(TABLE_NO,
                    new Field.Variable(alias, number.text(), numbers.getOrDefault(table.name(), 0))));
        }
        JsonNode answer = ask(connection, "model_columns", model.and(fields)).path(MODEL);
        for (int i = 0; i < some.size(); i++) {
            var names = new HashMap<String, String>();
            for (JsonNode column : answer.path(COLUMNS + i)) {
                String identifier = column.path(IDENTIFIER).asText();
                some.get(i).columns().keySet().stream().filter(each -> Introspection.rowType(each).equals(identifier))
                        .forEach(each -> name(column).ifPresent(name -> names.put(each, name)));
            }
            columns.put(some.get(i).name(), names);
        }
    }

    private static Optional<String> name(JsonNode entity) {
        return Optional.of(QuotedText.name(entity.path(NAME).asText())).filter(name -> !name.isEmpty());
    }

    private static Map<String, Offered> fields(JsonNode type) {
        var fields = new HashMap<String, Offered>();
        for (JsonNode field : type.path("fields")) {
            fields.put(field.path(NAME).asText(),
                    new Offered(TypeRef.of(field.path("type")), TypeRef.arguments(field)));
        }
        return fields;
    }

    private JsonNode ask(String connection, String operation, Field... fields) {
        return FailedAnswer.dataOf(nxt.ask(connection, Question.query(operation, List.of(fields))));
    }
}
