package dev.nxtsync.pull.key;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;

import dev.nxtsync.error.QuotedText;
import dev.nxtsync.graphql.RowSink;
import dev.nxtsync.graphql.schema.Aggregates;

/**
 * Looks at the groups of an answer: for one that has several rows, and for one in which a column is null. It holds whatever the
 * server makes of the condition by which they were to be chosen. Not thread-safe.
 */
final class RepeatedGroups implements RowSink {
    private static final int LONGEST = 200;

    private final List<String> columns;
    private Optional<String> repeated = Optional.empty();
    private Optional<String> empty = Optional.empty();
    private boolean isCounted = true;

    RepeatedGroups(List<String> columns) {
        this.columns = columns;
    }

    /** Values that several rows have, with how many; empty if there are none. */
    Optional<String> repeated() {
        return repeated;
    }

    /** A column of which a row has no value; empty if there is none. */
    Optional<String> empty() {
        return empty;
    }

    /** Whether each group told how many rows it has. */
    boolean isCounted() { return isCounted; }

    @Override
    public void row(JsonParser parser) throws IOException {
        var values = new LinkedHashMap<String, String>();
        long count = -1;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (name.equals(Aggregates.FIELD) && token == JsonToken.START_OBJECT) {
                count = count(parser);
            } else {
                if (token.isScalarValue() && token != JsonToken.VALUE_NULL) {
                    values.put(name, parser.getText());
                }
                parser.skipChildren();
            }
        }
        isCounted &= count >= 0;
        var lacking = columns.stream().filter(column -> !values.containsKey(column)).findFirst();
        empty = empty.or(() -> lacking);
        if (repeated.isEmpty() && lacking.isEmpty() && count > 1) {
            repeated = Optional.of(QuotedText.upTo(LONGEST, values.entrySet().stream()
                    .map(each -> each.getKey() + " " + each.getValue()).collect(Collectors.joining(", "))) + " comes "
                    + count + " times");
        }
    }

    /** The number in {@code aggregates {count {column}}}; -1 if there is none. */
    private static long count(JsonParser parser) throws IOException {
        long count = -1;
        int depth = 1;
        while (depth > 0) {
            JsonToken token = parser.nextToken();
            if (token.isStructStart()) {
                depth++;
            } else if (token.isStructEnd()) {
                depth--;
            } else if (token == JsonToken.VALUE_NUMBER_INT) {
                count = parser.getLongValue();
            }
        }
        return count;
    }
}
