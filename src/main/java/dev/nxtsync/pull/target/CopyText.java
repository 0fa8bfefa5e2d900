package dev.nxtsync.pull.target;

import java.nio.charset.StandardCharsets;

import dev.nxtsync.database.Encoding;

/**
 * How values are written for {@code COPY} in its text format (PostgreSQL documentation, "COPY"), straight from the characters
 * of JSON. What has the usual form of its type is copied without becoming a number, a date or a text of Java on the way; all
 * else goes through {@link ColumnType#text}, with the same bytes.
 */
final class CopyText {
    /** No value is longer by more than its characters, of which those of a text take {@link #MOST_BYTES} each. */
    static final int LONGEST_ADDED = 32;
    /** Of a character of a text, in UTF-8 or with its backslash. */
    static final int MOST_BYTES = 3;
    /** Answered instead of an end by whoever does not know the form of a value. */
    private static final int UNUSUAL = -1;
    private static final int MOST_DIGITS_OF_INT = 10;
    private static final int MOST_DIGITS_OF_LONG = 18;
    private static final int MOST_DIGITS_OF_NUMERIC = 100;
    private static final int MOST_DIGITS_OF_FRACTION = 6;
    private static final int[] DAYS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    /** As long as it is ASCII, and needs no backslash. */
    private static final boolean[] PLAIN = new boolean[0x80];

    static {
        for (int c = 1; c < PLAIN.length; c++) {
            PLAIN[c] = c != '\\' && c != '\t' && c != '\n' && c != '\r';
        }
    }

    private CopyText() {}

    /**
     * Writes a value, for which there must be room.
     *
     * @param at where it begins
     * @return where it ends
     * @throws UnstorableValue if PostgreSQL has no such value
     */
    static int write(ColumnType type, Encoding encoding, char[] chars, int start, int length, byte[] bytes, int at)
            throws UnstorableValue {
        if (type == ColumnType.TEXT) {
            return text(encoding, bytes, at, chars, start, length);
        }
        int end = usual(type, chars, start, length, bytes, at);
        return end == UNUSUAL ? exact(type, new String(chars, start, length), bytes, at) : end;
    }

    static int nothing(byte[] bytes, int at) {
        bytes[at] = '\\';
        bytes[at + 1] = 'N';
        return at + 2;
    }

    /** By way of {@link ColumnType#text}. */
    static int exact(ColumnType type, String json, byte[] bytes, int at) throws UnstorableValue {
        var text = type.text(json);
        if (text == null) {
            return nothing(bytes, at);
        }
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(ascii, 0, bytes, at, ascii.length);
        return at + ascii.length;
    }

    /** What has the usual form; {@link #UNUSUAL} for all else, be it good or not. */
    static int usual(ColumnType type, char[] chars, int start, int length, byte[] bytes, int at) {
        return switch (type) {
            case INTEGER -> integer(chars, start, length, bytes, at);
            case BIGINT -> whole(chars, start, length, MOST_DIGITS_OF_LONG, bytes, at);
            case NUMERIC -> decimal(chars, start, length, bytes, at);
            case BOOLEAN -> truth(chars, start, length, bytes, at);
            case DATE -> date(chars, start, length, bytes, at);
            case TIME -> time(chars, start, length, bytes, at);
            case TIMESTAMP -> timestamp(chars, start, length, bytes, at);
            case TEXT -> UNUSUAL;
        };
    }

    private static int integer(char[] chars, int start, int length, byte[] bytes, int at) {
        int end = whole(chars, start, length, MOST_DIGITS_OF_INT, bytes, at);
        if (end != UNUSUAL && length >= MOST_DIGITS_OF_INT) {
            long value = 0;
            for (int i = start; i < start + length; i++) {
                value = chars[i] == '-' ? value : value * 10 + chars[i] - '0';
            }
            return value <= Integer.MAX_VALUE ? end : UNUSUAL;
        }
        return end;
    }

