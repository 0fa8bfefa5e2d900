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

import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Field;
import dev.nxtsync.graphql.NxtClient;

/**
 * What people call tables and columns, in their languages, as far as Business NXT tells it. Only what the schema offers is
 * asked for.
 */
@Singleton
public class Model {
    private static final String TABLES = "tables";
    private static final String COLUMNS = "columns";
    private static final String TABLE_NO = "tableNo";
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

    /**
     * Those of some tables.
     *
     * @param languages by their codes, such as {@code nb}; the first that there is counts
     * @throws FailedAnswer if there was no whole answer
     */
    public ReadableNames names(String connection, Collection<Table> wanted, List<String> languages) {
        var model = OfferedModel.of(nxt, connection);
        var language = model.flatMap(each -> languages.stream().filter(each.languages()::contains).findFirst());
        return language.isEmpty() ? ReadableNames.NONE : names(model.get(), language.get(), wanted);
    }

    private static ReadableNames names(OfferedModel model, String language, Collection<Table> wanted) {
        var lists = new HashMap<>(model.lists());
        lists.keySet().retainAll(Set.of(TABLES, COLUMNS));
        var items = model.items(lists);
        lists.keySet().removeIf(name -> !items.getOrDefault(name, Map.of()).keySet()
                .containsAll(Set.of(TABLE_NO, OfferedModel.IDENTIFIER, OfferedModel.NAME)));
        if (!lists.containsKey(TABLES)) {
            return ReadableNames.NONE;
        }
        var numbers = new HashMap<String, Integer>();
        var tables = tables(model, language, wanted, numbers);
        var columns = new HashMap<String, Map<String, String>>();
        var number = Optional.ofNullable(lists.get(COLUMNS)).map(offered -> offered.arguments().get(TABLE_NO));
        if (number.isPresent()) {
            var some = wanted.stream().filter(table -> numbers.containsKey(table.name())).distinct().toList();
            for (int i = 0; i < some.size(); i += TOGETHER) {
                columns(model, language, some.subList(i, Math.min(some.size(), i + TOGETHER)), numbers, number.get(),
                        columns);
            }
        }
        return new ReadableNames(tables, columns);
    }

    private static Map<String, String> tables(OfferedModel model, String language, Collection<Table> wanted,
            Map<String, Integer> numbers) {
        var tables = new HashMap<String, String>();
        JsonNode all = model
                .ask("model_tables",
                        List.of(model.in(language,
                                List.of(Field.of(TABLES, TABLE_NO, OfferedModel.IDENTIFIER, OfferedModel.NAME)))))
                .path(language).path(TABLES);
        for (JsonNode table : all) {
            String identifier = OfferedModel.identifier(table);
            wanted.stream().filter(each -> each.rowType().equals(identifier)).forEach(each -> {
                numbers.put(each.name(), table.path(TABLE_NO).asInt());
                OfferedModel.name(table).ifPresent(name -> tables.put(each.name(), name));
            });
        }
        return tables;
    }

    private static void columns(OfferedModel model, String language, List<Table> some, Map<String, Integer> numbers,
            TypeRef number, Map<String, Map<String, String>> columns) {
        var fields = new ArrayList<Field>();
        for (Table table : some) {
            String alias = COLUMNS + fields.size();
            fields.add(Field.of(COLUMNS, OfferedModel.IDENTIFIER, OfferedModel.NAME).as(alias).with(TABLE_NO,
                    new Field.Variable(alias, number.text(), numbers.getOrDefault(table.name(), 0))));
        }
        JsonNode answer = model.ask("model_columns", List.of(model.in(language, fields))).path(language);
        for (int i = 0; i < some.size(); i++) {
            var names = new HashMap<String, String>();
            for (JsonNode column : answer.path(COLUMNS + i)) {
                String identifier = OfferedModel.identifier(column);
                some.get(i).columns().keySet().stream().filter(each -> Introspection.rowType(each).equals(identifier))
                        .forEach(each -> OfferedModel.name(column).ifPresent(name -> names.put(each, name)));
            }
            columns.put(some.get(i).name(), names);
        }
    }
}
