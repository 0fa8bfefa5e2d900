package dev.nxtsync.store;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyIn;

/**
 * The rows of one page, encoded for {@code COPY} (text format). Bounded: rows beyond the bound are dropped and the page is
 * {@link #overflowed}. Not thread-safe.
 */
public final class PageBuffer {
    private static final int CHUNK = 64 * 1024;

    private final ColumnType[] types;
    private final int[] keyColumns;
    private final int bound;
    private final List<byte[]> full = new ArrayList<>();
    private byte[] chunk = new byte[CHUNK];
    private int used;
    private final Set<Object> keys = new HashSet<>();
    private final Set<Object> faultyKeys = new HashSet<>();
    private final List<RowFault> faults = new ArrayList<>();
    private final List<String> mended = new ArrayList<>();
    private final Set<String> knownFaults;
    private final @Nullable String[] texts;
    private int rows;
    private boolean overflowed;

    /**
     * @param bound in bytes; a page holds at most a chunk of 64 kB more
     * @param knownFaults the keys, as JSON objects, of rows that have been set aside and may have been mended since
     */
    public PageBuffer(TargetTable table, int bound, Set<String> knownFaults) {
        this.types = table.columns().stream().map(TargetColumn::type).toArray(ColumnType[]::new);
        List<String> names = table.columns().stream().map(TargetColumn::name).toList();
        this.keyColumns = table.key().stream().mapToInt(names::indexOf).toArray();
        this.bound = bound;
        this.knownFaults = knownFaults;
        this.texts = new @Nullable String[types.length];
    }

    /**
     * Adds a row, or sets it aside if PostgreSQL cannot hold it or the page has its key already.
     *
     * @param values the JSON scalars' texts in the order of the columns; null for JSON's null
     * @param key the row's key as a JSON object
     */
    public void add(@Nullable String[] values, Supplier<String> key) {
        if (overflowed) {
            return;
        }
        rows++;
        @Nullable
        CannotHold fault = null;
        for (int i = 0; i < types.length; i++) {
            var value = values[i];
            try {
                texts[i] = value == null ? null : types[i].text(value);
            } catch (CannotHold e) {
                texts[i] = null;
                fault = e;
            }
        }
        var stored = stored();
        if (fault != null) {
            if (stored != null) {
                faultyKeys.add(stored);
            }
            faults.add(new RowFault(key.get(), String.valueOf(fault.getMessage())));
        } else if (stored == null) {
            faults.add(new RowFault(key.get(), "a column of the primary key is empty, which PostgreSQL cannot hold"));
        } else if (!keys.add(stored)) {
            faults.add(new RowFault(key.get(),
                    "the key is there twice in one page; the first row was kept. Is NXT_PULLS_…_KEY the whole key?"));
        } else {
            if (!knownFaults.isEmpty() && knownFaults.contains(key.get())) {
                mended.add(key.get());
            }
            encode();
        }
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

    /** Whether the page has a row with this key, be it set aside. */
    public boolean has(List<String> key) {
        Object canonical = canonical(key);
        return keys.contains(canonical) || faultyKeys.contains(canonical);
    }

    /** A text that two pages share only if they hold the same rows in the same order. */
    public String digest() {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            full.forEach(digest::update);
            digest.update(chunk, 0, used);
            faults.forEach(fault -> digest.update((fault.key() + fault.reason()).getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean isEmpty() { return keys.isEmpty(); }

    /** Keys of rows that were set aside and have been mended. */
    List<String> mended() {
        return mended;
    }

    /** Writes all rows, each after the same first columns. */
    void copyTo(CopyIn copy, byte[] firstColumns) throws SQLException {
        if (firstColumns.length == 0) {
            for (byte[] each : full) {
                copy.writeToCopy(each, 0, CHUNK);
            }
            copy.writeToCopy(chunk, 0, used);
            return;
        }
        boolean atStart = true;
        for (int i = 0; i <= full.size(); i++) {
            byte[] bytes = i < full.size() ? full.get(i) : chunk;
            int length = i < full.size() ? CHUNK : used;
            var out = new Prefixed(firstColumns, length);
            atStart = out.copy(bytes, length, atStart);
            copy.writeToCopy(out.bytes, 0, out.used);
        }
    }

    /** One chunk with something before each of its rows. A line feed ends a row, since one in a value is written {@code \n}. */
    private static final class Prefixed {
        private final byte[] prefix;
        byte[] bytes;
        int used;

        Prefixed(byte[] prefix, int length) {
            this.prefix = prefix;
            this.bytes = new byte[length * 2 + prefix.length];
        }

        boolean copy(byte[] from, int length, boolean atStart) {
            boolean start = atStart;
            int begun = 0;
            while (begun < length) {
                if (start) {
                    put(prefix, 0, prefix.length);
                }
                int end = begun;
                while (end < length && from[end] != '\n') {
                    end++;
                }
                start = end < length;
                end = Math.min(length, end + 1);
                put(from, begun, end - begun);
                begun = end;
            }
            return start;
        }

        private void put(byte[] from, int offset, int length) {
            if (used + length > bytes.length) {
                bytes = java.util.Arrays.copyOf(bytes, Math.max(bytes.length * 2, used + length));
            }
            System.arraycopy(from, offset, bytes, used, length);
            used += length;
        }
    }

    private void encode() {
        for (int i = 0; i < texts.length; i++) {
            if (i > 0) {
                put('\t');
            }
            write(texts[i]);
        }
        put('\n');
        overflowed = (long) full.size() * CHUNK + used > bound;
    }

    /** The key as PostgreSQL compares it; null if a column of it is empty. */
    private @Nullable Object stored() {
        var first = texts[keyColumns[0]];
        if (keyColumns.length == 1) {
            return first == null ? null : types[keyColumns[0]].canonical(first);
        }
        var key = new ArrayList<String>(keyColumns.length);
        for (int column : keyColumns) {
            var text = texts[column];
            if (text == null) {
                return null;
            }
            key.add(types[column].canonical(text));
        }
        return key;
    }

    private Object canonical(List<String> key) {
        if (keyColumns.length == 1) {
            return types[keyColumns[0]].canonical(key.get(0));
        }
        var canonical = new ArrayList<String>(keyColumns.length);
        for (int i = 0; i < keyColumns.length; i++) {
            canonical.add(types[keyColumns[i]].canonical(key.get(i)));
        }
        return canonical;
    }

    private void write(@Nullable String text) {
        if (text == null) {
            put('\\');
            put('N');
            return;
        }
        int length = text.length();
        int plain = CHUNK - used >= length ? plain(text, length) : 0;
        for (int i = plain; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                for (byte each : text.substring(i).getBytes(StandardCharsets.UTF_8)) {
                    escaped(each);
                }
                return;
            }
            escaped((byte) c);
        }
    }

    /** Writes the beginning of a text that goes as it is, where the chunk has room for all of it. Answers its length. */
    private int plain(String text, int length) {
        byte[] into = chunk;
        int at = used;
        int i = 0;
        while (i < length) {
            char c = text.charAt(i);
            if (c >= 0x80 || c == '\\' || c == '\t' || c == '\n' || c == '\r') {
                break;
            }
            into[at] = (byte) c;
            at++;
            i++;
        }
        used = at;
        return i;
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
