package dev.nxtsync.pull.target;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyIn;

/**
 * The rows of one page, encoded for {@code COPY} (text format). Bounded: rows beyond the bound are dropped and the page is
 * {@link #overflowed}. Not thread-safe.
 */
public final class PageBuffer {
    private static final int CHUNK = 64 * 1024;
    /** In bytes; an entry of an index has at most 2,704 together with what leads to it (PostgreSQL, "B-Tree indexes"). */
    private static final int LONGEST_KEY = 2_500;
    /** Of a character in UTF-8. */
    private static final int MOST_BYTES = 3;
    /** So few keys are enough to see what is the matter. */
    private static final int MOST_REPEATED = 20;

    private final ColumnType[] types;
    private final TargetTable table;
    private final int[] keyColumns;
    private final int bound;
    private final List<byte[]> full = new ArrayList<>();
    private byte[] chunk = new byte[CHUNK];
    private int used;
    /** Where the row of each key begins. */
    private final Map<Object, Long> keys = new HashMap<>();
    private final Set<Object> faultyKeys = new HashSet<>();
    private final List<RowFault> faults = new ArrayList<>();
    private final List<String> mended = new ArrayList<>();
    private final Set<MismatchedColumn> misfits = new HashSet<>();
    private final Set<String> knownFaults;
    private final Set<String> repeated = new LinkedHashSet<>();
    private final Set<String> contradicted = new LinkedHashSet<>();
    private int rows;
    private boolean overflowed;
    /** Of the whole page, once somebody has asked for it. */
    private @Nullable String digest;

    /**
     * @param bound in bytes; a page holds at most a chunk of 64 kB more
     * @param knownFaults the keys, as JSON objects, of rows that have been set aside and may have been mended since
     */
    public PageBuffer(TargetTable table, int bound, Set<String> knownFaults) {
        this.types = table.columns().stream().map(TargetColumn::type).toArray(ColumnType[]::new);
        this.table = table;
        var names = table.columns().stream().map(TargetColumn::name).toList();
        this.keyColumns = table.key().stream().mapToInt(names::indexOf).toArray();
        this.bound = bound;
        this.knownFaults = knownFaults;
    }

    /**
     * Adds a row, or sets it aside if PostgreSQL cannot hold it, or no page is large enough. One whose key the page has already
     * is left out.
     *
     * @param cells the row as JSON has it
     * @param sources for each column, its field
     * @param key the row's key as a JSON object
     * @return whether its key is new to the page
     */
    public boolean add(RowBuffer cells, int[] sources, Supplier<String> key) {
        if (overflowed) {
            return true;
        }
        rows++;
        int chunksBefore = full.size();
        int usedBefore = used;
        String fault = encode(cells, sources);
        Object stored = stored(cells, sources);
        if (fault.isEmpty() && stored == null) {
            fault = "a column of the primary key is empty, which PostgreSQL cannot hold";
        } else if (fault.isEmpty() && isTooLongForAnIndex(cells, sources)) {
            fault = "a key that is longer than an index of PostgreSQL holds";
        } else if (fault.isEmpty() && size(chunksBefore, usedBefore) > bound) {
            fault = "a row of more than " + bound + " bytes; it is read again once the daemon has a larger heap";
        }
        if (stored != null && (keys.containsKey(stored) || faultyKeys.contains(stored))) {
            repeat(key.get(), fault.isEmpty() && isEqual(keys.get(stored), position(chunksBefore, usedBefore)));
            takeBack(chunksBefore, usedBefore);
            rows--;
            return false;
        }
        if (fault.isEmpty()) {
            keys.put(stored, position(chunksBefore, usedBefore));
        }
        if (!fault.isEmpty()) {
            setAside(stored, key, fault);
            takeBack(chunksBefore, usedBefore);
        } else if (!knownFaults.isEmpty() && stored != null) {
            Stream.of(key.get(), table.keyAsJson(texts(stored))).filter(knownFaults::contains).forEach(mended::add);
        }
        overflowed = size(0, 0) > bound;
        return true;
    }

    private void repeat(String key, boolean isEqual) {
        if (repeated.size() < MOST_REPEATED) {
            repeated.add(key);
        }
        if (!isEqual && contradicted.size() < MOST_REPEATED) {
            contradicted.add(key);
        }
    }

    private static long position(int chunks, int end) {
        return (long) chunks * CHUNK + end;
    }

    /** Whether the row that was written last, and begins there, is the same as one before. */
    private boolean isEqual(@Nullable Long before, long last) {
        if (before == null) {
            return false;
        }
        long length = position(full.size(), used) - last;
        for (long i = 0; i < length; i++) {
            if (at(before + i) != at(last + i)) {
                return false;
            }
        }
        return true;
    }

    private byte at(long position) {
        int number = (int) (position / CHUNK);
        return (number < full.size() ? full.get(number) : chunk)[(int) (position % CHUNK)];
    }

    /** In bytes, since there were so many whole chunks, and so many bytes of the next. */
    private long size(int chunksBefore, int usedBefore) {
        return (long) (full.size() - chunksBefore) * CHUNK + used - usedBefore;
    }

    /**
     * Sets a row aside that no column type has to judge, since a field is no single value. Says whether its key is new to the
     * page.
     */
    public boolean setAside(RowBuffer cells, int[] sources, Supplier<String> key, String field) {
        if (overflowed) {
            return true;
        }
        Object stored = stored(cells, sources);
        if (stored != null && (keys.containsKey(stored) || faultyKeys.contains(stored))) {
            repeat(key.get(), false);
            return false;
        }
        rows++;
        String reason = "an object or a list in " + field + ", where one value is expected";
        misfits.add(new MismatchedColumn(field, reason));
        setAside(stored, key, reason);
        return true;
    }

