package dev.nxtsync.pull;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.JsonWriteFeature;

import dev.nxtsync.graphql.GraphQlName;
import dev.nxtsync.graphql.RowSink;
import dev.nxtsync.graphql.schema.Table;
import dev.nxtsync.pull.plan.PageSize;
import dev.nxtsync.pull.plan.PullPlan;
import dev.nxtsync.pull.plan.TableMapping;
import dev.nxtsync.pull.target.ColumnType;
import dev.nxtsync.pull.target.PageBuffer;
import dev.nxtsync.pull.target.RowBuffer;

/**
 * Encodes the rows of one answer while it is read, and remembers where it ends: with the row that is last in order, whatever
 * comes again after it. Not thread-safe; good for one answer, and once it is cleared for another.
 */
public final class PageReader implements RowSink {
    /** At most 16 MB, and so little that eight runs with a page being read and one being written fit in half of the heap. */
    static final int BOUND = (int) Math.max(1 << 20, Math.min(16 << 20, Runtime.getRuntime().maxMemory() / 32));

    private static final JsonFactory KEYS = JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final List<String> key;
    private final List<String> order;
    private final PageBuffer buffer;
    private final String[] fields;
    private final SerializableString[] names;
    private final int[] sources;
    /** The fields that are lists of names. */
    private final boolean[] lists;
    private final StringBuilder list = new StringBuilder();
    /** The fields of the order, and the one of the change stamp. */
    private final int[] ordered;
    private final int changed;
    /** The row that is being read, and the one where the page ends so far. */
    private RowBuffer row;
    private RowBuffer end;
    private boolean hasEnd;
    private final Supplier<String> keyOfRow;

    /** How many rows of a pull to ask for at first: what it is set to, unless this process has no memory for that. */
    public static PageSize size(PullPlan plan) {
        var size = plan.pageSize();
        size.fits(1, plan.target().likelyBytes(), BOUND);
        return size;
    }

    /**
     * @param order the columns by which the rows are ordered, which make the cursor
     * @param knownFaults keys of rows that are set aside
     */
    public PageReader(TableMapping mapping, List<String> key, List<String> order, Set<String> knownFaults) {
        this(mapping, key, order, knownFaults, 1);
    }

    /** @param pages how many of one answer share the memory of a page */
    PageReader(TableMapping mapping, List<String> key, List<String> order, Set<String> knownFaults, int pages) {
        this.key = key;
        this.order = order;
        this.buffer = new PageBuffer(mapping.target(), BOUND / pages, knownFaults);
        this.fields = mapping.fields().toArray(String[]::new);
        this.names = mapping.fields().stream().map(SerializedString::new).toArray(SerializableString[]::new);
        this.sources = mapping.sources().stream().mapToInt(Integer::intValue).toArray();
        this.lists = new boolean[fields.length];
        for (int i = 0; i < sources.length; i++) {
            lists[sources[i]] |= mapping.target().columns().get(i).type() == ColumnType.NAMES;
        }
        this.ordered = order.stream().mapToInt(this::index).toArray();
        this.changed = index(Table.CHANGED);
        this.row = new RowBuffer(fields.length);
        this.end = new RowBuffer(fields.length);
        this.keyOfRow = () -> json(this.key, this.row);
    }

    /** The same without what it has read, but with the memory that this took. */
    public PageReader cleared() {
        hasEnd = false;
        row.shrink();
        end.shrink();
        buffer.clear();
        return this;
    }

    @Override
    public void row(JsonParser parser) throws IOException {
        RowBuffer cells = row;
        cells.clear();
        String misshapen = "";
        int expected = 0;
        while (true) {
            int index;
            // fields come in the order in which they were asked for
            if (parser.nextFieldName(names[Math.min(expected, names.length - 1)])) {
                index = Math.min(expected, names.length - 1);
            } else if (parser.currentToken() == JsonToken.FIELD_NAME) {
                index = index(parser.currentName());
            } else {
                break;
            }
            JsonToken token = parser.nextToken();
            if (index >= 0 && lists[index] && token == JsonToken.START_ARRAY) {
                expected = index + 1;
                readNames(index, parser);
            } else if (index < 0 || !token.isScalarValue()) {
                misshapen = index < 0 ? misshapen : fields[index];
                parser.skipChildren();
            } else {
                expected = index + 1;
                if (token != JsonToken.VALUE_NULL) {
                    cells.set(index, parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
                    cells.quote(index, token == JsonToken.VALUE_STRING);
                }
            }
        }
        boolean isNew = misshapen.isEmpty()
                ? buffer.add(cells, sources, keyOfRow)
                : buffer.setAside(cells, sources, keyOfRow, misshapen);
        if (isNew && !(hasEnd && isBefore(cells, end))) {
            row = end;
            end = cells;
            hasEnd = true;
        }
    }

    /** Reads a list to its end, as JSON has it; what is no name in it makes it one that cannot be stored. */
    private void readNames(int index, JsonParser parser) throws IOException {
        list.setLength(0);
        for (JsonToken each = parser.nextToken(); each != JsonToken.END_ARRAY; each = parser.nextToken()) {
            list.append(list.isEmpty() ? '[' : ',');
            if (each == JsonToken.VALUE_STRING && GraphQlName.is(parser.getText())) {
                list.append('"').append(parser.getText()).append('"');
            } else {
                list.append(each == JsonToken.VALUE_NULL ? "null" : "?");
                parser.skipChildren();
            }
        }
        String text = list.isEmpty() ? "[]" : list.append(']').toString();
        row.set(index, text.toCharArray(), 0, text.length());
    }

    /**
     * Whether a row comes before another in the order of the page, as far as whole numbers and change stamps tell it; how the
     * server orders texts is not known.
     */
    private boolean isBefore(RowBuffer one, RowBuffer other) {
        for (int index : ordered) {
            if (!one.isSame(index, other)) {
                return index == changed ? one.isEarlier(index, other) : one.isSmaller(index, other);
            }
        }
        return false;
    }

    public PageBuffer buffer() {
        return buffer;
    }

    /** Lets a page size learn how large these rows are, also if they are not the whole page since it did not fit. */
    void teach(PageSize size) {
        size.fits(buffer.rows(), buffer.bytes(), BOUND);
    }

    /**
     * Where the page ends, as the server wrote it: a JSON object in ASCII; empty if there was no row, or the last one lacks a
     * column of its key, after which nothing can be asked for, now or later.
     */
    Optional<String> cursor() {
        return hasEnd && key.stream().noneMatch(column -> end.text(index(column)) == null)
                ? Optional.of(json(order, end))
                : Optional.empty();
    }

    /** A field of the row where the page ends, as the server wrote it. */
    Optional<String> last(String field) {
        return hasEnd ? Optional.ofNullable(end.text(index(field))) : Optional.empty();
    }

    private int index(String field) {
        for (int i = 0; i < fields.length; i++) {
            if (fields[i].equals(field)) {
                return i;
            }
        }
        return -1;
    }

    private String json(List<String> columns, RowBuffer from) {
        var text = new StringWriter();
        try (var json = KEYS.createGenerator(text)) {
            json.writeStartObject();
            for (String column : columns) {
                int index = index(column);
                var value = from.text(index);
                if (value == null) {
                    json.writeNullField(column);
                } else if (from.isQuoted(index)) {
                    json.writeStringField(column, value);
                } else {
                    json.writeFieldName(column);
                    json.writeRawValue(value);
                }
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
