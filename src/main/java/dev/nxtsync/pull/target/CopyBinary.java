package dev.nxtsync.pull.target;

import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.TimeUnit;

import dev.nxtsync.database.Encoding;

/**
 * How values are written for {@code COPY} in its binary format: their length in bytes, and the form that the type's
 * {@code receive} function reads (PostgreSQL documentation, "COPY"), straight from the characters of JSON. What has the usual
 * form of its type is read without a number, a date or a text of Java on the way; all else goes through
 * {@link ColumnType#text}, with the same bytes.
 */
final class CopyBinary {
    /** No value is longer by more than its characters, of which those of texts take {@link #MOST_BYTES} each. */
    static final int LONGEST_ADDED = 32;
    /** Of a character of a text, in UTF-8. */
    static final int MOST_BYTES = 3;
    /** Of the length before a value. */
    static final int LENGTH = Integer.BYTES;
    /** Answered instead of an end by whoever does not know the form of a value. */
    static final int UNUSUAL = -1;
    /** Days from 1970 to 2000, from which PostgreSQL counts. */
    static final int EPOCH = 10_957;
    static final long MICROS_OF_DAY = TimeUnit.DAYS.toMicros(1);
    private static final int NOTHING = -1;
    private static final int MOST_DIGITS_OF_INT = 10;
    private static final int MOST_DIGITS_OF_LONG = 18;
    private static final int MOST_DIGITS_OF_FRACTION = 6;
    private static final int[] DAYS = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    private CopyBinary() {}

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
        if (type == ColumnType.NAMES) {
            return BinaryNames.write(chars, start, start + length, bytes, at);
        }
        int end = usual(type, chars, start, length, bytes, at);
        return end == UNUSUAL ? exact(type, new String(chars, start, length), bytes, at) : end;
    }

    static int nothing(byte[] bytes, int at) {
        return BigEndian.four(NOTHING, bytes, at);
    }

    /** Whether the value that begins there is null. */
    static boolean isNothing(byte[] bytes, int at) {
        return bytes[at] < 0;
    }

    /** By way of {@link ColumnType#text}; not for texts. */
    static int exact(ColumnType type, String json, byte[] bytes, int at) throws UnstorableValue {
        var text = type.text(json);
        if (text == null) {
            return nothing(bytes, at);
        }
        return switch (type) {
            case INTEGER -> integer(Integer.parseInt(text), bytes, at);
            case BIGINT -> whole(Long.parseLong(text), bytes, at);
            case NUMERIC -> BinaryNumeric.exact(text, bytes, at);
            case BOOLEAN -> truth(text.equals("true"), bytes, at);
            case DATE -> integer((int) day(text) - EPOCH, bytes, at);
            case TIME -> whole(micros(text), bytes, at);
            case TIMESTAMP -> {
                int space = text.indexOf(' ');
                yield whole((day(text.substring(0, space)) - EPOCH) * MICROS_OF_DAY + micros(text.substring(space + 1)),
                        bytes, at);
            }
            case TEXT, NAMES -> throw new IllegalArgumentException("texts have one way only");
        };
    }

    private static long day(String date) {
        String[] parts = date.split("-", -1);
        return LocalDate.of(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]))
                .toEpochDay();
    }

    private static long micros(String time) {
        return TimeUnit.NANOSECONDS.toMicros(LocalTime.parse(time).toNanoOfDay());
    }

    /** What has the usual form; {@link #UNUSUAL} for all else, be it good or not. */
    static int usual(ColumnType type, char[] chars, int start, int length, byte[] bytes, int at) {
        return switch (type) {
            case INTEGER -> integer(chars, start, length, bytes, at);
            case BIGINT -> bigint(chars, start, length, bytes, at);
            case NUMERIC -> BinaryNumeric.usual(chars, start, start + length, bytes, at);
            case BOOLEAN -> truth(chars, start, length, bytes, at);
            case DATE -> date(chars, start, length, bytes, at);
            case TIME -> time(chars, start, length, bytes, at);
            case TIMESTAMP -> timestamp(chars, start, length, bytes, at);
            case TEXT, NAMES -> UNUSUAL;
        };
    }

    private static int integer(char[] chars, int start, int length, byte[] bytes, int at) {
        long value = isWhole(chars, start, length, MOST_DIGITS_OF_INT) ? whole(chars, start, length) : Long.MAX_VALUE;
        return value == (int) value ? integer((int) value, bytes, at) : UNUSUAL;
    }

    private static int bigint(char[] chars, int start, int length, byte[] bytes, int at) {
        return isWhole(chars, start, length, MOST_DIGITS_OF_LONG)
                ? whole(whole(chars, start, length), bytes, at)
                : UNUSUAL;
    }

    private static boolean isWhole(char[] chars, int start, int length, int mostDigits) {
        int from = length > 0 && chars[start] == '-' ? start + 1 : start;
        int digits = start + length - from;
        if (digits == 0 || digits > mostDigits || (chars[from] == '0' && length > 1)) {
            return false;
        }
        for (int i = from; i < start + length; i++) {
            if (chars[i] < '0' || chars[i] > '9') {
                return false;
            }
        }
        return true;
    }

    private static long whole(char[] chars, int start, int length) {
        boolean negative = chars[start] == '-';
        long value = 0;
        for (int i = negative ? start + 1 : start; i < start + length; i++) {
            value = value * 10 + chars[i] - '0';
        }
        return negative ? -value : value;
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
        }
        return truth(length == 4, bytes, at);
    }

    /** From {@code yyyymmdd} or ISO 8601; nothing for a date that does not exist. */
    private static int date(char[] chars, int start, int length, byte[] bytes, int at) {
        if (length == 1 && chars[start] == '0') {
            return nothing(bytes, at);
        }
        boolean iso = length >= 10;
        if (iso ? chars[start + 4] != '-' || chars[start + 7] != '-' : length != 8) {
            return UNUSUAL;
        }
        int gap = iso ? 1 : 0;
        int year = number(chars, start, 4);
        int month = number(chars, start + 4 + gap, 2);
        int day = number(chars, start + 6 + gap + gap, 2);
        if (year < 0 || month < 0 || day < 0) {
            return UNUSUAL;
        }
        return exists(year, month, day) ? integer(days(year, month, day), bytes, at) : nothing(bytes, at);
    }

    private static boolean exists(int year, int month, int day) {
        if (year < 1 || month < 1 || month > 12 || day < 1) {
            return false;
        }
        boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        return day <= DAYS[month - 1] + (month == 2 && leap ? 1 : 0);
    }

    /** From 2000-01-01 on, by the calendar's rule, with years that begin in March so that a leap day is their last. */
    private static int days(int year, int month, int day) {
        int years = month > 2 ? year : year - 1;
        int months = month > 2 ? month - 3 : month + 9;
        int beforeMonth = (153 * months + 2) / 5;
        // 730,425 days lie between 1 March of the year 0 and 2000-01-01
        return years * 365 + years / 4 - years / 100 + years / 400 + beforeMonth + day - 1 - 730_425;
    }

    private static int time(char[] chars, int start, int length, byte[] bytes, int at) {
        long micros = clock(chars, start, start + length);
        return micros == UNUSUAL ? UNUSUAL : whole(micros, bytes, at);
    }

    private static int timestamp(char[] chars, int start, int length, byte[] bytes, int at) {
        if (length < 16 || chars[start + 4] != '-' || chars[start + 7] != '-'
                || (chars[start + 10] != ' ' && chars[start + 10] != 'T')) {
            return UNUSUAL;
        }
        int year = number(chars, start, 4);
        int month = number(chars, start + 5, 2);
        int day = number(chars, start + 8, 2);
        long micros = clock(chars, start + 11, endOfClock(chars, start + 11, start + length));
        return micros == UNUSUAL || !exists(year, month, day)
                ? UNUSUAL
                : whole(days(year, month, day) * MICROS_OF_DAY + micros, bytes, at);
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

    /** Microseconds of a time of day, cut; {@link #UNUSUAL} for another form. */
    private static long clock(char[] chars, int from, int end) {
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
        int fraction = 0;
        if (length > 8) {
            int cut = Math.min(end, from + 9 + MOST_DIGITS_OF_FRACTION);
            fraction = number(chars, from + 9, cut - from - 9);
            if (fraction < 0 || !areDigits(chars, cut, end)) {
                return UNUSUAL;
            }
            for (int i = cut - from - 9; i < MOST_DIGITS_OF_FRACTION; i++) {
                fraction *= 10;
            }
        }
        return (hour * 3600L + minute * 60L + second) * 1_000_000 + fraction;
    }

    private static boolean areDigits(char[] chars, int from, int end) {
        for (int i = from; i < end; i++) {
            if (chars[i] < '0' || chars[i] > '9') {
                return false;
            }
        }
        return true;
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

    private static int truth(boolean value, byte[] bytes, int at) {
        BigEndian.four(1, bytes, at);
        bytes[at + LENGTH] = (byte) (value ? 1 : 0);
        return at + LENGTH + 1;
    }

    /** As its type {@code integer}, or {@code date}. */
    static int integer(int value, byte[] bytes, int at) {
        return BigEndian.four(value, bytes, BigEndian.four(Integer.BYTES, bytes, at));
    }

    /** As {@code bigint}, {@code time}, {@code timestamp} or {@code timestamptz}. */
    static int whole(long value, byte[] bytes, int at) {
        return BigEndian.eight(value, bytes, BigEndian.four(Long.BYTES, bytes, at));
    }

    /** PostgreSQL's text form of the value that begins there, which is not null. */
    static String read(ColumnType type, byte[] bytes, int at) {
        int from = at + LENGTH;
        return switch (type) {
            case INTEGER -> Integer.toString(BigEndian.four(bytes, from));
            case BIGINT -> Long.toString(BigEndian.eight(bytes, from));
            case NUMERIC -> BinaryNumeric.read(bytes, from);
            case TEXT -> new String(bytes, from, BigEndian.four(bytes, at), StandardCharsets.UTF_8);
            case NAMES -> BinaryNames.read(bytes, from);
            case BOOLEAN -> Boolean.toString(bytes[from] != 0);
            case DATE -> ColumnType.iso(LocalDate.ofEpochDay(BigEndian.four(bytes, from) + EPOCH));
            case TIME -> time(BigEndian.eight(bytes, from));
            case TIMESTAMP -> {
                long micros = BigEndian.eight(bytes, from);
                yield ColumnType.iso(LocalDate.ofEpochDay(Math.floorDiv(micros, MICROS_OF_DAY) + EPOCH)) + " "
                        + time(Math.floorMod(micros, MICROS_OF_DAY));
            }
        };
    }

    private static String time(long micros) {
        return LocalTime.ofNanoOfDay(TimeUnit.MICROSECONDS.toNanos(micros)).format(DateTimeFormatter.ISO_LOCAL_TIME);
    }

    /** Characters as UTF-8. */
    private static int text(Encoding encoding, byte[] bytes, int from, char[] chars, int start, int length)
            throws UnstorableValue {
        int at = from + LENGTH;
        for (int i = start; i < start + length; i++) {
            char c = chars[i];
            if (c < 0x80) {
                if (c == 0) {
                    throw new UnstorableValue("text with the character U+0000, which PostgreSQL cannot hold");
                }
                bytes[at++] = (byte) c;
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
                throw new UnstorableValue("text with a lone surrogate, which is not a character");
            }
        }
        BigEndian.four(at - from - LENGTH, bytes, from);
        return at;
    }
}