    private static int whole(char[] chars, int start, int length, int mostDigits, byte[] bytes, int at) {
        int end = start + length;
        int i = start;
        int to = at;
        if (length > 0 && chars[i] == '-') {
            bytes[to++] = '-';
            i++;
        }
        int digits = end - i;
        if (digits == 0 || digits > mostDigits || (chars[i] == '0' && length > 1)) {
            return UNUSUAL;
        }
        return digits(chars, i, end, bytes, to);
    }

    private static int decimal(char[] chars, int start, int length, byte[] bytes, int at) {
        if (length == 0 || length > MOST_DIGITS_OF_NUMERIC) {
            return UNUSUAL;
        }
        int end = start + length;
        int i = start;
        int to = at;
        if (chars[i] == '-') {
            bytes[to++] = '-';
            i++;
        }
        int point = i;
        while (point < end && chars[point] != '.') {
            point++;
        }
        if (point == i || point == end - 1) {
            return UNUSUAL;
        }
        to = digits(chars, i, point, bytes, to);
        if (to == UNUSUAL || point == end) {
            return to;
        }
        bytes[to++] = '.';
        return digits(chars, point + 1, end, bytes, to);
    }

    private static int digits(char[] chars, int from, int end, byte[] bytes, int at) {
        int to = at;
        for (int i = from; i < end; i++) {
            char c = chars[i];
            if (c < '0' || c > '9') {
                return UNUSUAL;
            }
            bytes[to++] = (byte) c;
        }
        return to;
    }

    private static int truth(char[] chars, int start, int length, byte[] bytes, int at) {
        String word = length == 4 ? "true" : "false";
        if (word.length() != length) {
            return UNUSUAL;
        }
        for (int i = 0; i < length; i++) {
            if (chars[start + i] != word.charAt(i)) {
                return UNUSUAL;
            }
            bytes[at + i] = (byte) word.charAt(i);
        }
        return at + length;
    }

    /** From {@code yyyymmdd} or ISO 8601. */
    private static int date(char[] chars, int start, int length, byte[] bytes, int at) {
        if (length == 1 && chars[start] == '0') {
            return nothing(bytes, at);
        }
        boolean iso = length >= 10;
        if (iso ? chars[start + 4] != '-' || chars[start + 7] != '-' : length != 8) {
            return UNUSUAL;
        }
        int gap = iso ? 1 : 0;
        return date(number(chars, start, 4), number(chars, start + 4 + gap, 2), number(chars, start + 6 + gap + gap, 2),
                bytes, at);
    }

    /** Nothing for a date that does not exist; {@link #UNUSUAL} for what is none. */
    private static int date(int year, int month, int day, byte[] bytes, int at) {
        if (year < 0 || month < 0 || day < 0) {
            return UNUSUAL;
        }
        if (!exists(year, month, day)) {
            return nothing(bytes, at);
        }
        two(year / 100, bytes, at);
        two(year % 100, bytes, at + 2);
        bytes[at + 4] = '-';
        two(month, bytes, at + 5);
        bytes[at + 7] = '-';
        two(day, bytes, at + 8);
        return at + 10;
    }

    private static boolean exists(int year, int month, int day) {
        if (year < 1 || month < 1 || month > 12 || day < 1) {
            return false;
        }
        boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        return day <= DAYS[month - 1] + (month == 2 && leap ? 1 : 0);
    }

    /** Without zeros at the end of the fraction. */
    private static int time(char[] chars, int start, int length, byte[] bytes, int at) {
        int end = clock(chars, start, start + length, bytes, at);
        if (end != UNUSUAL && end > at + 8) {
            while (bytes[end - 1] == '0') {
                end--;
            }
            end -= bytes[end - 1] == '.' ? 1 : 0;
        }
        return end;
    }

