package dev.nxtsync.pull.target;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyIn;

/**
 * The rows of one page, encoded for {@code COPY} in its binary format. Bounded: rows beyond the bound are dropped and the page is
 * {@link #overflowed}. Not thread-safe.
 */
public final class PageBuffer {
    private static final int CHUNK = 64 * 1024;
    /** The first chunk grows, since of many tables together most have few rows. */
    private static final int FIRST = 1024;
    /** So few keys are enough to see what is the matter. */
    private static final int MOST_REPEATED = 20;

    private final TargetTable table;
    private final RowKey key;
    private final int bound;
    private final EncodedRow row;
    /** Those behind the last one are from a page before. */
    private final List<byte[]> chunks = new ArrayList<>();
    private int last;
    private int used;
    private final KeyIndex index = new KeyIndex();
    private final KeyIndex.KeyMatch sameKey = this::hasKeyOfRow;
    private final Set<List<String>> faultyKeys = new HashSet<>();
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
     * @param bound in bytes; a page is too large once it holds more
     * @param knownFaults the keys, as JSON objects, of rows that have been set aside and may have been mended since
     */
    public PageBuffer(TargetTable table, int bound, Set<String> knownFaults) {
        this.table = table;
        this.key = new RowKey(table);
        this.row = new EncodedRow(table);
        this.bound = bound;
        this.knownFaults = knownFaults;
    }

    /** Makes it empty, for another page of the same table. */
    public void clear() {
        row.shrink();
        last = 0;
        used = 0;
        index.clear();
        faultyKeys.clear();
        faults.clear();
        mended.clear();
        misfits.clear();
        repeated.clear();
        contradicted.clear();
        rows = 0;
        overflowed = false;
        digest = null;
    }

    /**
     * Adds a row, or sets it aside if PostgreSQL cannot hold it, or no page is large enough. One whose key the page has already
     * is left out.
     *
     * @param cells the row as JSON has it
     * @param sources for each column, its field
     * @param json the row's key as a JSON object
     * @return whether its key is new to the page
     */
    public boolean add(RowBuffer cells, int[] sources, Supplier<String> json) {
        if (overflowed) {
            return true;
        }
        String fault = fault(cells, sources);
        if (!fault.isEmpty()) {
            return setAside(key.of(cells, sources), json, fault);
        }
        int hash = key.hash(row);
        int before = index.find(hash, sameKey);
        if (before >= 0 || (!faultyKeys.isEmpty() && faultyKeys.contains(key.of(row.bytes)))) {
            repeat(json.get(), before >= 0 && isRowAt(before));
            return false;
        }
        rows++;
        index.add(hash, position());
        append();
        if (!knownFaults.isEmpty()) {
            Stream.of(json.get(), table.keyAsJson(key.of(row.bytes))).filter(knownFaults::contains)
                    .forEach(mended::add);
        }
        overflowed = position() > bound;
        return true;
    }

    /** Encodes a row. Answers why it cannot be stored; empty if it can. */
    private String fault(RowBuffer cells, int[] sources) {
        String fault = row.encode(cells, sources);
        var misfit = row.misfit();
        if (misfit != null) {
            misfits.add(misfit);
        }
        if (!fault.isEmpty()) {
            return fault;
        }
        if (key.isIncomplete(row)) {
            return "a column of the primary key is empty, which PostgreSQL does not allow";
        }
        if (key.isTooLongForAnIndex(cells, sources)) {
            return "a key that is too long for an index of PostgreSQL";
        }
        return row.length > bound
                ? "a row of more than " + bound + " bytes; it is read again once the daemon has a larger heap"
                : "";
    }

    private void repeat(String key, boolean isEqual) {
        if (repeated.size() < MOST_REPEATED) {
            repeated.add(key);
        }
        if (!isEqual && contradicted.size() < MOST_REPEATED) {
            contradicted.add(key);
        }
    }

    /** Where the next row begins, in bytes. */
    private int position() {
        return last * CHUNK + used;
    }

    private int length(int number) {
        return number < last ? CHUNK : used;
    }

    private byte at(int position) {
        return chunks.get(position / CHUNK)[position % CHUNK];
    }

    /** Whether the row that begins there is the one that was encoded last. */
    private boolean isRowAt(int position) {
        for (int i = 0; i < row.length; i++) {
            if (at(position + i) != row.bytes[i]) {
                return false;
            }
        }
        return true;
    }

    private boolean hasKeyOfRow(int position) {
        return keyAt(position).equals(key.of(row.bytes));
    }

    private List<String> keyAt(int position) {
        byte[] stored = new byte[lengthAt(position)];
        for (int i = 0; i < stored.length; i++) {
            stored[i] = at(position + i);
        }
        return key.of(stored);
    }

    /** Of the row that begins there, as it is stored. */
    private int lengthAt(int position) {
        return CopyBinary.LENGTH + numberAt(position);
    }

