package dev.nxtsync.pull.target;

import dev.nxtsync.database.Numeral;

/**
 * A {@code numeric} in binary: how many digits to the base of 10,000 follow, the power of that base of the first, the sign, how
 * many decimal digits are shown behind the point, and the digits (PostgreSQL source, {@code numeric_recv}). Without zeros at
 * either end, so that equal numbers differ in what is shown at most.
 */
final class BinaryNumeric {
    /** Where the number of digits that are shown stands, which {@code 1.0} and {@code 1.00} differ in. */
    static final int SCALE = Integer.BYTES + 6;
    private static final int HEAD = Integer.BYTES + 8;
    private static final int NEGATIVE = 0x4000;
    private static final int DIGITS = 4;
    private static final int UNUSUAL = -1;
    /** Longer ones take the exact way. */
    private static final int MOST_USUAL = 100;

    private BinaryNumeric() {}

    /** What is written without an exponent; negative for all else. */
    static int usual(char[] chars, int start, int end, byte[] bytes, int at) {
        return end - start > MOST_USUAL ? UNUSUAL : plain(chars, start, end, bytes, at);
    }

    /** @param text of a number within PostgreSQL's range */
    static int exact(String text, byte[] bytes, int at) {
        char[] plain = Numeral.of(text).orElseThrow().plain().toCharArray();
        return plain(plain, 0, plain.length, bytes, at);
    }

    private static int plain(char[] chars, int start, int end, byte[] bytes, int at) {
        boolean negative = start < end && chars[start] == '-';
        int first = negative ? start + 1 : start;
        int point = first;
        while (point < end && chars[point] != '.') {
            point++;
        }
        if (point == first || point == end - 1) {
            return UNUSUAL;
        }
        int to = at + HEAD;
        int weight = 0;
        // zeros are written only once something follows them
        int zeros = 0;
        int place = (point - first + DIGITS - 1) / DIGITS - 1;
        for (int i = point - (place + 1) * DIGITS; i < end; i += DIGITS) {
            i += i == point ? 1 : 0;
            int digit = digit(chars, Math.max(first, i), i + DIGITS, end);
            if (digit < 0) {
                return UNUSUAL;
            }
            if (digit == 0) {
                zeros++;
            } else {
                if (to == at + HEAD) {
                    weight = place;
                    zeros = 0;
                }
                for (; zeros > 0; zeros--) {
                    to = BigEndian.two(0, bytes, to);
                }
                to = BigEndian.two(digit, bytes, to);
            }
            place--;
        }
        int count = (to - at - HEAD) / 2;
        BigEndian.four(to - at - Integer.BYTES, bytes, at);
        BigEndian.two(count, bytes, at + Integer.BYTES);
        BigEndian.two(weight, bytes, at + Integer.BYTES + 2);
        BigEndian.two(negative && count > 0 ? NEGATIVE : 0, bytes, at + Integer.BYTES + 4);
        BigEndian.two(Math.max(0, end - point - 1), bytes, at + SCALE);
        return to;
    }

    /** Of the base of 10,000, as if zeros followed; negative if there is something else than digits. */
    private static int digit(char[] chars, int from, int to, int end) {
        int digit = 0;
        for (int i = from; i < to; i++) {
            int next = i < end ? chars[i] - '0' : 0;
            if (next < 0 || next > 9) {
                return -1;
            }
            digit = digit * 10 + next;
        }
        return digit;
    }

    /** @param from where the number of digits stands */
    static String read(byte[] bytes, int from) {
        int count = BigEndian.two(bytes, from);
        int weight = BigEndian.two(bytes, from + 2);
        var text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            int digit = BigEndian.two(bytes, from + 8 + 2 * i);
            text.append(digit < 1000 ? "0" : "").append(digit < 100 ? "0" : "").append(digit < 10 ? "0" : "")
                    .append(digit);
        }
        return (BigEndian.two(bytes, from + 4) == NEGATIVE ? "-" : "") + (count == 0 ? "0" : text) + "e"
                + (count == 0 ? 0 : (weight + 1 - count) * DIGITS);
    }
}
