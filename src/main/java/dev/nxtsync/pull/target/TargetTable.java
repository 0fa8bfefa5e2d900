package dev.nxtsync.pull.target;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.json.JsonWriteFeature;

import dev.nxtsync.database.Encoding;
import dev.nxtsync.database.Numeral;
import dev.nxtsync.database.SqlName;

/**
 * A mirrored table.
 *
 * @param owner the first column of its primary key: {@code nxt_company} or {@code nxt_customer}
 * @param columns without ours, which begin with {@code nxt_}
 * @param key names of columns, the rest of the primary key
 * @param changeStamp the column that says when a row last changed; empty if it cannot be read
 * @param removes whether rows that were deleted are removed, rather than marked
 * @param encoding of the database
 */
public record TargetTable(String schema, String name, String owner, String comment, List<TargetColumn> columns,
        List<String> key, Optional<String> changeStamp, boolean removes, Encoding encoding) {
    private static final JsonFactory KEYS = JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    /** A table of a database that holds every character. */
    public TargetTable(String schema, String name, String owner, String comment, List<TargetColumn> columns,
            List<String> key, Optional<String> changeStamp, boolean removes) {
        this(schema, name, owner, comment, columns, key, changeStamp, removes, Encoding.UTF8);
    }

    /** The same in a database of this encoding. */
    public TargetTable in(Encoding other) {
        return new TargetTable(schema, name, owner, comment, columns, key, changeStamp, removes, other);
    }

    /** The same with another sentence in its comment. */
    public TargetTable saying(String more) {
        return new TargetTable(schema, name, owner, comment + ". " + more, columns, key, changeStamp, removes,
                encoding);
    }

    /** The same with some of its columns only, among them the key. */
    public TargetTable only(Predicate<TargetColumn> wanted) {
        return new TargetTable(schema, name, owner, comment, columns.stream().filter(wanted).toList(), key, changeStamp,
                removes, encoding);
    }

    /** About how many bytes a row takes in a page, before any has been seen. */
    public int likelyBytes() {
        return columns.stream().mapToInt(column -> column.type().likelyBytes()).sum();
    }

    /** Whether a column tells one row from others, or when it last changed. */
    public boolean isKeyOrStamp(TargetColumn column) {
        return key.contains(column.name()) || changeStamp.filter(column.name()::equals).isPresent();
    }

    /** The columns of the key. */
    public List<TargetColumn> keyColumns() {
        return key.stream().map(this::column).toList();
    }

    /**
     * A key as PostgreSQL writes it.
     *
     * @param json its columns' values as JSON has them, without quotes
     * @return empty if PostgreSQL has no such values, or a number has more digits than any key
     */
    public Optional<List<String>> keyOf(List<String> json) {
        var texts = new ArrayList<String>();
        for (int i = 0; i < key.size(); i++) {
            try {
                ColumnType type = column(key.get(i)).type();
                var text = type.text(json.get(i));
                if (text == null || encoding.flaw(text).isPresent()
                        || (type == ColumnType.NUMERIC && Numeral.of(text).flatMap(Numeral::value).isEmpty())) {
                    return Optional.empty();
                }
                texts.add(text);
            } catch (UnstorableValue e) {
                return Optional.empty();
            }
        }
        return Optional.of(texts);
    }

    /** A key that PostgreSQL wrote so, as a JSON object in ASCII, the same for equal keys. */
    String keyAsJson(List<String> texts) {
        var json = new StringWriter();
        try (var generator = KEYS.createGenerator(json)) {
            generator.writeStartObject();
            for (int i = 0; i < key.size(); i++) {
                TargetColumn column = column(key.get(i));
                String text = column.type().canonical(texts.get(i));
                generator.writeFieldName(column.field());
                switch (column.type()) {
                    case INTEGER, BIGINT, NUMERIC -> generator.writeRawValue(text);
                    case BOOLEAN -> generator.writeBoolean(text.startsWith("t"));
                    case DATE -> generator.writeRawValue(text.replace("-", ""));
                    case TEXT, NAMES, TIME, TIMESTAMP -> generator.writeString(text);
                }
            }
            generator.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return json.toString();
    }

    TargetColumn column(String name) {
        return columns.stream().filter(column -> column.name().equals(name)).findFirst().orElseThrow();
    }

    public String quotedName() {
        return SqlName.quoted(schema) + "." + SqlName.quoted(name);
    }

    @Override
    public String toString() {
        return schema + "." + name;
    }
}
