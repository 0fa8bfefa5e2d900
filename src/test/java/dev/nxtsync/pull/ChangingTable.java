package dev.nxtsync.pull;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.JsonNode;

import dev.nxtsync.graphql.schema.Column;
import dev.nxtsync.graphql.schema.Column.Companion;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.Document.DocumentPart;
import dev.nxtsync.pull.plan.PullPlan;

/** A table of a server, with a clock: rows change, and what changes is shown once it is committed, perhaps late. */
final class ChangingTable {
    static final PullPlan PLAN = PullFixture.plan("voucher", List.of("batchNo"), Optional.empty(),
            new Column("batchNo", "Int", Companion.NONE), new Column(Table.CHANGED, "DateTime", Companion.NONE));
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss")
            .withZone(ZoneOffset.UTC);

    Instant now = Instant.parse("2026-01-05T00:00:00Z");
    private final Map<Integer, String> shown = new HashMap<>();
    private final Map<Integer, Change> underWay = new HashMap<>();

    private record Change(String stamp, Instant committedAt) {}

    /** Has a row change now, unless a change of it is under way. */
    void change(int key, Duration late) {
        underWay.putIfAbsent(key, new Change(STAMP.format(now), now.plus(late)));
    }

    /** The stamps of all rows that are shown, by key. */
    Map<Integer, String> rows() {
        underWay.forEach((key, change) -> {
            if (!change.committedAt().isAfter(now)) {
                shown.put(key, change.stamp());
            }
        });
        underWay.values().removeIf(change -> !change.committedAt().isAfter(now));
        return new TreeMap<>(shown);
    }

    Optional<String> top() {
        return rows().values().stream().max(Comparator.naturalOrder());
    }

    /** What is answered for a selection, and whether there is more. */
    Map.Entry<PageReader, Boolean> answer(DocumentPart part) {
        var fitting = new ArrayList<Map.Entry<Integer, String>>();
        rows().entrySet().stream().filter(row -> part.filter().map(filter -> accepts(filter, row)).orElse(true))
                .sorted(Map.Entry.<Integer, String>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .forEach(fitting::add);
        var page = new PageReader(PLAN.mapping(), PLAN.key(), PLAN.changeOrder(), Set.of());
        fitting.stream().limit(part.rows()).forEach(row -> add(page, row.getKey(), row.getValue()));
        return Map.entry(page, fitting.size() > part.rows());
    }

    static void add(PageReader page, int key, String stamp) {
        try (var parser = new JsonFactory()
                .createParser("{\"batchNo\":%d,\"changedTimestamp\":\"%s\"}".formatted(key, stamp))) {
            parser.nextToken();
            page.row(parser);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean accepts(JsonNode filter, Map.Entry<Integer, String> row) {
        var each = filter.properties().iterator().next();
        return switch (each.getKey()) {
            case "_and" -> all(each.getValue()).stream().allMatch(part -> accepts(part, row));
            case "_or" -> all(each.getValue()).stream().anyMatch(part -> accepts(part, row));
            case "batchNo" -> isSo(row.getKey().compareTo(operand(each.getValue()).asInt()), each.getValue());
            default -> isSo(row.getValue().compareTo(operand(each.getValue()).asText()), each.getValue());
        };
    }

    private static List<JsonNode> all(JsonNode list) {
        var all = new ArrayList<JsonNode>();
        list.forEach(all::add);
        return all;
    }

    private static JsonNode operand(JsonNode test) {
        return test.elements().next();
    }

    private static boolean isSo(int compared, JsonNode test) {
        return switch (test.fieldNames().next()) {
            case "_eq" -> compared == 0;
            case "_gt" -> compared > 0;
            case "_gte" -> compared >= 0;
            case "_lte" -> compared <= 0;
            default -> throw new IllegalArgumentException(test.toString());
        };
    }
}