    private void setAside(@Nullable Object stored, Supplier<String> key, String reason) {
        if (stored != null) {
            faultyKeys.add(stored);
        }
        faults.add(new RowFault(key.get(), reason));
    }

    private boolean isTooLongForAnIndex(RowBuffer cells, int[] sources) {
        int most = 0;
        for (int column : keyColumns) {
            most += Math.max(0, cells.length(sources[column]));
        }
        if (most * MOST_BYTES <= LONGEST_KEY) {
            return false;
        }
        int bytes = 0;
        for (int column : keyColumns) {
            bytes += String.valueOf(cells.text(sources[column])).getBytes(StandardCharsets.UTF_8).length;
        }
        return bytes > LONGEST_KEY;
    }

    /** How many rows were added, those set aside included; one that came again does not count. */
    public int rows() {
        return rows;
    }

    public List<RowFault> faults() {
        return List.copyOf(faults);
    }

    /** How many rows are set aside that were not known to be. */
    public int newFaults() {
        return (int) faults.stream().filter(fault -> !knownFaults.contains(fault.key())).count();
    }

    /** For which columns rows were set aside by their types, each once for each reason. */
    public Set<MismatchedColumn> misfits() {
        return Set.copyOf(misfits);
    }

    /** Whether the page did not fit and is of no use. */
    public boolean overflowed() {
        return overflowed;
    }

    /** Whether the page has a row with this key, be it set aside. */
    public boolean has(List<String> key) {
        Object canonical = canonical(key);
        return keys.containsKey(canonical) || faultyKeys.contains(canonical);
    }

    /** Keys of rows that came more than once, as JSON objects; a few, if there are many. */
    public List<String> repeated() {
        return List.copyOf(repeated);
    }

    /** Those of them whose rows differ, or cannot be compared. */
    public List<String> contradicted() {
        return List.copyOf(contradicted);
    }

    /** The keys of its rows, each as the texts that PostgreSQL compares. */
    public List<List<String>> keys() {
        return keys.keySet().stream().map(PageBuffer::texts).toList();
    }

    @SuppressWarnings("unchecked")
    private static List<String> texts(Object key) {
        return key instanceof String text ? List.of(text) : (List<String>) key;
    }

    /** A text that two pages share only if they hold the same rows in the same order. No row is added after it is asked for. */
    public String digest() {
        if (digest == null) {
            digest = newDigest();
        }
        return digest;
    }

    private String newDigest() {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            full.forEach(sha::update);
            sha.update(chunk, 0, used);
            faults.forEach(fault -> sha.update((fault.key() + fault.reason()).getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(sha.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many rows there are to write. */
    int size() {
        return keys.size();
    }

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
            var out = new PrefixedChunk(firstColumns, length);
            atStart = out.copy(bytes, length, atStart);
            out.writeTo(copy);
        }
    }

    /** Writes a row. Answers why PostgreSQL cannot hold it; empty if it can. */
    private String encode(RowBuffer cells, int[] sources) {
        int column = 0;
        try {
            for (; column < types.length; column++) {
                if (column > 0) {
                    put('\t');
                }
                write(types[column], cells, sources[column]);
            }
            put('\n');
            return "";
        } catch (UnstorableValue e) {
            String reason = String.valueOf(e.getMessage());
            if (types[column] != ColumnType.TEXT) {
                // a text is one whatever its characters are
                misfits.add(new MismatchedColumn(table.columns().get(column).name(), reason));
            }
            return reason;
        } catch (RuntimeException e) {
            // a fault of ours, which must not stop the rows beside it
            return "nxt-sync cannot encode it (" + e.getClass().getSimpleName() + "); please report it";
        }
    }

    private void takeBack(int chunks, int end) {
        if (full.size() > chunks) {
            chunk = full.get(chunks);
            full.subList(chunks, full.size()).clear();
        }
        used = end;
    }

    /** The key as PostgreSQL compares it; null if a column of it is empty, or cannot be held. */
    private @Nullable Object stored(RowBuffer cells, int[] sources) {
        if (keyColumns.length == 1) {
            return stored(keyColumns[0], cells, sources);
        }
        var key = new ArrayList<String>(keyColumns.length);
        for (int column : keyColumns) {
            var text = stored(column, cells, sources);
            if (text == null) {
                return null;
            }
            key.add(text);
        }
        return key;
    }

    private @Nullable String stored(int column, RowBuffer cells, int[] sources) {
        var json = cells.text(sources[column]);
        try {
            var text = json == null ? null : types[column].text(json);
            return text == null || table.encoding().flaw(text).isPresent() ? null : types[column].canonical(text);
        } catch (UnstorableValue | RuntimeException e) {
            return null;
        }
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

    private void write(ColumnType type, RowBuffer cells, int field) throws UnstorableValue {
        int length = cells.length(field);
        if (length < 0) {
            writeNull();
        } else if (type == ColumnType.TEXT || CopyText.isPlainNumber(type, cells, field)) {
            // at most three bytes a character, and each of one byte may need a backslash
            if ((long) used + 3L * length <= CHUNK) {
                used = CopyText.write(table.encoding(), chunk, used, cells.chars, cells.start(field), length);
            } else {
                byte[] bytes = new byte[3 * length];
                int end = CopyText.write(table.encoding(), bytes, 0, cells.chars, cells.start(field), length);
                for (int i = 0; i < end; i++) {
                    put(bytes[i]);
                }
            }
        } else {
            var text = type.text(String.valueOf(cells.text(field)));
            if (text == null) {
                writeNull();
            } else {
                for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
                    put(each);
                }
            }
        }
    }

    private void writeNull() {
        put('\\');
        put('N');
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
