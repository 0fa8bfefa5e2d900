package dev.nxtsync.store;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyIn;

/**
 * The rows of one page, encoded for {@code COPY} (text format). Bounded: rows beyond the bound are dropped and the page is
 * {@link #overflowed}. Not thread-safe.
 */
public final class PageBuffer {
    private static final int CHUNK = 64 * 1024;

    private final List<ColumnType> types;
    private final List<Integer> keyColumns;
    private final int bound;
    private final List<byte[]> full = new ArrayList<>();
    private byte[] chunk = new byte[CHUNK];
    private int used;
    private final Set<List<String>> keys = new HashSet<>();
    private final List<RowFault> faults = new ArrayList<>();
    private int rows;
    private boolean overflowed;

    /** @param bound in bytes; a page holds at most a chunk of 64 kB more */
    public PageBuffer(TargetTable table, int bound) {
        this.types = table.columns().stream().map(TargetColumn::type).toList();
        List<String> names = table.columns().stream().map(TargetColumn::name).toList();
        this.keyColumns = table.key().stream().map(names::indexOf).toList();
        this.bound = bound;
    }

    /**
     * Adds a row, or sets it aside if PostgreSQL cannot hold it or the page has its key already.
     *
     * @param values the JSON scalars' texts in the order of the columns; null for JSON's null
     * @param key the row's key as a JSON object
     */
    public void add(@Nullable String[] values, String key) {
        if (overflowed) {
            return;
        }
        rows++;
        @Nullable
        String[] texts = new @Nullable String[values.length];
        try {
            for (int i = 0; i < values.length; i++) {
                var value = values[i];
                texts[i] = value == null ? null : types.get(i).text(value);
            }
        } catch (CannotHold e) {
            faults.add(new RowFault(key, e.getMessage() == null ? "" : e.getMessage()));
            return;
        }
        var stored = new ArrayList<String>();
        for (int column : keyColumns) {
            var text = texts[column];
            if (text == null) {
                faults.add(new RowFault(key, "a column of the primary key is empty, which PostgreSQL cannot hold"));
                return;
            }
            // as PostgreSQL compares: 1.0 is 1, and time stamps that differ in their seventh decimal are one
            stored.add(types.get(column) == ColumnType.NUMERIC
                    ? new BigDecimal(text).stripTrailingZeros().toPlainString()
                    : text);
        }
        if (!keys.add(stored)) {
            faults.add(new RowFault(key,
                    "the key is there twice in one page; the first row was kept. Is NXT_PULLS_…_KEY the whole key?"));
            return;
        }
        for (int i = 0; i < texts.length; i++) {
            if (i > 0) {
                put('\t');
            }
            write(texts[i]);
        }
        put('\n');
        overflowed = (long) full.size() * CHUNK + used > bound;
    }

    /** How many rows were added, those set aside included. */
    public int rows() {
        return rows;
    }

    public List<RowFault> faults() {
        return List.copyOf(faults);
    }

    /** Whether the page did not fit and is of no use. */
    public boolean overflowed() {
        return overflowed;
    }

    boolean isEmpty() { return keys.isEmpty(); }

    void copyTo(CopyIn copy) throws SQLException {
        for (byte[] each : full) {
            copy.writeToCopy(each, 0, CHUNK);
        }
        copy.writeToCopy(chunk, 0, used);
    }

    private void write(@Nullable String text) {
        if (text == null) {
            put('\\');
            put('N');
            return;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                byte[] rest = text.substring(i).getBytes(StandardCharsets.UTF_8);
                for (byte each : rest) {
                    escaped(each);
                }
                return;
            }
            escaped((byte) c);
        }
    }

    private void escaped(byte c) {
        switch (c) {
            case '\\', '\t', '\n', '\r' -> {
                put('\\');
                put(c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : '\\');
            }
            default -> put(c);
        }
    }

    private void put(int c) {
        if (used == CHUNK) {
            full.add(chunk);
            chunk = new byte[CHUNK];
            used = 0;
        }
        chunk[used++] = (byte) c;
    }
}