    private int numberAt(int position) {
        int number = 0;
        for (int i = 0; i < CopyBinary.LENGTH; i++) {
            number = (number << Byte.SIZE) | (at(position + i) & 0xFF);
        }
        return number;
    }

    private void append() {
        int from = 0;
        while (from < row.length) {
            if (used == CHUNK) {
                last++;
                used = 0;
            }
            int length = Math.min(CHUNK - used, row.length - from);
            System.arraycopy(row.bytes, from, chunk(used + length), used, length);
            used += length;
            from += length;
        }
    }

    /** The last chunk, with room for so many bytes. */
    private byte[] chunk(int needed) {
        if (last == chunks.size()) {
            chunks.add(new byte[last == 0 ? FIRST : CHUNK]);
        }
        byte[] chunk = chunks.get(last);
        if (chunk.length < needed) {
            chunk = Arrays.copyOf(chunk, Math.min(CHUNK, Math.max(2 * chunk.length, needed)));
            chunks.set(last, chunk);
        }
        return chunk;
    }

    /**
     * Sets a row aside that no column type has to judge, since a field is no single value. Says whether its key is new to the
     * page.
     */
    public boolean setAside(RowBuffer cells, int[] sources, Supplier<String> json, String field) {
        if (overflowed) {
            return true;
        }
        String reason = "an object or a list in " + field + ", where one value is expected";
        boolean isNew = setAside(key.of(cells, sources), json, reason);
        if (isNew) {
            misfits.add(new MismatchedColumn(field, reason));
        }
        return isNew;
    }

    /** @param itsKey null if that cannot be stored either */
    private boolean setAside(@Nullable List<String> itsKey, Supplier<String> json, String reason) {
        if (itsKey != null && (isIn(itsKey) || !faultyKeys.add(itsKey))) {
            repeat(json.get(), false);
            return false;
        }
        rows++;
        faults.add(new RowFault(json.get(), reason));
        return true;
    }

    private boolean isIn(List<String> itsKey) {
        return index.find(key.hash(itsKey), position -> keyAt(position).equals(itsKey)) >= 0;
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
    public boolean has(List<String> itsKey) {
        var canonical = key.canonical(itsKey);
        return isIn(canonical) || faultyKeys.contains(canonical);
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
        var keys = new ArrayList<List<String>>(index.size());
        for (int row = 0; row < position(); row += lengthAt(row)) {
            keys.add(keyAt(row));
        }
        return keys;
    }

    /** A text that two pages share only if they hold the same rows in the same order. No row is added after it is asked for. */
    public String digest() {
        if (digest == null) {
            digest = newDigest();
        }
        return digest;
    }

    private String newDigest() {
        var sha = sha();
        for (int i = 0; i < chunks.size() && i <= last; i++) {
            sha.update(chunks.get(i), 0, length(i));
        }
        faults.forEach(fault -> sha.update((fault.key() + fault.reason()).getBytes(StandardCharsets.UTF_8)));
        return HexFormat.of().formatHex(sha.digest());
    }

    /**
     * A text that two pages share only if their rows have the same keys and change stamps, in whatever order and with whatever
     * other columns. Rows that are set aside do not count.
     */
    public String stamps() {
        var rowsOfKeys = new ArrayList<String>(index.size());
        for (int row = 0; row < position(); row += lengthAt(row)) {
            rowsOfKeys.add(keyAndStampAt(row));
        }
        var sha = sha();
        rowsOfKeys.stream().sorted().forEach(row -> sha.update(row.getBytes(StandardCharsets.ISO_8859_1)));
        return HexFormat.of().formatHex(sha.digest());
    }

    /** As they are stored, each byte as a character. */
    private String keyAndStampAt(int row) {
        var text = new StringBuilder();
        int from = row + CopyBinary.LENGTH;
        for (var column : table.columns()) {
            int end = from + CopyBinary.LENGTH + Math.max(0, numberAt(from));
            for (int at = from; at < end && table.isKeyOrStamp(column); at++) {
                text.append((char) (at(at) & 0xFF));
            }
            from = end;
        }
        return text.toString();
    }

    private static MessageDigest sha() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many bytes its rows take. */
    public int bytes() {
        return position();
    }

    /** How many rows there are to write. */
    int size() {
        return index.size();
    }

    /** Keys of rows that were set aside and have been mended. */
    List<String> mended() {
        return mended;
    }

    /** Writes all rows, each after the same first fields. */
    void copyTo(CopyIn copy, FirstColumns first) throws SQLException {
        var out = new CopyRows(copy, first, table.columns().size());
        for (int row = 0; row < position();) {
            int end = row + lengthAt(row);
            out.begin();
            for (int at = row + CopyBinary.LENGTH; at < end;) {
                int fits = Math.min(end - at, CHUNK - at % CHUNK);
                out.put(chunks.get(at / CHUNK), at % CHUNK, fits);
                at += fits;
            }
            row = end;
        }
        out.end();
    }
}
