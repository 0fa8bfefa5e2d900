package dev.nxtsync.graphql.schema;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import jakarta.inject.Singleton;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.graphql.FailedAnswer;
import dev.nxtsync.graphql.Field;
import dev.nxtsync.graphql.NxtClient;
import dev.nxtsync.graphql.Question;
import dev.nxtsync.graphql.schema.KeyCandidate.KeyEvidence;
import dev.nxtsync.tenant.Scope;

/** Finds in the schema what may be the primary keys of tables (docs/facts/business-nxt.md, "Keys"). Safe for any number of threads. */
@Singleton
public class KeyHints {
    /** Tables of one request, whose document names three types of each. */
    private static final int TOGETHER = 200;
    /** Of an answer, in characters. */
    private static final long ROOM = 2_000_000;
    private static final long TOLD_OF_FIELD = 200;
    private static final int MOST_CANDIDATES = 6;
    /** So many rows show that it is not by chance that columns tell them apart. */
    private static final int ROWS = 20;
    private static final Pattern KEY = Pattern.compile("(?i)\\b(primary key|unique identifier)\\b");
    private static final List<Field> DESCRIBED = List.of(Field.of("fields", "name", "description"));
    private static final List<Field> INPUTS = List.of(Field.of("inputFields", "name"));

    private final NxtClient nxt;
    private final Mutations mutations;

    KeyHints(NxtClient nxt, Mutations mutations) {
        this.nxt = nxt;
        this.mutations = mutations;
    }

    /** The types of what creates and changes records of a table; empty where that is not offered. */
    private record InputTypes(Optional<String> created, Optional<String> changed) {}

    /**
     * The candidates of each table, the likeliest first.
     *
     * @throws FailedAnswer if there was no whole answer
     */
    public Map<String, List<KeyCandidate>> of(String connection, Collection<Table> tables) {
        var candidates = new HashMap<String, List<KeyCandidate>>();
        for (Scope scope : Scope.values()) {
            var all = tables.stream().filter(table -> table.scope() == scope).toList();
            var fields = all.isEmpty()
                    ? Map.<String, MutationField>of()
                    : mutations.fields(connection, scope.changesType());
            for (int from = 0, to; from < all.size(); from = to) {
                to = from + together(all.subList(from, all.size()));
                read(connection, all.subList(from, to), fields, candidates);
            }
        }
        return candidates;
    }

    /** How many of the first an answer has room for. */
    private static int together(List<Table> tables) {
        long told = 0;
        int together = 0;
        while (together < Math.min(TOGETHER, tables.size()) && (together == 0 || told < ROOM)) {
            told += TOLD_OF_FIELD * (tables.get(together).columns().size() + tables.get(together).joins().size());
            together++;
        }
        return together;
    }

    /** One request for all. If there is too much to tell, halves of them. */
    private void read(String connection, List<Table> tables, Map<String, MutationField> fields,
            Map<String, List<KeyCandidate>> candidates) {
        try {
            ask(connection, tables, fields, candidates);
        } catch (FailedAnswer e) {
            if (tables.size() == 1 || !e.failure().mayGoInParts()) {
                throw e;
            }
            read(connection, tables.subList(0, tables.size() / 2), fields, candidates);
            read(connection, tables.subList(tables.size() / 2, tables.size()), fields, candidates);
        }
    }

    private void ask(String connection, List<Table> tables, Map<String, MutationField> fields,
            Map<String, List<KeyCandidate>> candidates) {
        var types = tables.stream().map(table -> types(table, fields)).toList();
        var asked = new ArrayList<Field>();
        for (int i = 0; i < tables.size(); i++) {
            asked.add(TypeRef.lookUp("row" + i, tables.get(i).rowType()).and(DESCRIBED));
            for (var type : Map.of("created" + i, types.get(i).created(), "changed" + i, types.get(i).changed())
                    .entrySet()) {
                type.getValue().ifPresent(name -> asked.add(TypeRef.lookUp(type.getKey(), name).and(INPUTS)));
            }
        }
        JsonNode data = FailedAnswer.dataOf(nxt.ask(connection, Question.query("keys", asked)));
        for (int i = 0; i < tables.size(); i++) {
            candidates.put(tables.get(i).name(), candidates(tables.get(i), data.path("row" + i).path("fields"),
                    names(data, "created" + i), names(data, "changed" + i), types.get(i)));
        }
    }

    private static InputTypes types(Table table, Map<String, MutationField> fields) {
        return new InputTypes(type(fields.get(table.name() + "_create"), "values"),
                type(fields.get(table.name() + "_update"), "values")
                        .or(() -> type(fields.get(table.name() + "_update"), "value")));
    }

    private static Optional<String> type(@Nullable MutationField field, String argument) {
        return Optional.ofNullable(field).map(each -> each.arguments().get(argument)).map(TypeRef::name);
    }

    private static Set<String> names(JsonNode data, String alias) {
        return new LinkedHashSet<>(data.path(alias).path("inputFields").findValuesAsText("name"));
    }

    private static List<KeyCandidate> candidates(Table table, JsonNode described, Set<String> created,
            Set<String> changed, InputTypes types) {
        var candidates = new LinkedHashMap<List<String>, KeyCandidate>();
        Stream.of(byInputs(table, created, changed, types), byDescription(table, described)).flatMap(List::stream)
                .forEach(each -> candidates.putIfAbsent(each.columns(), each));
        return candidates.values().stream().limit(MOST_CANDIDATES).toList();
    }

    private static List<KeyCandidate> byInputs(Table table, Set<String> created, Set<String> changed,
            InputTypes types) {
        if (created.isEmpty()) {
            return List.of();
        }
        // the number that the server gives, and what is not stored
        var numbers = table.columns().values().stream().filter(Column::mayBeOfAKey).map(Column::name)
                .filter(name -> !created.contains(name)).sorted(table.likeliestOfKey()).limit(MOST_CANDIDATES).toList();
        if (changed.isEmpty() || types.created().equals(types.changed())) {
            // the rest of the key is among what both take
            return numbers.stream().map(name -> new KeyCandidate(List.of(name), KeyEvidence.NUMBER)).toList();
        }
        var given = table.columns().keySet().stream().filter(name -> created.contains(name) && !changed.contains(name))
                .toList();
        // with several it is open which of them is of the key, and a number alone may be only the last column of one
        boolean isPlain = numbers.size() <= 1
                && (!given.isEmpty() || numbers.stream().allMatch((table.name() + "No")::equals));
        long least = isPlain ? 0 : ROWS;
        var candidates = new ArrayList<KeyCandidate>();
        numbers.forEach(name -> candidates.add(
                new KeyCandidate(Stream.concat(given.stream(), Stream.of(name)).toList(), KeyEvidence.INPUTS, least)));
        if (!given.isEmpty()) {
            candidates.add(new KeyCandidate(given, KeyEvidence.INPUTS, numbers.isEmpty() ? 0 : ROWS));
        }
        return candidates;
    }

    private static List<KeyCandidate> byDescription(Table table, JsonNode described) {
        var columns = new ArrayList<String>();
        for (JsonNode field : described) {
            String name = field.path("name").asText();
            if (table.columns().containsKey(name) && KEY.matcher(field.path("description").asText("")).find()) {
                columns.add(name);
            }
        }
        return columns.isEmpty() || columns.size() > MOST_CANDIDATES
                ? List.of()
                : List.of(new KeyCandidate(columns, KeyEvidence.DESCRIPTION, ROWS));
    }
}
