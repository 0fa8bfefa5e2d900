package dev.nxtsync.pull.target;

import java.io.ByteArrayOutputStream;
import java.sql.SQLException;

import org.postgresql.copy.CopyIn;

/** One chunk with something before each of its rows. A line feed ends a row, since one in a value is written {@code \n}. */
final class PrefixedChunk extends ByteArrayOutputStream {
    private final byte[] prefix;

    PrefixedChunk(byte[] prefix, int length) {
        super(length * 2 + prefix.length);
        this.prefix = prefix;
    }

    boolean copy(byte[] from, int length, boolean atStart) {
        boolean start = atStart;
        int begun = 0;
        while (begun < length) {
            if (start) {
                writeBytes(prefix);
            }
            int end = begun;
            while (end < length && from[end] != '\n') {
                end++;
            }
            start = end < length;
            end = Math.min(length, end + 1);
            write(from, begun, end - begun);
            begun = end;
        }
        return start;
    }

    void writeTo(CopyIn copy) throws SQLException {
        copy.writeToCopy(buf, 0, count);
    }
}