    private static int timestamp(char[] chars, int start, int length, byte[] bytes, int at) {
        if (length < 16 || chars[start + 4] != '-' || chars[start + 7] != '-'
                || (chars[start + 10] != ' ' && chars[start + 10] != 'T')) {
            return UNUSUAL;
        }
        int year = number(chars, start, 4);
        int month = number(chars, start + 5, 2);
        int day = number(chars, start + 8, 2);
        if (!exists(year, month, day)) {
            return UNUSUAL;
        }
        int to = date(year, month, day, bytes, at);
        bytes[to] = ' ';
        return clock(chars, start + 11, endOfClock(chars, start + 11, start + length), bytes, to + 1);
    }

    /** Where a zone begins, which is dropped. */
    private static int endOfClock(char[] chars, int from, int end) {
        if (chars[end - 1] == 'Z') {
            return end - 1;
        }
        for (int zone = 5; zone <= 6; zone++) {
            int sign = end - zone;
            if (sign >= from + 5 && (chars[sign] == '+' || chars[sign] == '-') && number(chars, sign + 1, 2) >= 0
                    && number(chars, end - 2, 2) >= 0 && (zone == 5 || chars[sign + 3] == ':')) {
                return sign;
            }
        }
        return end;
    }

    /** A time of day with seconds, and at most six digits behind the point. */
    private static int clock(char[] chars, int from, int end, byte[] bytes, int at) {
        int length = end - from;
        if (length < 5 || chars[from + 2] != ':' || (length > 5 && (length < 8 || chars[from + 5] != ':'))
                || (length > 8 && (length < 10 || chars[from + 8] != '.'))) {
            return UNUSUAL;
        }
        int hour = number(chars, from, 2);
        int minute = number(chars, from + 3, 2);
        int second = length > 5 ? number(chars, from + 6, 2) : 0;
        if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
            return UNUSUAL;
        }
        two(hour, bytes, at);
        bytes[at + 2] = ':';
        two(minute, bytes, at + 3);
        bytes[at + 5] = ':';
        two(second, bytes, at + 6);
        if (length <= 8) {
            return at + 8;
        }
        bytes[at + 8] = '.';
        int cut = Math.min(end, from + 9 + MOST_DIGITS_OF_FRACTION);
        for (int i = cut; i < end; i++) {
            if (chars[i] < '0' || chars[i] > '9') {
                return UNUSUAL;
            }
        }
        return digits(chars, from + 9, cut, bytes, at + 9);
    }

    private static void two(int number, byte[] bytes, int at) {
        bytes[at] = (byte) ('0' + number / 10);
        bytes[at + 1] = (byte) ('0' + number % 10);
    }

    /** Negative if there is something else than digits. */
    private static int number(char[] chars, int from, int count) {
        int number = 0;
        for (int i = from; i < from + count; i++) {
            int digit = chars[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    /** The text of a value that was written; not for one that is empty. */
    static String read(byte[] bytes, int from, int end) {
        byte[] plain = new byte[end - from];
        int length = 0;
        for (int i = from; i < end; i++) {
            byte b = bytes[i];
            if (b == '\\') {
                byte escaped = bytes[++i];
                b = (byte) (escaped == 't' ? '\t' : escaped == 'n' ? '\n' : escaped == 'r' ? '\r' : '\\');
            }
            plain[length++] = b;
        }
        return new String(plain, 0, length, StandardCharsets.UTF_8);
    }

    /** Characters as UTF-8, with backslashes where {@code COPY} needs them. Answers where they end. */
    static int text(Encoding encoding, byte[] bytes, int from, char[] chars, int start, int length)
            throws UnstorableValue {
        int at = from;
        for (int i = start; i < start + length; i++) {
            char c = chars[i];
            if (c < 0x80) {
                if (PLAIN[c]) {
                    bytes[at++] = (byte) c;
                } else if (c == 0) {
                    throw new UnstorableValue("text with the character U+0000, which PostgreSQL cannot hold");
                } else {
                    bytes[at++] = '\\';
                    bytes[at++] = (byte) (c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : '\\');
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
