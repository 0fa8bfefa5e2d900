package dev.nxtsync.pull.target;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.nxtsync.database.Encoding;

/**
 * The key of a row as PostgreSQL compares it: a text for each of its columns, the same where the values are equal, which 1.0
 * and 1 are.
 */
final class RowKey {
    /** In bytes; an entry of an index has at most 2,704 together with what leads to it (PostgreSQL, "B-Tree indexes"). */
    private static final int LONGEST = 2_500;
    private static final int MULTIPLIER = 0x01000193;

    private final ColumnType[] types;
    /** In the order of the key. */
    private final int[] columns;
    private final Encoding encoding;

    RowKey(TargetTable table) {
        var names = table.columns().stream().map(TargetColumn::name).toList();
        this.types = table.columns().stream().map(TargetColumn::type).toArray(ColumnType[]::new);
        this.columns = table.key().stream().mapToInt(names::indexOf).toArray();
        this.encoding = table.encoding();
    }

    /** The same for equal keys. */
    int hash(EncodedRow row) {
        int hash = 0;
        for (int column : columns) {
            hash = hash(hash, types[column], row.bytes, row.start(column), row.end(column));
        }
        return hash;
    }

    /** @param key as {@link #of} has it */
    int hash(List<String> key) {
        int hash = 0;
        for (int i = 0; i < columns.length; i++) {
            ColumnType type = types[columns[i]];
            char[] text = key.get(i).toCharArray();
            byte[] bytes = new byte[CopyBinary.MOST_BYTES * text.length + CopyBinary.LONGEST_ADDED];
            try {
                int end = CopyBinary.write(type, Encoding.UTF8, text, 0, text.length, bytes, 0);
                hash = hash(hash, type, bytes, 0, end);
            } catch (UnstorableValue e) {
                // no row has such a key
                return hash;
            }
        }
        return hash;
    }

    private static int hash(int before, ColumnType type, byte[] bytes, int from, int end) {
        int hash = before;
        int shown = type == ColumnType.NUMERIC ? from + BinaryNumeric.SCALE : end;
        for (int i = from; i < end; i++) {
            // what does not make a number another one
            hash = i == shown || i == shown + 1 ? hash : (hash ^ bytes[i]) * MULTIPLIER;
        }
        return hash;
    }

    /** Whether a column of it is empty. */
    boolean isIncomplete(EncodedRow row) {
        for (int column : columns) {
            if (row.isNothing(column)) {
                return true;
            }
        }
        return false;
    }

    boolean isTooLongForAnIndex(RowBuffer cells, int[] sources) {
        int most = 0;
        for (int column : columns) {
            most += Math.max(0, cells.length(sources[column]));
        }
        if (most * CopyBinary.MOST_BYTES <= LONGEST) {
            return false;
        }
        int bytes = 0;
        for (int column : columns) {
            bytes += String.valueOf(cells.text(sources[column])).getBytes(StandardCharsets.UTF_8).length;
        }
        return bytes > LONGEST;
    }

    /** Of a row that is stored, as {@link EncodedRow} has it. */
    List<String> of(byte[] row) {
        int[] starts = new int[types.length];
        int at = CopyBinary.LENGTH;
        for (int column = 0; column < types.length; column++) {
            starts[column] = at;
            at += CopyBinary.LENGTH + Math.max(0, BigEndian.four(row, at));
        }
        var key = new ArrayList<String>(columns.length);
        for (int column : columns) {
            key.add(types[column].canonical(CopyBinary.read(types[column], row, starts[column])));
        }
        return key;
    }

    /** Of a row that perhaps cannot be stored; null if a column of its key is empty, or cannot be held. */
    @Nullable
    List<String> of(RowBuffer cells, int[] sources) {
        var key = new ArrayList<String>(columns.length);
        for (int column : columns) {
            var text = text(column, cells, sources);
            if (text == null) {
                return null;
            }
            key.add(text);
        }
        return key;
    }

    private @Nullable String text(int column, RowBuffer cells, int[] sources) {
        var json = cells.text(sources[column]);
        try {
            var text = json == null ? null : types[column].text(json);
            return text == null || encoding.flaw(text).isPresent() ? null : types[column].canonical(text);
        } catch (UnstorableValue | RuntimeException e) {
            return null;
        }
    }

    /** @param key as PostgreSQL writes it */
    List<String> canonical(List<String> key) {
        var canonical = new ArrayList<String>(columns.length);
        for (int i = 0; i < columns.length; i++) {
            canonical.add(types[columns[i]].canonical(key.get(i)));
        }
        return canonical;
    }
}
