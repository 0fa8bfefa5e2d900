package dev.nxtsync.pull.target;

import java.util.Arrays;

/** One chunk with something before each of its rows. A line feed ends a row, since one in a value is written {@code \n}. */
final class PrefixedChunk {
    private final byte[] prefix;
    byte[] bytes;
    int used;

    PrefixedChunk(byte[] prefix, int length) {
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
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, used + length));
        }
        System.arraycopy(from, offset, bytes, used, length);
        used += length;
    }
}
