package dev.nxtsync.pull;

import java.io.IOException;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;

import dev.nxtsync.graphql.RowSink;
import dev.nxtsync.store.PageBuffer;

/** Encodes the rows of one answer while it is read, and remembers the key of the last. Not thread-safe; good for one answer. */
final class PageReader implements RowSink {
    /** A page of 5,000 rows with 40 columns is a few megabytes; a page beyond this is read again at half the size. */
    static final int BOUND = 16 * 1024 * 1024;

    private static final JsonFactory KEYS = JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final TableMapping mapping;
    private final List<String> key;
    private final PageBuffer buffer;
    private final Map<String, Integer> fields = new HashMap<>();
    private final @Nullable String[] texts;
    private final boolean[] quoted;
    private @Nullable String lastKey;

    PageReader(TableMapping mapping, List<String> key, int bound) {
        this.mapping = mapping;
        this.key = key;
        this.buffer = new PageBuffer(mapping.target(), bound);
        for (String field : mapping.fields()) {
            fields.put(field, fields.size());
        }
        this.texts = new @Nullable String[fields.size()];
        this.quoted = new boolean[fields.size()];
    }

    @Override
    public void row(JsonParser parser) throws IOException {
        Arrays.fill(texts, null);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var index = fields.get(parser.currentName());
            JsonToken token = parser.nextToken();
            if (index == null || !token.isScalarValue()) {
                parser.skipChildren();
            } else if (token != JsonToken.VALUE_NULL) {
                texts[index] = parser.getText();
                quoted[index] = token == JsonToken.VALUE_STRING;
            }
        }
        @Nullable
        String[] values = new @Nullable String[mapping.sources().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = texts[mapping.sources().get(i)];
        }
        String json = keyJson();
        lastKey = json;
        buffer.add(values, json);
    }

    PageBuffer buffer() {
        return buffer;
    }

    /** The key of the last row as the server wrote it, as a JSON object in ASCII; empty if there was no row. */
    Optional<String> lastKey() {
        return Optional.ofNullable(lastKey);
    }

    private String keyJson() throws IOException {
        var text = new StringWriter();
        try (var json = KEYS.createGenerator(text)) {
            json.writeStartObject();
            for (String column : key) {
                int index = Objects.requireNonNull(fields.get(column));
                var value = texts[index];
                if (value == null) {
                    json.writeNullField(column);
                } else if (quoted[index]) {
                    json.writeStringField(column, value);
                } else {
                    json.writeFieldName(column);
                    json.writeRawValue(value);
                }
            }
            json.writeEndObject();
        }
        return text.toString();
    }
}
