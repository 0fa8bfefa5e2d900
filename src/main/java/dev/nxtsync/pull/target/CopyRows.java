package dev.nxtsync.pull.target;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;

import org.postgresql.copy.CopyIn;

/** Writes rows for {@code COPY} in its binary format (PostgreSQL documentation, "COPY"), each after the same first fields. */
final class CopyRows {
    private static final int CHUNK = 64 * 1024;
    private static final byte[] SIGNATURE = "PGCOPY\n\u00ff\r\n\0".getBytes(StandardCharsets.ISO_8859_1);
    private static final int END = -1;

    private final CopyIn copy;
    /** How many fields a row has, and those that are the same in each. */
    private final byte[] head;
    private final byte[] bytes = new byte[CHUNK];
    private int used;

    /** @param columns behind the first */
    CopyRows(CopyIn copy, FirstColumns first, int columns) {
        this.copy = copy;
        this.head = new byte[2 + first.fields.length];
        BigEndian.two(first.names.size() + columns, head, 0);
        System.arraycopy(first.fields, 0, head, 2, first.fields.length);
        System.arraycopy(SIGNATURE, 0, bytes, 0, SIGNATURE.length);
        // no flags, and no extension
        used = BigEndian.four(0, bytes, BigEndian.four(0, bytes, SIGNATURE.length));
    }

    /** Begins a row, whose fields are put then. */
    void begin() throws SQLException {
        put(head, 0, head.length);
    }

    void put(byte[] from, int offset, int length) throws SQLException {
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

    void end() throws SQLException {
        byte[] end = new byte[2];
        BigEndian.two(END, end, 0);
        put(end, 0, end.length);
        flush();
    }

    private void flush() throws SQLException {
        copy.writeToCopy(bytes, 0, used);
        used = 0;
    }
}
