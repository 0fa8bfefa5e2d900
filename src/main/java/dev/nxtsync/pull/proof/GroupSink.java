package dev.nxtsync.pull.proof;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import dev.nxtsync.database.Numeral;
import dev.nxtsync.graphql.RowSink;
import dev.nxtsync.graphql.schema.Aggregates;

/**
 * Takes totals of groups from an answer. How the API writes decimals is not documented, so that a number and a text with a
 * number are the same to it. Not thread-safe.
 */
final class GroupSink implements RowSink {
    /** There may be more groups there than here, but not as many more as memory could not hold. */
    private static final int MOST_TIMES = 4;

    private final GroupedTable table;
    private final List<String> columns;
    private final Map<RowGroup, Totals> totals = new HashMap<>();
    private boolean sensible = true;

    GroupSink(GroupedTable table) {
        this.table = table;
        this.columns = table.groupingColumns();
    }

    /** Totals by group; empty if something came where they were asked for that is not so. */
    Optional<Map<RowGroup, Totals>> totals() {
        return sensible ? Optional.of(totals) : Optional.empty();
    }

    @Override
    public void row(JsonParser parser) throws IOException {
        var group = new HashMap<String, Numeral>();
        var counts = new HashMap<String, Numeral>();
        var sums = new HashMap<String, Numeral>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            if (name.equals(Aggregates.FIELD) && parser.currentToken() == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    var into = parser.currentName().equals(Aggregates.COUNT) ? counts : sums;
                    if (parser.nextToken() == JsonToken.START_OBJECT) {
                        numbers(parser, into);
                    } else {
                        other(parser);
                    }
                }
            } else {
                number(parser, name, group);
            }
        }
        take(group, counts, sums);
    }

    private void numbers(JsonParser parser, Map<String, Numeral> into) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            number(parser, name, into);
        }
    }

    private void number(JsonParser parser, String name, Map<String, Numeral> into) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NULL) {
            return;
        }
        var number = token.isNumeric() || token == JsonToken.VALUE_STRING
                ? Numeral.of(parser.getText())
                : Optional.<Numeral>empty();
        number.ifPresentOrElse(value -> into.put(name, value), () -> sensible = false);
        parser.skipChildren();
    }

    private void other(JsonParser parser) throws IOException {
        sensible = false;
        parser.skipChildren();
    }

    private void take(Map<String, Numeral> group, Map<String, Numeral> counts, Map<String, Numeral> sums) {
        var values = new ArrayList<Optional<Long>>();
        table.grouping().forEach(column -> values.add(Optional.ofNullable(group.get(column.field())).map(this::whole)));
        var counted = new TreeMap<String, Long>();
        table.counted().forEach(column -> {
            if (counts.containsKey(column.field())) {
                counted.put(column.name(), whole(counts.get(column.field())));
            } else {
                sensible = false;
            }
        });
        var summed = new TreeMap<String, BigDecimal>();
        table.summed().forEach(column -> Optional.ofNullable(sums.get(column.field())).ifPresent(
                sum -> sum.value().ifPresentOrElse(value -> summed.put(column.name(), value), () -> sensible = false)));
        sensible &= totals.size() < MOST_TIMES * table.mostGroups();
        if (!sensible) {
            return;
        }
        long rows = counted.getOrDefault(table.plan().target().key().get(0), 0L);
        sensible &= totals.put(new RowGroup(columns, values), new Totals(rows, counted, summed)) == null;
    }

    private long whole(Numeral number) {
        var value = number.value();
        if (value.isPresent() && value.get().stripTrailingZeros().scale() <= 0 && value.get().precision() < 19) {
            return value.get().longValue();
        }
        sensible = false;
        return 0;
    }
}
