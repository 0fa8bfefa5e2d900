package dev.nxtsync.pull.target;

import dev.nxtsync.database.Encoding;

/** How values are written for {@code COPY} (text format), straight from the characters of JSON. */
final class CopyText {
    private CopyText() {}

    /** A number that goes as it is, as nearly all do: few digits without a zero in front, and for decimals a point. */
    static boolean isPlainNumber(ColumnType type, RowBuffer cells, int field) {
        int length = cells.length(field);
        boolean point = type != ColumnType.NUMERIC;
        if ((type != ColumnType.INTEGER && type != ColumnType.BIGINT && point) || length == 0 || length > 9) {
            return false;
        }
        int from = cells.start(field);
        if (cells.chars[from] == '0' && length > 1 && point) {
            return false;
        }
        for (int i = from; i < from + length; i++) {
            char c = cells.chars[i];
            if (c < '0' || c > '9') {
                if (c != '.' || point || i == from || i == from + length - 1) {
                    return false;
                }
                point = true;
            }
        }
        return true;
    }

    /** Writes characters as UTF-8, escaped for {@code COPY}. Answers where they end. */
    static int write(Encoding encoding, byte[] bytes, int from, char[] chars, int start, int length)
            throws UnstorableValue {
        int at = from;
        for (int i = start; i < start + length; i++) {
            char c = chars[i];
            if (c < 0x80) {
                if (c == '\\' || c == '\t' || c == '\n' || c == '\r') {
                    bytes[at++] = '\\';
                    bytes[at++] = (byte) (c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : '\\');
                } else if (c == 0) {
                    throw new UnstorableValue("text with the character U+0000, which PostgreSQL cannot hold");
                } else {
                    bytes[at++] = (byte) c;
                }
            } else if (!encoding.holds(c) && !Character.isSurrogate(c)) {
                throw new UnstorableValue("text with " + encoding.lacking(c));
            } else if (c < 0x800) {
                bytes[at++] = (byte) (0xC0 | (c >> 6));
                bytes[at++] = (byte) (0x80 | (c & 0x3F));
            } else if (!Character.isSurrogate(c)) {
                bytes[at++] = (byte) (0xE0 | (c >> 12));
                bytes[at++] = (byte) (0x80 | ((c >> 6) & 0x3F));
                bytes[at++] = (byte) (0x80 | (c & 0x3F));
            } else if (i + 1 < start + length && Character.isSurrogatePair(c, chars[i + 1])) {
                int point = Character.toCodePoint(c, chars[++i]);
                if (!encoding.holds(point)) {
                    throw new UnstorableValue("text with " + encoding.lacking(point));
                }
                bytes[at++] = (byte) (0xF0 | (point >> 18));
                bytes[at++] = (byte) (0x80 | ((point >> 12) & 0x3F));
                bytes[at++] = (byte) (0x80 | ((point >> 6) & 0x3F));
                bytes[at++] = (byte) (0x80 | (point & 0x3F));
            } else {
                throw new UnstorableValue("text with a lone surrogate, which is no character");
            }
        }
        return at;
    }
}
