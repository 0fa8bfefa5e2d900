package dev.nxtsync.pull.target;

import java.sql.SQLException;

import org.postgresql.copy.CopyIn;

/** Writes rows with something before each. A line feed ends a row, since one in a value is written {@code \n}. */
final class PrefixedRows {
    private static final int CHUNK = 64 * 1024;

    private final CopyIn copy;
    private final byte[] prefix;
    private final byte[] bytes = new byte[CHUNK];
    private int used;
    private boolean atStart = true;

    PrefixedRows(CopyIn copy, byte[] prefix) {
        this.copy = copy;
        this.prefix = prefix;
    }

    /** Writes what follows what was written before. */
    void write(byte[] from, int length) throws SQLException {
        int begun = 0;
        while (begun < length) {
            if (atStart) {
                put(prefix, 0, prefix.length);
            }
            int end = begun;
            while (end < length && from[end] != '\n') {
                end++;
            }
            atStart = end < length;
            end = Math.min(length, end + 1);
            put(from, begun, end - begun);
            begun = end;
        }
    }

    private void put(byte[] from, int offset, int length) throws SQLException {
        int begun = offset;
        int left = length;
        while (left > 0) {
            if (used == CHUNK) {
                flush();
            }
            int fits = Math.min(left, CHUNK - used);
            System.arraycopy(from, begun, bytes, used, fits);
            used += fits;
            begun += fits;
            left -= fits;
        }
    }

    void flush() throws SQLException {
        copy.writeToCopy(bytes, 0, used);
        used = 0;
    }
}
